/** Frames of reference laid upon each other, and by whom: as the room's studies and its people say it. */
import type { Affine } from "../lib/affine";

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

/** Whether it has a place for each of these frames of reference. */
export const joins = ({ frames }: Registered, uids: readonly string[]): boolean =>
  uids.every((uid) => frames.some(({ frame_of_reference_uid }) => frame_of_reference_uid === uid));

/** Laid by hand between two that an object joins as well: it is not applied. */
export function isOverruled({ by, frames }: Registered, all: readonly Registered[]): boolean {
  const uids = frames.map(({ frame_of_reference_uid }) => frame_of_reference_uid);
  return by === "hand" && all.some((other) => other.by === "file" && joins(other, uids));
}
