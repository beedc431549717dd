/** Frames of reference laid upon each other, by whom, and what may be carried from one to the other by that; pure. */
import { type Affine, both, inverted, mapped, mappedPlane } from "../lib/affine";
import type { Plane } from "../lib/planes";
import type { Vec3 } from "../lib/vectors";

/** Each of `frames` is laid upon one and the same space, by its matrix. */
export type Registered = {
  frames: readonly { frame_of_reference_uid: string; matrix: Affine }[];
  /** A registration object of the studies, or a person in the room. */
  by: "file" | "hand";
  /** Of two objects that which was made last counts: what sorts later was made later. */
  made: string;
  /** Who says so, as people read it. */
  words: string;
  /** Slice upon slice: where within its slice a point lies nobody has said. */
  isSlicesOnly: boolean;
  /** Whose it is and which, of a person's. */
  hand?: { author: string; version: number };
};

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
  const joining = all.filter((one) => joins(one, from, to));
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

export const joins = (one: Registered, from: string, to: string): boolean => has(one, from) && has(one, to);

/** Laid by hand between two that an object joins as well: it is not applied. */
export function isOverruled({ by, frames }: Registered, all: readonly Registered[]): boolean {
  const uids = frames.map(({ frame_of_reference_uid }) => frame_of_reference_uid);
  return by === "hand" && all.some((other) => other.by === "file" && uids.every((uid) => has(other, uid)));
}

const has = ({ frames }: Registered, uid: string): boolean =>
  frames.some(({ frame_of_reference_uid }) => frame_of_reference_uid === uid);

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
