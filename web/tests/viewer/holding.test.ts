import { expect, test } from "vitest";
import { holdingOf } from "../../src/viewer/holding";
import type { Stack } from "../../src/viewer/stack";
import { header } from "./make";

const stack = (isNarrow: boolean, quality: number[], lossy = false): Stack =>
  ({ header: header({ lossy }), isNarrow, quality: Int8Array.from(quality), valuesOf: () => [] }) as unknown as Stack;

test("of a series that does not fit in memory it is told how many images are there in full", () => {
  expect(holdingOf([stack(true, [1, 1, 0, -1])]).held).toEqual({ full: 2, count: 4 });
  expect(holdingOf([stack(true, [1]), stack(false, [1, 1, 1]), stack(true, [0, 1])]).held).toEqual({ full: 1, count: 2 });
  expect(holdingOf([stack(false, [1, 0])]).held).toBeNull();
  expect(holdingOf([{ header: header() } as Stack]).held).toBeNull();
});

test("one file that was compressed with loss is enough", () => {
  expect(holdingOf([stack(false, [1]), stack(false, [1], true)]).isLossy).toBe(true);
  expect(holdingOf([stack(false, [1])]).isLossy).toBe(false);
});
