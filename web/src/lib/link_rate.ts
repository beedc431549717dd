/** How fast this page's own files came, from what the browser noted of them. */

type Noted = { transferSize: number; responseStart: number; responseEnd: number };

// Less, and the first packets' luck is what is measured.
const LEAST_BYTES = 10_000;
// Less may come in one go, whatever the line; while nothing longer has come it tells more than nothing.
const TELLING_BYTES = 60_000;

/**
 * Megabits a second; null where nothing tells, as when all came from the cache. Files that come side by side share the
 * line, so the best of them is nearest to what it can do.
 */
export function linkRate_mbit_s(entries: readonly Noted[]): number | null {
  const taken = entries.filter((entry) => entry.responseEnd > entry.responseStart);
  const telling = taken.filter((entry) => entry.transferSize >= TELLING_BYTES);
  const judged = telling.length > 0 ? telling : taken.filter((entry) => entry.transferSize >= LEAST_BYTES);
  const rates = judged.map((entry) => (entry.transferSize * 8) / 1000 / (entry.responseEnd - entry.responseStart));
  return rates.length === 0 ? null : Math.max(...rates);
}

export const notedHere = (): Noted[] =>
  [
    ...performance.getEntriesByType("navigation"),
    ...performance.getEntriesByType("resource"),
  ] as PerformanceResourceTiming[];
