import { describe, expect, test } from "vitest";
import { createPackReader } from "../../src/viewer/pack";
import { bytesBefore, planned } from "../../src/viewer/planning";
import { MOST_RANGES } from "../../src/viewer/ranges";
import type { Chunk } from "../../src/wire/types";
import { header, packBytes } from "./make";

/** As the server lays it out (dicom_render/pack.py): asked frame, coarse ones, then outwards; every chunk of its own size. */
function pack(count: number, first: number) {
  const others = Array.from({ length: count }, (_, frame) => frame).filter((frame) => frame !== first);
  const outwards = others.toSorted((a, b) => Math.abs(a - first) - Math.abs(b - first));
  const chunks: Chunk[] = [
    [first, 1, 1000 + first],
    ...others.map((frame): Chunk => [frame, 0, 10]),
    ...outwards.map((frame): Chunk => [frame, 1, 100 + frame]),
  ];
  const bytes = packBytes(header({ chunks }, count));
  const body = bytes.length - chunks.reduce((sum, chunk) => sum + chunk[2], 0);
  const reader = createPackReader({ header: () => undefined, piece: () => undefined });
  const startOf = (frame: number, quality: number): number => {
    const at = chunks.findIndex((chunk) => chunk[0] === frame && chunk[1] === quality);
    return body + chunks.slice(0, at).reduce((sum, chunk) => sum + chunk[2], 0);
  };
  const took = (upTo: number): number => reader.push(0, bytes.slice(0, upTo));
  return { chunks, reader, startOf, took, body, length: bytes.length };
}

const at = (of: ReturnType<typeof pack>, frame: number) => {
  const start = of.startOf(frame, 1);
  return { start, end: start + 100 + frame };
};

describe("what is asked for next", () => {
  test("is the pack as it lies while nobody looks elsewhere", () => {
    const one = pack(9, 4);
    one.took(one.body);
    const whole = [{ start: one.body, end: one.length }];
    expect(planned(one.chunks, one.reader.left, null)).toEqual(whole);
    expect(planned(one.chunks, one.reader.left, 4)).toEqual(whole);
  });

  test("is the frame looked at, then all coarse ones, then outwards from it", () => {
    const one = pack(9, 4);
    one.took(one.startOf(0, 0));
    expect(planned(one.chunks, one.reader.left, 8)).toEqual([
      { start: one.startOf(8, 0), end: one.startOf(8, 0) + 10 },
      at(one, 8),
      { start: one.startOf(0, 0), end: one.startOf(7, 0) + 10 },
      at(one, 7),
      at(one, 6),
      // 3 and 5 lie side by side, 5 is nearer.
      at(one, 5),
      at(one, 3),
      at(one, 2),
      at(one, 1),
      at(one, 0),
    ]);
  });

  test("is only what has not come, from the byte reached", () => {
    const one = pack(9, 4);
    one.took(one.startOf(5, 1) + 40);
    const [first] = planned(one.chunks, one.reader.left, 5);
    expect(first).toEqual({ start: one.startOf(5, 1) + 40, end: one.startOf(5, 1) + 105 });
  });

  test("is no more ranges than the server answers, none of them twice, and ends with a long one", () => {
    const one = pack(400, 0);
    one.took(one.startOf(1, 1));
    const ranges = planned(one.chunks, one.reader.left, 300);
    expect(ranges.length).toBeLessThanOrEqual(MOST_RANGES);
    const sorted = ranges.toSorted((a, b) => a.start - b.start);
    expect(sorted.every((range, index) => index === 0 || (sorted[index - 1]?.end ?? 0) <= range.start)).toBe(true);
    // Frames 1 to 268 of 100 bytes and more: what lies before the 63 around frame 300.
    const last = ranges.at(-1);
    expect((last?.end ?? 0) - (last?.start ?? 0)).toBeGreaterThan(268 * 100);
  });

  test("is nothing once all has come", () => {
    const one = pack(9, 4);
    one.took(one.length);
    expect(planned(one.chunks, one.reader.left, 8)).toEqual([]);
  });
});

test("what comes before a byte is counted from the last one that came", () => {
  const asked = [
    { start: 500, end: 600 },
    { start: 100, end: 200 },
    { start: 700, end: null },
  ];
  expect(bytesBefore(asked, null, 500)).toBe(0);
  expect(bytesBefore(asked, null, 150)).toBe(150);
  expect(bytesBefore(asked, 549, 150)).toBe(51 + 50);
  expect(bytesBefore(asked, 110, 800)).toBe(90 + 100);
  expect(bytesBefore(asked, 110, 550)).toBe(Number.POSITIVE_INFINITY);
  expect(bytesBefore(asked, 110, 300)).toBe(Number.POSITIVE_INFINITY);
});
