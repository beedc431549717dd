/** VOI windows as the range that is drawn from black to white (PS3.3 C.11.2.1.2). */
export type Range = { lower: number; upper: number };

// C.11.2.1.2.1: a LINEAR width of 1 is a threshold, not a ramp; the ramp that stands in for it is this wide.
const THRESHOLD = 1e-3;

/** `LINEAR` spans width - 1 around centre - 0.5; `LINEAR_EXACT` (and, nearly, `SIGMOID`) the width around the centre. */
export function windowRange(center: number, width: number, voiFunction: string): Range {
  const isExact = voiFunction !== "LINEAR";
  const middle = isExact ? center : center - 0.5;
  const half = Math.max(isExact ? width : width - 1, THRESHOLD) / 2;
  return { lower: middle - half, upper: middle + half };
}

/** What is left of a window after a drag: sideways the width, downwards the centre, in proportion to the width. */
export function draggedWindow(
  from: { center: number; width: number },
  by: { right_px: number; down_px: number },
  isExact: boolean,
): { center: number; width: number } {
  // 400 px sideways make the width e times larger or smaller; 400 px down raise the centre by one width (darker).
  const sensitivity = 1 / 400;
  const least = isExact ? 1e-6 : 1;
  const width = Math.max(from.width * Math.exp(by.right_px * sensitivity), least);
  const center = from.center + by.down_px * Math.max(from.width, least) * sensitivity;
  return isExact ? { center, width } : { center: Math.round(center * 10) / 10, width: Math.round(width * 10) / 10 };
}
