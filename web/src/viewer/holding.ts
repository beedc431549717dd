/** What is said of the series that are shown as a whole: compressed with loss, or held in part. Pure. */
import { inMemory, type Series } from "./series";
import type { Stack } from "./stack";

type Holding = { isLossy: boolean; held: { full: number; count: number } | null };

export function holdingOf(shown: readonly Stack[]): Holding {
  const parts = shown.flatMap((stack) => inMemory(stack) ?? []).filter(({ isNarrow }) => isNarrow);
  const [largest] = parts.toSorted((one, other) => other.quality.length - one.quality.length);
  return { isLossy: shown.some(({ header }) => header.lossy), held: largest ? counted(largest) : null };
}

const counted = ({ quality }: Series): { full: number; count: number } => ({
  full: quality.reduce((sum, one) => sum + (one === 1 ? 1 : 0), 0),
  count: quality.length,
});
