import { expect, test } from "vitest";
import type { Vec3 } from "../../../src/lib/vectors";
import { bandsOf, sheetsOf } from "../../../src/viewer/layers/contours";

/** A square in an axial plane, from (x, x) to (x + side, x + side). */
const square = (z: number, x: number, side: number): Vec3[] => [
  [x, x, z],
  [x + side, x, z],
  [x + side, x + side, z],
  [x, x + side, z],
];

const CORONAL = { point: [0, 5, 0] as Vec3, normal: [0, -1, 0] as Vec3, up: [0, 0, 1] as Vec3 };

/** From least to greatest along x and z of each band. */
const spans = (bands: ReturnType<typeof bandsOf>): number[][] =>
  bands
    .map((band) => [0, 2].flatMap((axis) => [Math.min, Math.max].map((of) => of(...band.map((point) => point[axis] as number)))))
    .map((span) => span.map((part) => Number(part.toFixed(6)) + 0))
    .sort((one, other) => (one[0] as number) - (other[0] as number));

test("a cube drawn as five squares 2 mm apart is cut by a coronal plane into bands that join", () => {
  const sheets = sheetsOf([0, 2, 4, 6, 8].map((z) => square(z, 0, 10)));
  const found = sheets.flatMap((sheet) => bandsOf(sheet, CORONAL));
  expect(spans(found).map((span) => span.slice(2)).sort()).toEqual([[-1, 1], [1, 3], [3, 5], [5, 7], [7, 9]]);
  expect(spans(found).every(([left, right]) => left === 0 && right === 10)).toBe(true);
  expect(found.flat().every((point) => Math.abs(point[1] - 5) < 1e-9)).toBe(true);
});

test("a contour within another is a hole", () => {
  const [sheet] = sheetsOf([square(0, 0, 10), square(0, 4, 2), square(2, 0, 10)]);
  expect(sheet && spans(bandsOf(sheet, CORONAL))).toEqual([[0, 4, -1, 1], [6, 10, -1, 1]]);
});

test("a plane that passes beside the contours cuts nothing", () => {
  const sheets = sheetsOf([square(0, 0, 10), square(2, 0, 10)]);
  expect(sheets.flatMap((sheet) => bandsOf(sheet, { ...CORONAL, point: [0, 11, 0] }))).toEqual([]);
});

test("a plane tilted by 45 degrees goes through a sheet on a way that is longer by the square root of two", () => {
  const [sheet] = sheetsOf([square(0, 0, 10), square(2, 0, 10)]);
  const tilted = { point: [0, 5, 0] as Vec3, normal: [0, -Math.SQRT1_2, Math.SQRT1_2] as Vec3, up: [0, 0, 1] as Vec3 };
  const [band] = sheet ? bandsOf(sheet, tilted) : [];
  if (!band) throw new Error("no band");
  const [a, b] = band;
  expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])).toBeCloseTo(2 * Math.SQRT2, 9);
});

test("points in a line, or too few, bound nothing", () => {
  expect(sheetsOf([[[0, 0, 0], [1, 0, 0]], [[0, 0, 0], [1, 0, 0], [2, 0, 0]]])).toEqual([]);
});
