/** What the running request of a download brings and how fast, and so whether what is looked at comes in time. */
import { bytesBefore } from "./planning";
import type { ByteRange } from "./ranges";
import { createRate } from "./rate";

export type Course = {
  /** These are asked for, in this order. */
  asked(ranges: readonly ByteRange[]): void;
  /** True for the first bytes of a request. */
  came(offset: number, bytes: number): boolean;
  /** In how long this byte comes; null while that cannot be told. */
  until_ms(byte: number): number | null;
  /** In how long all that was asked for is there, and the next can be asked for. */
  untilEnd_ms(): number | null;
  /** For how long bytes of this request have come. */
  since_ms(): number;
};

export function createCourse(): Course {
  const rate = createRate();
  let ranges: readonly ByteRange[] = [];
  let reached: number | null = null;
  let began_ms = 0;
  const until_ms = (byte: number): number | null => {
    const found = rate.found();
    return found === null || reached === null ? null : bytesBefore(ranges, reached, byte) / found;
  };
  return {
    asked(next) {
      ranges = next;
      reached = null;
    },
    came(offset, bytes) {
      const isFirst = reached === null;
      if (isFirst) {
        began_ms = performance.now();
        rate.began(began_ms);
      } else rate.took(bytes, performance.now());
      reached = offset + bytes - 1;
      return isFirst;
    },
    until_ms,
    untilEnd_ms: () => until_ms((ranges.at(-1)?.end ?? Number.POSITIVE_INFINITY) - 1),
    since_ms: () => performance.now() - began_ms,
  };
}
