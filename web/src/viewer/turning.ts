/** Rotated by quarters and flipped: how a viewport's picture is turned from how its plane lies by itself; pure. */
import { cross, dot, scaled, type Vec3 } from "../lib/vectors";

/** Clockwise quarters, then the flip from left to right of what is on the screen. */
export type Turn = { quarters: 0 | 1 | 2 | 3; isMirrored: boolean };

export const UNTURNED: Turn = { quarters: 0, isMirrored: false };

type Lying = { normal: Vec3; up: Vec3 };

/** The patient direction at the top of the screen: a picture turned clockwise has its left at the top. */
export function turnedUp({ normal, up }: Lying, { quarters }: Turn): Vec3 {
  const right = cross(up, normal);
  return [up, scaled(right, -1), scaled(up, -1), right][quarters] as Vec3;
}

// Quarters only: a direction between two of them belongs to neither.
const NEAR = 0.9;

/** The turn under which a plane that lies so has this direction at the top; null for anything but quarters. */
export function turnOf(lying: Lying, seen: { up: Vec3; mirrored?: boolean }): Turn | null {
  for (const quarters of [0, 1, 2, 3] as const) {
    const turn = { quarters, isMirrored: seen.mirrored ?? false };
    if (dot(turnedUp(lying, turn), seen.up) > NEAR) return turn;
  }
  return null;
}

/** What is on the screen, turned once more to the right: once flipped, that is a turn to the left underneath. */
export const rotated = ({ quarters, isMirrored }: Turn): Turn => ({
  quarters: ((quarters + (isMirrored ? 3 : 1)) % 4) as Turn["quarters"],
  isMirrored,
});

/** What is on the screen, flipped from left to right. */
export const flipped = ({ quarters, isMirrored }: Turn): Turn => ({ quarters, isMirrored: !isMirrored });

export const isTurned = ({ quarters, isMirrored }: Turn): boolean => quarters !== 0 || isMirrored;

/** Width and height change places under odd quarters. */
export const turnedSize = (size: [number, number], { quarters }: Turn): [number, number] =>
  quarters % 2 === 0 ? size : [size[1], size[0]];
