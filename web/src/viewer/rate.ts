/** How fast bytes come, from when they came; pauses between requests do not count. Pure. */

export type Rate = {
  /** The next bytes begin to come. */
  began(at_ms: number): void;
  took(bytes: number, at_ms: number): void;
  /** Bytes a millisecond; null until enough has come. */
  found(): number | null;
};

// Shorter, and one socket's buffer is what is measured; longer, and a line that has changed is found out too late.
const SHORTEST_MS = 100;
const LONGEST_MS = 1000;

export function createRate(): Rate {
  let since_ms = 0;
  let bytes = 0;
  let rate: number | null = null;
  return {
    began(at_ms) {
      since_ms = at_ms;
      bytes = 0;
    },
    took(more, at_ms) {
      bytes += more;
      const elapsed_ms = at_ms - since_ms;
      if (elapsed_ms < SHORTEST_MS) return;
      rate = bytes / elapsed_ms;
      if (elapsed_ms < LONGEST_MS) return;
      since_ms = at_ms;
      bytes = 0;
    },
    found: () => rate,
  };
}
