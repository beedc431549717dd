import { expect, test } from "vitest";
import { mixLayer } from "../../src/lib/resample";

const of = { rows: 4, columns: 5 };
const BLANK = -32768;

/** 100 row + 10 column + start. */
function slice(start: number): Float32Array {
  return Float32Array.from({ length: 20 }, (_, at) => start + 100 * Math.floor(at / 5) + 10 * (at % 5));
}

test("a slice at its own place is copied, and what lies beside it is blank", () => {
  const layer = new Float32Array(6 * 5);
  mixLayer(layer, { rows: 6, columns: 5 }, [{ values: slice(0), share: 1, shift: [2, 0] }], of, BLANK);
  expect([...layer.subarray(0, 10)]).toEqual(Array.from({ length: 10 }, () => BLANK));
  expect([...layer.subarray(10)]).toEqual([...slice(0)]);
});

test("a slice moved by fractions of a pixel is linear between its own", () => {
  const layer = new Float32Array(5 * 6);
  mixLayer(layer, { rows: 5, columns: 6 }, [{ values: slice(0), share: 1, shift: [0.25, 0.5] }], of, BLANK);
  // Pixel (1, 1) of the layer is (0.75, 0.5) of the slice: 75 + 5.
  expect(layer[7]).toBeCloseTo(80, 4);
  expect(layer[0]).toBe(BLANK);
  expect(layer[4 * 6 + 1]).toBe(BLANK);
});

test("between two slices both count, by nearness, and only where both are", () => {
  const layer = new Int16Array(5 * 5);
  const parts = [
    { values: slice(0), share: 0.75, shift: [0, 0] as const },
    { values: slice(1000), share: 0.25, shift: [1, 0] as const },
  ];
  mixLayer(layer, { rows: 5, columns: 5 }, parts, of, BLANK);
  expect(layer[0]).toBe(BLANK);
  expect(layer[4 * 5]).toBe(BLANK);
  // Row 1, column 2: row 1 of the first (120), row 0 of the second (1020).
  expect(layer[7]).toBe(0.75 * 120 + 0.25 * 1020);
});
