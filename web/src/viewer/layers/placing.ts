/** Where the pixels of a frame fall on a viewport, as one affine map; pure. */
import { type Camera, type Size, toScreen } from "../../lib/planes";
import { moved } from "../../lib/vectors";
import type { FramePlane } from "../geometry";

/** x = a * column + c * row + e, y = b * column + d * row + f: the order of a canvas' setTransform. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** From (column, row), counted from 0 at the centre of the first pixel, to CSS pixels of the viewport. */
export function framePlacing(
  frame: Pick<FramePlane, "origin" | "row" | "column">,
  pixel_mm: readonly [number, number],
  camera: Camera,
  size: Size,
): Affine {
  const [e, f] = toScreen(camera, size, frame.origin);
  const [rightX, rightY] = toScreen(camera, size, moved(frame.origin, frame.row, pixel_mm[1]));
  const [downX, downY] = toScreen(camera, size, moved(frame.origin, frame.column, pixel_mm[0]));
  return [rightX - e, rightY - f, downX - e, downY - f, e, f];
}

/** How many pixels of the frame lie between neighbouring pixels of the screen, 1 where it is enlarged. */
export function pixelsApart([a, b]: Affine, dots_per_px: number): number {
  return Math.max(1, Math.floor(1 / (Math.hypot(a, b) * dots_per_px) + 1e-6));
}
