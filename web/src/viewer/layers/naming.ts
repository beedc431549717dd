/** Whether an object's reference means an image; pure. */
import type { PresentationState } from "../../wire/types";

export type Reference = PresentationState["images"][number];

/** A reference without frames means all of them. */
export const isNamed = (one: Reference, image: { sop_instance_uid: string; frame: number }): boolean =>
  one.sop_instance_uid === image.sop_instance_uid &&
  (!one.frames || one.frames.length === 0 || one.frames.includes(image.frame));
