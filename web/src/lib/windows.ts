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

/** The level, 0 to 255 and not rounded, of a value in a window (PS3.3 C.11.2.1.2, C.11.2.1.3). */
export function levelThrough(
  { center, width }: { center: number; width: number },
  voiFunction: string,
  value: number,
): number {
  if (voiFunction === "SIGMOID") return 255 / (1 + Math.exp((-4 * (value - center)) / width));
  const { lower, upper } = windowRange(center, width, voiFunction);
  return Math.min(Math.max(((value - lower) / (upper - lower)) * 255, 0), 255);
}

// What a region holds besides its tissue (a rim of air, a metal clip) must not set the window.
const ROBUST = { lowest: 0.02, highest: 0.98 };

/** The window that spreads the middle 96 % of these values from black to white; null where they are all one value. */
export function windowOfValues(values: Float64Array, isExact: boolean): { center: number; width: number } | null {
  const sorted = values.slice().sort();
  const [lower, upper] = [quantile(sorted, ROBUST.lowest), quantile(sorted, ROBUST.highest)];
  if (!(upper > lower)) return null;
  // `windowRange` the other way round (PS3.3 C.11.2.1.2.1): LINEAR spans width - 1 around centre - 0.5.
  return isExact
    ? { center: (lower + upper) / 2, width: upper - lower }
    : { center: (lower + upper + 1) / 2, width: upper - lower + 1 };
}

/** Between the two nearest ranks, as numpy's default. */
function quantile(sorted: Float64Array, share: number): number {
  const rank = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(rank)] as number, sorted[Math.ceil(rank)] as number];
  return low + (high - low) * (rank - Math.floor(rank));
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
