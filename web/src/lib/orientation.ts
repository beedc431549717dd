/** Orientation letters of a viewport's edges, from geometry only (PS3.3 C.7.6.1.1.1, C.7.6.2.1.1). */
import { type Facing, rightOf } from "./planes";
import { scaled, type Vec3 } from "./vectors";

// LPS: +x is towards the patient's left, +y towards posterior, +z towards the head.
const TOWARDS = [
  ["L", "R"],
  ["P", "A"],
  ["H", "F"],
] as const;

// cos 80 degrees: a component smaller than this does not turn an edge into an oblique one.
const NEGLIGIBLE = 0.174;

/** Letters of a unit direction, the strongest first, e.g. `L`, `AR`, `HPL`. */
export function letters(direction: Vec3): string {
  const parts = direction
    .map((value, axis) => ({ size: Math.abs(value), letter: TOWARDS[axis]?.[value >= 0 ? 0 : 1] ?? "" }))
    .filter((part) => part.size > NEGLIGIBLE)
    .sort((a, b) => b.size - a.size);
  return parts.map((part) => part.letter).join("");
}

export type EdgeLetters = { top: string; bottom: string; left: string; right: string };

export function edgeLetters(plane: Facing): EdgeLetters {
  const right = rightOf(plane);
  return {
    top: letters(plane.up),
    bottom: letters(scaled(plane.up, -1)),
    left: letters(scaled(right, -1)),
    right: letters(right),
  };
}

const OPPOSITE: Readonly<Record<string, string>> = { L: "R", R: "L", P: "A", A: "P", H: "F", F: "H" };

/** `FL` to `HR`. */
export const opposite = (direction: string): string =>
  [...direction].map((letter) => OPPOSITE[letter] ?? letter).join("");

/**
 * Of a projection, which has no place in the patient: where its rows and columns go, in the file's letters (PS3.3
 * C.7.6.1.1.1), on a picture turned clockwise by quarters and then flipped.
 */
export function projectionLetters(
  [along_row, along_column]: readonly [string, string],
  turn: { quarters: number; isMirrored: boolean },
): EdgeLetters {
  // Clockwise from the right edge; with each quarter turned, what was at the top comes to the right.
  const edges = [along_row, along_column, opposite(along_row), opposite(along_column)];
  const at = (edge: number): string => edges[(edge - turn.quarters + 4) % 4] as string;
  const [right, bottom, left, top] = [at(0), at(1), at(2), at(3)] as const;
  return turn.isMirrored ? { top, bottom, left: right, right: left } : { top, bottom, left, right };
}
