/** A segment seen through any plane: which samples of the viewport lie in its voxels; pure. */
import { type Camera, heightAbove, type Size, toWorld } from "../../lib/planes";
import { dot, subtract, type Vec3 } from "../../lib/vectors";
import type { Segmentation } from "../../wire/types";
import type { Mask, PackedPlane } from "./bits";
import { type PlaneFrame, planeFrame } from "./objects";

type Sampled = { camera: Camera; size: Size; step_px: number };

export type Cut = { width: number; height: number; set: Uint8Array };

/** Samples `step_px` apart; null while a mask is on its way. A plane's voxels reach half way to its neighbours. */
export function cutOf(
  { planes, rows, columns, pixel_spacing_mm }: Segmentation,
  segment: number,
  at: Sampled,
  maskOf: (plane: PackedPlane) => Mask | null,
): Cut | null {
  const width = Math.ceil(at.size.width / at.step_px);
  const height = Math.ceil(at.size.height / at.step_px);
  const set = new Uint8Array(width * height);
  const frames = planes.map(planeFrame);
  const first = frames.find((frame) => frame !== null);
  if (!first || !pixel_spacing_mm) return { width, height, set };
  const half_mm = sliceHalf(
    frames.flatMap((frame) =>
      frame ? [heightAbove({ point: first.origin, normal: first.normal }, frame.origin)] : [],
    ),
  );
  for (const [index, plane] of planes.entries()) {
    const frame = frames[index];
    if (plane.segment !== segment || !frame) continue;
    const mask = maskOf(packedOf(plane, rows, columns));
    if (!mask) return null;
    fill({ width, height, set }, mask, linesOf(frame, pixel_spacing_mm, at), half_mm);
  }
  return { width, height, set };
}

/** A number that grows evenly over the viewport: at its first sample, by one sample to the right, by one downwards. */
type Line = readonly [start: number, right: number, down: number];

type Lines = { height_mm: Line; column: Line; row: Line };

function linesOf(frame: PlaneFrame, spacing: readonly [number, number], at: Sampled): Lines {
  const [start, right, down] = [
    [0.5, 0.5],
    [1.5, 0.5],
    [0.5, 1.5],
  ].map(([x, y]) =>
    subtract(toWorld(at.camera, at.size, (x as number) * at.step_px, (y as number) * at.step_px), frame.origin),
  ) as [Vec3, Vec3, Vec3];
  const along = (direction: Vec3, unit_mm: number): Line => {
    const first = dot(start, direction) / unit_mm;
    return [first, dot(right, direction) / unit_mm - first, dot(down, direction) / unit_mm - first];
  };
  return {
    height_mm: along(frame.normal, 1),
    column: along(frame.row, spacing[1]),
    row: along(frame.column, spacing[0]),
  };
}

function fill(cut: Cut, mask: Mask, { height_mm, column, row }: Lines, half_mm: number): void {
  for (let y = 0; y < cut.height; y++) {
    for (let x = 0; x < cut.width; x++) {
      if (Math.abs(height_mm[0] + x * height_mm[1] + y * height_mm[2]) > half_mm) continue;
      const c = Math.round(column[0] + x * column[1] + y * column[2]);
      const r = Math.round(row[0] + x * row[1] + y * row[2]);
      if (c < 0 || r < 0 || c >= mask.columns || r >= mask.rows) continue;
      if (mask.set[r * mask.columns + c]) cut.set[y * cut.width + x] = 1;
    }
  }
}

/** Half the smallest step between planes; a lone plane is taken for a millimetre thick. */
export function sliceHalf(heights: readonly number[]): number {
  const sorted = [...heights].sort((one, other) => one - other);
  const steps = sorted.slice(1).map((height, index) => height - (sorted[index] as number));
  const least = Math.min(...steps.filter((step) => step > 1e-3));
  return Number.isFinite(least) ? least / 2 : 0.5;
}

const packed = new WeakMap<object, PackedPlane>();

/** The same value for the same plane each time: masks are kept by it. */
export function packedOf(plane: { bits: string }, rows: number, columns: number): PackedPlane {
  const known = packed.get(plane);
  if (known) return known;
  const made = { rows, columns, bits: plane.bits };
  packed.set(plane, made);
  return made;
}
