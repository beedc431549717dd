/** Frames of reference laid upon each other, by whom, and what may be carried from one to the other by that; pure. */
import { type Affine, both, inverted, mapped, mappedPlane } from "../lib/affine";
import type { Plane } from "../lib/planes";
import type { Vec3 } from "../lib/vectors";
import { joins, type Registered } from "../wire/registered";

/** By which right a point of one pane is shown in another; `others`: objects that join the two besides. */
export type Relation =
  | { by: "frame_of_reference" }
  | { by: "file" | "hand"; matrix: Affine; words: string; isSlicesOnly: boolean; others: number };

/** How one frame of reference is laid upon another on this screen, if it is. */
export type Laid = (from: string | null, to: string | null) => Relation | null;

/**
 * The same frame of reference, else the object made last that joins the two, else what a person has laid; never anything
 * the program thinks, and never one upon the other: each was made for itself.
 */
export function relationOf(from: string | null, to: string | null, all: readonly Registered[]): Relation | null {
  if (from === null || to === null) return null;
  if (from === to) return { by: "frame_of_reference" };
  const joining = all.filter((one) => joins(one, [from, to]));
  const files = joining.filter((one) => one.by === "file");
  const found = (files.length > 0 ? files : joining).reduce<Registered | null>(
    (last, one) => (last === null || one.made > last.made ? one : last),
    null,
  );
  const matrix = found && wayIn(found, from, to);
  if (!found || !matrix) return null;
  const { by, words, isSlicesOnly } = found;
  return { by, matrix, words, isSlicesOnly, others: Math.max(files.length - 1, 0) };
}

/** Nothing is laid upon anything. */
export const ALONE: Laid = (from, to) => relationOf(from, to, []);

/** PS3.3 C.20.2.1.1: to the registered space, and from there back into the other. */
function wayIn({ frames }: Registered, from: string, to: string): Affine | null {
  const matrixOf = (uid: string): Affine | undefined =>
    frames.find(({ frame_of_reference_uid }) => frame_of_reference_uid === uid)?.matrix;
  const [there, other] = [matrixOf(from), matrixOf(to)];
  const back = other && inverted(other);
  return there && back ? both(there, back) : null;
}

export const carried = (point: Vec3, relation: Relation): Vec3 =>
  relation.by === "frame_of_reference" ? point : mapped(relation.matrix, point);

export const carriedPlane = (plane: Plane, relation: Relation): Plane =>
  relation.by === "frame_of_reference" ? plane : mappedPlane(relation.matrix, plane);

/** Whether a point, and not only its slice, is known to lie where it is carried to. */
export const carriesPoints = (relation: Relation): boolean =>
  relation.by === "frame_of_reference" || !relation.isSlicesOnly;
