import { expect, test } from "vitest";
import { magnified } from "../../src/lib/magnify";

// Two rows of three: 0 10 20 / 100 110 120.
const picture = { values: Uint8Array.of(0, 10, 20, 100, 110, 120), rows: 2, columns: 3, samples: 1 } as const;
const upright = { right: { column: 1, row: 0 }, down: { column: 0, row: 1 } };
const same = (value: number): number => value;
const greys = (rgba: Uint8ClampedArray): number[] => [...rgba].filter((_, index) => index % 4 === 0);

test("what is pointed at stands in the middle of the lens", () => {
  const seen = magnified(picture, { side: 1, middle: { column: 1, row: 1 }, ...upright }, same);
  expect([...seen]).toEqual([110, 110, 110, 255]);
});

test("between pixel centres values are mixed, then shown", () => {
  const seen = magnified(picture, { side: 1, middle: { column: 0.5, row: 0.25 }, ...upright }, (value) => value * 2);
  // (0 + 10) / 2 = 5 above, 105 below; a quarter of the way down 30.
  expect(greys(seen)).toEqual([60]);
});

test("the lens is turned and flipped as the picture is", () => {
  const turned = { right: { column: 0, row: -1 }, down: { column: 1, row: 0 } };
  const seen = magnified(picture, { side: 3, middle: { column: 1, row: 0 }, ...turned }, same);
  // To its right the row above (there is none), to its left the row below; downwards the columns.
  expect(greys(seen)).toEqual([100, 0, 0, 110, 10, 0, 120, 20, 0]);
});

test("beside the image it is black, whatever the window", () => {
  const seen = magnified(picture, { side: 1, middle: { column: 2.6, row: 0 }, ...upright }, () => 255);
  expect([...seen]).toEqual([0, 0, 0, 255]);
});

test("colours keep their three samples", () => {
  const colour = { values: Uint8Array.of(1, 2, 3), rows: 1, columns: 1, samples: 3 } as const;
  const seen = magnified(colour, { side: 1, middle: { column: 0, row: 0 }, ...upright }, same);
  expect([...seen]).toEqual([1, 2, 3, 255]);
});
