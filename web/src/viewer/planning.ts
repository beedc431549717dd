/** Which bytes of a pack to ask for next: what the reader looks at, then what lies around it. Pure. */
import type { Chunk } from "../wire/types";
import type { Span } from "./pack";
import { type ByteRange, MOST_RANGES } from "./ranges";

type Left = (chunk: number) => Span | null;

/**
 * In the order in which they should come; empty when all is there. `wanted`: the frame looked at since the pack was
 * asked for. The last range is a long one, so that the line does not stand still before the next request.
 */
export function planned(chunks: readonly Chunk[], left: Left, wanted: number | null): ByteRange[] {
  const missing = chunks.map((_, chunk) => chunk).filter((chunk) => left(chunk) !== null);
  if (wanted === null) return joined(missing, left).slice(0, MOST_RANGES);
  const order = missing.toSorted((one, other) => rank(chunks[one], wanted) - rank(chunks[other], wanted));
  const around = joined(order, left);
  if (around.length <= MOST_RANGES) return around;
  const first = around.slice(0, MOST_RANGES - 1);
  const isTaken = (chunk: number): boolean => first.some((span) => contains(span, (left(chunk) as Span).start));
  const others = joined(
    missing.filter((chunk) => !isTaken(chunk)),
    left,
  );
  const [longest] = others.toSorted((one, other) => other.end - other.start - (one.end - one.start));
  return longest ? [...first, longest] : first;
}

const contains = ({ start, end }: ByteRange, byte: number): boolean => start <= byte && (end === null || byte < end);

/** How many bytes come before this one; infinite where it is not among what was asked for. `at`: the last that came. */
export function bytesBefore(asked: readonly ByteRange[], at: number | null, wanted: number): number {
  const current = at === null ? -1 : asked.findIndex((range) => contains(range, at));
  let before = 0;
  for (const [index, range] of asked.entries()) {
    if (index < current) continue;
    const start = index === current && at !== null ? at : range.start;
    if (wanted >= start && contains(range, wanted)) return before + wanted - start;
    before += (range.end ?? Number.POSITIVE_INFINITY) - start;
  }
  return Number.POSITIVE_INFINITY;
}

/** The frame itself, all coarse ones, the others from it outwards. */
function rank(chunk: Chunk | undefined, wanted: number): number {
  const [frame, quality] = chunk as Chunk;
  if (frame === wanted) return 0;
  return quality === 0 ? 1 : 1 + Math.abs(frame - wanted);
}

/** What lies end to end is one range. */
function joined(chunks: readonly number[], left: Left): Span[] {
  const spans: Span[] = [];
  for (const chunk of chunks) {
    const span = left(chunk) as Span;
    const last = spans.at(-1);
    if (last?.end === span.start) spans[spans.length - 1] = { start: last.start, end: span.end };
    else spans.push(span);
  }
  return spans;
}
