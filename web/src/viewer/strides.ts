/** How much of a stack that nobody looks at yet is asked for at once: what a line brings in half a second. Pure. */
import type { ByteRange } from "./ranges";

export type Strides = {
  /** The beginning of what is wanted. */
  first(wanted: readonly ByteRange[]): readonly ByteRange[];
  /** So long the last one was on its way. */
  took(elapsed_ms: number): void;
};

// Whoever asks for something else meanwhile waits for no more of it; each further request is one more entry in the audit.
const WANTED_MS = 500;
const LEAST_BYTES = 128 << 10;
const FIRST_BYTES = 256 << 10;
const MOST_BYTES = 4 << 20;

export function createStrides(): Strides {
  let bytes = FIRST_BYTES;
  return {
    first: (wanted) => beginning(wanted, bytes),
    took(elapsed_ms) {
      if (elapsed_ms < WANTED_MS / 2) bytes = Math.min(2 * bytes, MOST_BYTES);
      else if (elapsed_ms > 2 * WANTED_MS) bytes = Math.max(bytes / 2, LEAST_BYTES);
    },
  };
}

function beginning(wanted: readonly ByteRange[], bytes: number): ByteRange[] {
  const taken: ByteRange[] = [];
  let left = bytes;
  for (const { start, end } of wanted) {
    if (left <= 0) break;
    const upTo = Math.min(end ?? Number.POSITIVE_INFINITY, start + left);
    taken.push({ start, end: upTo });
    left -= upTo - start;
  }
  return taken;
}
