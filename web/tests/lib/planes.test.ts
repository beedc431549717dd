import { expect, test } from "vitest";
import { edgeLetters, letters } from "../../src/lib/orientation";
import { heightAbove, intersection, projected, rightOf, toScreen, toWorld } from "../../src/lib/planes";
import { unit, type Vec3 } from "../../src/lib/vectors";

const AXIAL = { normal: [0, 0, -1] as Vec3, up: [0, -1, 0] as Vec3 };

test("an axial slice has the patient's right on the left, the front at the top", () => {
  expect(edgeLetters(AXIAL)).toEqual({ top: "A", bottom: "P", left: "R", right: "L" });
});

test("sagittal and coronal planes have the head at the top", () => {
  expect(edgeLetters({ normal: [1, 0, 0], up: [0, 0, 1] })).toEqual({ top: "H", bottom: "F", left: "A", right: "P" });
  expect(edgeLetters({ normal: [0, -1, 0], up: [0, 0, 1] })).toEqual({ top: "H", bottom: "F", left: "R", right: "L" });
});

test("oblique edges name every direction that counts, the strongest first", () => {
  expect(letters(unit([0, -0.95, 0.32]))).toBe("AH");
  expect(letters(unit([0.3, 0.2, -0.93]))).toBe("FLP");
  expect(letters(unit([1, 0.05, -0.05]))).toBe("L");
});

test("a point goes to the screen and back", () => {
  const camera = { centre: [10, 20, 30] as Vec3, ...AXIAL, mm_per_px: 0.5 };
  const size = { width: 400, height: 300 };
  expect(toScreen(camera, size, [10, 20, 30])).toEqual([200, 150]);
  // 5 mm to the patient's left is 10 px to the right; 5 mm backwards 10 px down.
  expect(toScreen(camera, size, [15, 25, 30])).toEqual([210, 160]);
  expect(toWorld(camera, size, 210, 160)).toEqual([15, 25, 30]);
});

test("a point off the plane is measured along the normal and projected onto it", () => {
  const normal = unit([0, 0.317305, 0.948324]);
  const plane = { point: [0, 0, 0] as Vec3, normal, up: unit([0, -0.948324, 0.317305]) };
  const point: Vec3 = [3, 4 * normal[1], 4 * normal[2]];
  expect(heightAbove(plane, point)).toBeCloseTo(4, 9);
  expect(projected(plane, point).map((value) => Math.round(value * 1e9) / 1e9 + 0)).toEqual([3, 0, 0]);
  expect(rightOf(plane)[0]).toBeCloseTo(-1, 5);
});

test("two planes meet in a line on both; parallel ones nowhere", () => {
  const axial = { point: [1, 2, 3] as Vec3, ...AXIAL };
  const sagittal = { point: [7, 8, 9] as Vec3, normal: [1, 0, 0] as Vec3, up: [0, 0, 1] as Vec3 };
  const line = intersection(axial, sagittal);
  expect(line && heightAbove(axial, line.point)).toBeCloseTo(0, 9);
  expect(line && heightAbove(sagittal, line.point)).toBeCloseTo(0, 9);
  expect(line?.along.map(Math.abs)).toEqual([0, 1, 0]);
  expect(intersection(axial, { ...axial, point: [0, 0, 9] })).toBeNull();
});
