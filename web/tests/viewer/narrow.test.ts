import { beforeEach, expect, test } from "vitest";
import { enlarge } from "../../src/lib/rescale";
import { createSeries } from "../../src/viewer/memory";
import { header } from "./make";

const MB = 1024 * 1024;
const SIDE = 512;
// 100 slices of half a megabyte, in a budget for fewer than half of them.
const BUDGET = 20 * MB;

let made = 0;

function open() {
  const of = header({ chunks: [[50, 1, 10]] }, 100);
  const frames = of.frames.map((frame) => ({ ...frame, sop_instance_uid: `${made}.${frame.sop_instance_uid}` }));
  return createSeries(`series ${made}`, { ...of, frames }, BUDGET);
}

const full = (value: number) => ({ values: new Int16Array(SIDE * SIDE).fill(value), min: value, max: value });

/** As a worker gives it: 64 x 64 samples, spread over the whole picture. */
function coarse(seed: number) {
  const small = new Int16Array(64 * 64).map((_, at) => seed + at);
  return { values: enlarge(small, { columns: SIDE, rows: SIDE, samples: 1 }, 3), min: seed, max: seed + 4095 };
}

beforeEach(() => {
  made += 1;
});

test("a stack that does not fit keeps within its budget, says so, and makes no volume", () => {
  const series = open();
  expect([series.isNarrow, series.volumeId(), series.geometry.grid]).toEqual([true, null, null]);
  expect(series.bytes).toBeLessThanOrEqual(BUDGET);
  const room = series.header.frames.filter((_, frame) => series.keeps(frame)).length;
  expect(room * SIDE * SIDE * 2).toBeGreaterThan(0.9 * BUDGET);
  series.discard();
});

test("a frame without room in full stays the coarse one that it was, sample by sample", () => {
  const series = open();
  series.put(3, 0, coarse(-200));
  expect(series.put(3, 1, full(7))).toBe(false);
  expect(series.quality[3]).toBe(0);
  expect(series.valuesOf(3)).toEqual(coarse(-200).values);
  series.discard();
});

test("around the frame looked at all are kept in full; what is left behind is coarse again, and says so", () => {
  const series = open();
  const kept = (): number[] => [...series.quality.keys()].filter((frame) => series.quality[frame] === 1);
  for (const frame of series.quality.keys()) series.put(frame, 0, coarse(frame));
  for (const frame of series.quality.keys()) series.put(frame, 1, full(frame));
  const before = kept();
  expect(before).toContain(50);
  expect(before).not.toContain(0);
  series.look(5);
  for (const frame of series.quality.keys()) series.put(frame, 1, full(frame));
  expect([kept()[0], kept().length]).toEqual([0, before.length]);
  for (const frame of kept()) expect(series.valuesOf(frame)[77]).toBe(frame);
  expect(series.quality[before.at(-1) as number]).toBe(0);
  expect(series.valuesOf(before.at(-1) as number)).toEqual(coarse(before.at(-1) as number).values);
  series.discard();
});

test("what cannot be read even so is refused before memory is taken", () => {
  const of = header({ frames: header({}, 100).frames });
  expect(() => createSeries("small", of, 8 * MB)).toThrow(RangeError);
});
