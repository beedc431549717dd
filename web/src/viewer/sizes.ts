/** How much memory the values of a stack take, and by what they are multiplied there. Pure. */
import { bytesEach, type Kept, keptAs } from "../lib/rescale";
import type { PackHeader } from "./pack";

/** Bytes that a stack will take, known before they are asked for. */
export function sizeOf(header: PackHeader): number {
  const kept = keptAs(header.values, header.frames, header.unit);
  return slotBytes(header, kept) * header.frames.length + bytesOfLayers(header, kept);
}

/** Bytes of one frame. */
export const slotBytes = ({ rows, columns }: PackHeader, kept: Kept): number =>
  rows * columns * bytesEach(kept) * (kept === "rgb8" ? 3 : 1);

// Cornerstone's CPU drawing of floats takes a window's width as at least 1 and adds 1 to its upper end; a window of
// 0..5 SUV would come out a fifth too wide. Values scaled so that windows are about this wide are off by 0.1 %.
const COMFORTABLE_WIDTH = 1024;

export function gainOf(header: PackHeader, kept: Kept): number {
  const width = header.windows[0]?.width ?? 0;
  if (kept !== "float32" || !(width > 0) || width >= COMFORTABLE_WIDTH) return 1;
  return 2 ** Math.ceil(Math.log2(COMFORTABLE_WIDTH / width));
}

export function bytesOfLayers({ resampling }: PackHeader, kept: Kept): number {
  return resampling ? resampling.rows * resampling.columns * resampling.layers.length * bytesEach(kept) : 0;
}
