import { expect, test } from "vitest";
import type { FramePlane } from "../../../src/viewer/geometry";
import { framePlacing, pixelsApart } from "../../../src/viewer/layers/placing";

// An axial slice of 2 mm rows and 1 mm columns whose first pixel lies at (10, 20, 30).
const frame: FramePlane = {
  origin: [10, 20, 30],
  row: [1, 0, 0],
  column: [0, 1, 0],
  point: [0, 0, 0],
  normal: [0, 0, -1],
  up: [0, -1, 0],
};
const size = { width: 100, height: 100 };

test("the first pixel falls where its patient point does, and steps are as long as pixels", () => {
  const camera = {
    centre: [10, 20, 30] as [number, number, number],
    normal: frame.normal,
    up: frame.up,
    mm_per_px: 0.5,
  };
  expect(framePlacing(frame, [2, 1], camera, size)).toEqual([2, 0, 0, 4, 50, 50]);
});

test("a picture turned a quarter carries its markings with it", () => {
  // Up is the patient's right (-x): rows run downwards on the screen.
  const camera = {
    centre: [10, 20, 30] as [number, number, number],
    normal: frame.normal,
    up: [-1, 0, 0] as [number, number, number],
    mm_per_px: 1,
  };
  const [a, b, c, d] = framePlacing(frame, [1, 1], camera, size);
  expect([a, b, c, d].map((part) => part + 0)).toEqual([0, 1, -1, 0]);
});

test("a picture reduced to a quarter has four pixels between those of the screen", () => {
  expect(pixelsApart([0.25, 0, 0, 0.25, 0, 0], 1)).toBe(4);
  expect(pixelsApart([3, 0, 0, 3, 0, 0], 1)).toBe(1);
});
