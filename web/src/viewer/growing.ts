/** A series whose images have changed: what of it is still right, and where the reader stands in it; pure. */
import type { PackHeader } from "./pack";
import { firstScene, type Scene, withLayout } from "./scene";
import type { Series } from "./series";
import { canReformat, type Stack } from "./stack";

export type Change = {
  /** Images that were not there before. */
  added: number;
  /** The image that was looked at is not among them any more. */
  isLost: boolean;
};

/** Takes over the frames that both have, by SOP instance and frame, where their values are kept in the same way. */
export function carryOver(from: Series, into: Series): void {
  const isAlike =
    from.header.rows === into.header.rows &&
    from.header.columns === into.header.columns &&
    from.header.values === into.header.values &&
    from.kept === into.kept &&
    from.gain === into.gain;
  if (!isAlike) return;
  for (const [frame, { sop_instance_uid, frame: number }] of into.header.frames.entries()) {
    const before = from.frameIndex(sop_instance_uid, number);
    const quality = from.quality[before] ?? -1;
    if (quality === -1 || !isSameLine(from, before, into, frame)) continue;
    into.put(frame, quality as 0 | 1, from.decoded(before));
  }
}

function isSameLine(from: Series, before: number, into: Series, frame: number): boolean {
  const [one, other] = [from.line(before), into.line(frame)];
  return one.slope === other.slope && one.intercept === other.intercept;
}

type Known = Pick<Stack, "header" | "geometry" | "frameIndex">;

/** Where a reader stands after the change: at the image that he looked at, wherever it lies in the stack now. */
export function sceneAfter(scene: Scene, before: Known, after: Known): { scene: Scene; change: Change } {
  const frame = indexIn(after, before.header, scene.frame);
  const found = frame >= 0 ? frame : (after.header.chunks[0]?.[0] ?? 0);
  const start = firstScene(after.geometry, { frame: found, window: scene.window });
  const kept = frame >= 0 ? { ...scene, frame } : { ...start, isInverted: scene.isInverted };
  const isFlat = !canReformat(after) && kept.layout !== "stack";
  const added = after.header.frames.filter((one) => before.frameIndex(one.sop_instance_uid, one.frame) < 0).length;
  return {
    scene: isFlat ? { ...withLayout(kept, after.geometry, "stack"), frame: found } : kept,
    change: { added, isLost: frame < 0 },
  };
}

function indexIn(series: Known, header: PackHeader, frame: number): number {
  const shown = header.frames[frame];
  return shown ? series.frameIndex(shown.sop_instance_uid, shown.frame) : -1;
}
