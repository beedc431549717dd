import { describe, expect, test } from "vitest";
import { heightAbove } from "../../src/lib/planes";
import type { Resampling } from "../../src/wire/types";
import {
  framesAround,
  type Grid,
  gridCentre,
  gridExtent,
  halfGap,
  nearestFrame,
  pointAtStep,
  REFORMAT_AXES,
  reformatWalk,
  slotOf,
  stackGeometry,
  stepAt,
} from "../../src/viewer/geometry";
import { flatHeader, frame, header, tiltedHeader } from "./make";

describe("an axial CT", () => {
  const geometry = stackGeometry(header());

  test("looks from the feet, as radiologists do: normal down, up to the front", () => {
    expect(geometry.frames[0]?.normal).toEqual([0, 0, -1]);
    expect(geometry.frames[0]?.up.map(Math.abs)).toEqual([0, 1, 0]);
    expect(geometry.frames[0]?.up[1]).toBe(-1);
  });
  test("has the middle of its first image between the four middle pixels", () => {
    expect(geometry.frames[0]?.point).toEqual([0, 0, 100]);
    expect(geometry.size_mm).toEqual([256, 256]);
  });
  test("makes a grid on row, column and row x column", () => {
    expect(geometry.grid?.axes).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    expect(geometry.grid?.spacing_mm).toEqual([0.5, 0.5, 2]);
    expect(geometry.grid && gridCentre(geometry.grid)).toEqual([0, 0, 104]);
    expect(geometry.grid && gridExtent(geometry.grid, [0, 0, 1])).toBe(10);
  });
  test("finds the slice nearest to a point, and how far it is", () => {
    expect(nearestFrame(geometry, [30, -20, 105.5])).toEqual({ frame: 3, away_mm: 0.5 });
    expect(halfGap(geometry, 3)).toBe(1);
  });
});

test("slices in the order against row x column fill the grid from its other end", () => {
  const down = [104, 102, 100].map((z) => frame({ position_mm: [0, 0, z] }));
  const { grid } = stackGeometry(header({ frames: down }));
  expect(grid?.origin).toEqual([0, 0, 100]);
  expect(grid && [0, 1, 2].map((index) => slotOf(grid, index))).toEqual([2, 1, 0]);
});

describe("a tilted CT", () => {
  const geometry = stackGeometry(tiltedHeader());

  test("makes no grid, whatever the number of slices", () => {
    expect(geometry.grid).toBeNull();
    expect(geometry.isInPatient).toBe(true);
  });
  test("measures distances along its own tilted normal, not along z", () => {
    const [first, second] = geometry.frames;
    // 4 mm of table at 18.5 degrees: 4 cos(18.5) between planes.
    expect(first && second && Math.abs(heightAbove(first, second.point))).toBeCloseTo(4 * 0.948324, 4);
  });
  test("takes half of its wider gap for a slice's reach", () => {
    expect(halfGap(geometry, 3)).toBeCloseTo((7 * 0.948324) / 2, 4);
  });
});

test("pictures without a place lie in their own plane, in pixels where no spacing is known", () => {
  const geometry = stackGeometry(flatHeader());
  expect(geometry.isInPatient).toBe(false);
  expect(geometry.hasSpacing).toBe(false);
  expect(geometry.frames[1]?.origin).toEqual([0, 0, 0]);
  expect(geometry.frames[1]?.point).toEqual([159.5, 119.5, 0]);
  expect(geometry.frames[1]?.normal).toEqual([0, 0, -1]);
});

describe("the walk of a reformat", () => {
  const { grid } = stackGeometry(header());
  if (!grid) throw new Error("no grid");

  test("steps through whole voxels, from one end to the other", () => {
    expect(reformatWalk(grid, REFORMAT_AXES.axial.along)).toEqual({ low: 100, high: 108, step: 2, count: 5 });
    expect(reformatWalk(grid, REFORMAT_AXES.coronal.along)).toEqual({
      low: -127.75,
      high: 127.75,
      step: 0.5,
      count: 512,
    });
  });
  test("takes a point to its nearest step and stops at the ends", () => {
    const walk = reformatWalk(grid, [0, 0, 1]);
    expect(stepAt(walk, [0, 0, 1], [5, 5, 102.9])).toBe(1);
    expect(stepAt(walk, [0, 0, 1], [5, 5, -300])).toBe(0);
    expect(pointAtStep(walk, [0, 0, 1], [5, 6, 7], 4)).toEqual([5, 6, 108]);
  });
  test("draws an axial plane from its neighbours only, and the other planes from all slices", () => {
    expect(framesAround(grid, { point: [0, 0, 104], normal: [0, 0, -1] })).toEqual([2, 2]);
    expect(framesAround(grid, { point: [0, 0, 104.7], normal: [0, 0, -1] })).toEqual([2, 3]);
    expect(framesAround(grid, { point: [0, 0, 104], normal: [1, 0, 0] })).toEqual([0, 4]);
  });
});

describe("a stack with a resampled grid", () => {
  const resampling: Resampling = {
    origin_mm: [-10, -20, 0],
    spacing_mm: 4,
    rows: 530,
    columns: 512,
    layers: [
      [0, 0, 0],
      [0, 1, 0.5],
      [-1, -1, 0],
      [4, 4, 0],
    ],
    shifts: [0, 1, 2, 3, 4].map((row) => [row, 0]),
  };
  const geometry = stackGeometry(header({ kind: "stack", reason: "gantry_tilt", spacing_mm: null, resampling }));
  const grid = geometry.grid as Grid;

  test("is cut on that grid and not on its slices", () => {
    expect(grid.origin).toEqual([-10, -20, 0]);
    expect(grid.spacing_mm).toEqual([0.5, 0.5, 4]);
    expect(grid.counts).toEqual([512, 530, 4]);
  });
  test("is as good as the slices that its layers are mixed from", () => {
    expect(framesAround(grid, { point: [0, 0, 4], normal: [0, 0, -1] })).toEqual([0, 1]);
    expect(framesAround(grid, { point: [0, 0, 12], normal: [0, 0, -1] })).toEqual([4, 4]);
    expect(framesAround(grid, { point: [0, 0, 4], normal: [1, 0, 0] })).toEqual([0, 4]);
  });
});

test("pixels of a known shape and no known size keep their shape, and are measured in no unit", () => {
  const geometry = stackGeometry({ ...flatHeader(), pixel_aspect: 2, rows: 20, columns: 40 });
  expect([geometry.pixel_mm, geometry.size_mm, geometry.hasSpacing]).toEqual([[2, 1], [40, 40], false]);
});
