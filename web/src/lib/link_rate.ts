/** How fast this page's own files came, from what the browser noted of them. */

type Noted = { transferSize: number; responseStart: number; responseEnd: number };

// Less, and the first packets' luck is what is measured.
const LEAST_BYTES = 10_000;

/**
 * Megabits a second; null where nothing tells, as when all came from the cache. Files that come side by side share the
 * line, so the best of them is nearest to what it can do.
 */
export function linkRate_mbit_s(entries: readonly Noted[]): number | null {
  const rates = entries
    .filter((entry) => entry.transferSize >= LEAST_BYTES && entry.responseEnd > entry.responseStart)
    .map((entry) => (entry.transferSize * 8) / 1000 / (entry.responseEnd - entry.responseStart));
  return rates.length === 0 ? null : Math.max(...rates);
}

export const notedHere = (): Noted[] =>
  [
    ...performance.getEntriesByType("navigation"),
    ...performance.getEntriesByType("resource"),
  ] as PerformanceResourceTiming[];
