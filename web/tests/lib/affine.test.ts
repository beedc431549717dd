import { expect, test } from "vitest";
import { both, IDENTITY, inverted, mapped, mappedPlane, shifted } from "../../src/lib/affine";
import { rightOf } from "../../src/lib/planes";
import type { Vec3 } from "../../src/lib/vectors";

/** A quarter turn about z, then 10, 20 and 30 mm along the axes: (x, y, z) -> (10 - y, 20 + x, 30 + z). */
const QUARTER = [0, -1, 0, 10, 1, 0, 0, 20, 0, 0, 1, 30, 0, 0, 0, 1];

test("a point goes where the rows of the matrix say", () => {
  expect(mapped(QUARTER, [1, 2, 3])).toEqual([8, 21, 33]);
});

test("one after the other, in that order", () => {
  // The turn first: (1, 2, 3) -> (8, 21, 33) -> (108, 21, 33). The shift first: (101, 2, 3) -> (8, 121, 33).
  expect(mapped(both(QUARTER, shifted([100, 0, 0])), [1, 2, 3])).toEqual([108, 21, 33]);
  expect(mapped(both(shifted([100, 0, 0]), QUARTER), [1, 2, 3])).toEqual([8, 121, 33]);
});

test("the way back leads to where it came from, of what is stretched too", () => {
  const sheared = [2, 0.5, 0, 3, 0, 1, 0, -4, 0.25, 0, 1, 5, 0, 0, 0, 1];
  for (const by of [QUARTER, sheared]) {
    const back = inverted(by);
    if (!back) throw new Error("no way back");
    const point = mapped(back, mapped(by, [1, 2, 3]));
    expect(point.map((value) => Number(value.toFixed(9)))).toEqual([1, 2, 3]);
    expect(both(by, back).map((value) => Math.round(value * 1e9) / 1e9 + 0)).toEqual([...IDENTITY]);
  }
});

test("what is flat has no way back", () => {
  expect(inverted([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])).toBeNull();
});

test("a plane is turned with its right and its left", () => {
  // Axial, seen from the feet: patient's left (+x) on the right. The quarter turn takes +x to +y and -y to +x.
  const plane = { point: [0, 0, 5] as Vec3, normal: [0, 0, -1] as Vec3, up: [0, -1, 0] as Vec3 };
  const there = mappedPlane(QUARTER, plane);
  expect(there.point).toEqual([10, 20, 35]);
  expect(there.up.map((part) => part + 0)).toEqual([1, 0, 0]);
  expect(there.normal.map((part) => part + 0)).toEqual([0, 0, -1]);
  expect(rightOf(there).map((part) => part + 0)).toEqual([0, 1, 0]);
});
