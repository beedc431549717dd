import { expect, test } from "vitest";
import { cutOf, sliceHalf } from "../../../src/viewer/layers/sampling";
import type { Segmentation } from "../../../src/wire/types";

const plane = (z: number): Segmentation["planes"][number] => ({
  segment: 1,
  position_mm: [0, 0, z],
  orientation: [1, 0, 0, 0, 1, 0],
  sop_instance_uid: null,
  frame: null,
  bits: "",
});

const segmentation: Segmentation = {
  type: "segmentation",
  title: "",
  fractional: false,
  frame_of_reference_uid: "1.2",
  rows: 2,
  columns: 4,
  pixel_spacing_mm: [1, 1],
  segments: [],
  planes: [plane(0), plane(3)],
};
// Columns 1 and 2 of the first row (y = 0).
const mask = { rows: 2, columns: 4, set: Uint8Array.of(0, 1, 1, 0, 0, 0, 0, 0) };

test("a coronal plane cuts the voxels that it goes through, each as high as the slices are apart", () => {
  // Seen from the front at y = 0: 8 mm wide and 8 mm high around (1.5, 0, 1.5), a sample a millimetre.
  const camera = { centre: [1.5, 0, 1.5], normal: [0, -1, 0], up: [0, 0, 1], mm_per_px: 1 } as const;
  const at = { camera: { ...camera, centre: [1.5, 0, 1.5], normal: [0, -1, 0], up: [0, 0, 1] } as never, size: { width: 8, height: 8 }, step_px: 1 };
  const cut = cutOf(segmentation, 1, at, () => mask);
  const rows = Array.from({ length: 8 }, (_, y) => [...(cut?.set.subarray(8 * y, 8 * y + 8) ?? [])].join(""));
  // Columns stand at x = -2 to 5; slices at z 0 and 3 reach from -1.5 to 4.5, samples at z 5 to -2.
  expect(rows).toEqual(["00000000", "00011000", "00011000", "00011000", "00011000", "00011000", "00011000", "00000000"]);
});

test("a plane beside the segment cuts nothing", () => {
  const camera = { centre: [1.5, 1, 1.5], normal: [0, -1, 0], up: [0, 0, 1], mm_per_px: 1 } as never;
  const cut = cutOf(segmentation, 1, { camera, size: { width: 8, height: 8 }, step_px: 1 }, () => mask);
  expect(cut?.set.some(Boolean)).toBe(false);
});

test("nothing is told while a mask is on its way", () => {
  const camera = { centre: [0, 0, 0], normal: [0, -1, 0], up: [0, 0, 1], mm_per_px: 1 } as never;
  expect(cutOf(segmentation, 1, { camera, size: { width: 2, height: 2 }, step_px: 1 }, () => null)).toBeNull();
});

test("voxels reach half way to the nearest neighbour", () => {
  expect(sliceHalf([6, 0, 3])).toBe(1.5);
  expect(sliceHalf([6])).toBe(0.5);
});
