/** Where the frames of one display stack stand in the patient, from its pack's header; nothing of it is guessed here. */
import { heightAbove, type Plane } from "../lib/planes";
import { cross, distance, dot, moved, scaled, subtract, unit, type Vec3 } from "../lib/vectors";
import type { Layer } from "../wire/types";
import type { Orientation, PackHeader } from "./pack";

export type FramePlane = Plane & { row: Vec3; column: Vec3; origin: Vec3 };

/** The regular grid of a stack that makes a volume; slots are frames in the direction of `axes[2]`. */
export type Grid = {
  origin: Vec3;
  axes: [Vec3, Vec3, Vec3];
  spacing_mm: Vec3;
  counts: Vec3;
  /** True when frame 0 is the last slot: the server's order runs against row x column. */
  isReversed: boolean;
  /** Of a resampled grid: which frames (-1: none) each slot is mixed from; null where slots are frames. */
  layers: readonly Layer[] | null;
};

export type StackGeometry = {
  /** False for images that have no place in a patient: their points are millimetres (or pixels) of the image. */
  isInPatient: boolean;
  /** Row and column distance; in widths of a pixel where the spacing is not known. */
  pixel_mm: [number, number];
  hasSpacing: boolean;
  size_mm: [number, number];
  frames: FramePlane[];
  grid: Grid | null;
};

export type ReformatId = "axial" | "sagittal" | "coronal";

export const REFORMATS: readonly ReformatId[] = ["axial", "sagittal", "coronal"];

/**
 * Radiological convention: the patient's right on the left of the screen, head or front at the top. Scrolling goes
 * `along`: towards the head as axial stacks do, towards the left, towards the back.
 */
export const REFORMAT_AXES: Record<ReformatId, { normal: Vec3; up: Vec3; along: Vec3 }> = {
  axial: { normal: [0, 0, -1], up: [0, -1, 0], along: [0, 0, 1] },
  sagittal: { normal: [1, 0, 0], up: [0, 0, 1], along: [1, 0, 0] },
  coronal: { normal: [0, -1, 0], up: [0, 0, 1], along: [0, 1, 0] },
};

// Images without a place: rows run to the right, columns downwards.
const IMAGE_ORIENTATION: Orientation = [1, 0, 0, 0, 1, 0];

export function stackGeometry(header: PackHeader): StackGeometry {
  const isInPatient = header.frames.every((frame) => frame.position_mm && (frame.orientation ?? header.orientation));
  const pixel_mm = header.pixel_spacing_mm ?? [header.pixel_aspect ?? 1, 1];
  const frames = header.frames.map((frame) =>
    framePlane({
      orientation: isInPatient ? (frame.orientation ?? header.orientation ?? IMAGE_ORIENTATION) : IMAGE_ORIENTATION,
      origin: (isInPatient && frame.position_mm) || [0, 0, 0],
      half: [((header.columns - 1) / 2) * pixel_mm[1], ((header.rows - 1) / 2) * pixel_mm[0]],
    }),
  );
  return {
    isInPatient,
    pixel_mm,
    hasSpacing: header.pixel_spacing_mm !== null,
    size_mm: [header.columns * pixel_mm[1], header.rows * pixel_mm[0]],
    frames,
    grid: isInPatient ? gridOf(header, frames, pixel_mm) : null,
  };
}

function framePlane(image: { orientation: Orientation; origin: Vec3; half: [number, number] }): FramePlane {
  const [a, b, c, d, e, f] = image.orientation;
  const row = unit([a, b, c]);
  const column = unit([d, e, f]);
  const point = moved(moved(image.origin, row, image.half[0]), column, image.half[1]);
  return { row, column, origin: image.origin, point, normal: unit(cross(column, row)), up: scaled(column, -1) };
}

function gridOf(header: PackHeader, frames: FramePlane[], pixel_mm: [number, number]): Grid | null {
  if (header.kind === "volume") return regularGrid(header, frames, pixel_mm);
  const [first] = frames;
  const { resampling } = header;
  if (!resampling || !first) return null;
  return {
    origin: resampling.origin_mm,
    axes: [first.row, first.column, unit(cross(first.row, first.column))],
    spacing_mm: [pixel_mm[1], pixel_mm[0], resampling.spacing_mm],
    counts: [resampling.columns, resampling.rows, resampling.layers.length],
    isReversed: false,
    layers: resampling.layers,
  };
}

function regularGrid(header: PackHeader, frames: FramePlane[], pixel_mm: [number, number]): Grid | null {
  const first = frames[0];
  const last = frames[frames.length - 1];
  if (!first || !last || frames.length < 2) return null;
  const across = unit(cross(first.row, first.column));
  const apart = dot(subtract(last.origin, first.origin), across);
  const step = header.spacing_mm ?? Math.abs(apart) / (frames.length - 1);
  if (!(step > 0)) return null;
  const isReversed = apart < 0;
  return {
    origin: isReversed ? last.origin : first.origin,
    axes: [first.row, first.column, across],
    spacing_mm: [pixel_mm[1], pixel_mm[0], step],
    counts: [header.columns, header.rows, frames.length],
    isReversed,
    layers: null,
  };
}

export const slotOf = (grid: Grid, frame: number): number => (grid.isReversed ? grid.counts[2] - 1 - frame : frame);

/** The frame whose plane is nearest to a point, and how far it is. */
export function nearestFrame(geometry: StackGeometry, point: Vec3): { frame: number; away_mm: number } {
  let best = { frame: 0, away_mm: Number.POSITIVE_INFINITY };
  geometry.frames.forEach((plane, frame) => {
    const away_mm = Math.abs(heightAbove(plane, point));
    if (away_mm < best.away_mm) best = { frame, away_mm };
  });
  return best;
}

/** Half the gap to the neighbours of a frame: a point nearer than this belongs to its slice. */
export function halfGap(geometry: StackGeometry, frame: number): number {
  const here = geometry.frames[frame] as FramePlane;
  const gaps = [geometry.frames[frame - 1], geometry.frames[frame + 1]]
    .filter((other) => other !== undefined)
    .map((other) => Math.abs(heightAbove(here, other.point)));
  const gap = Math.max(...gaps, 0);
  return gap > 0 ? gap / 2 : 0.5;
}

export type Walk = { low: number; high: number; step: number; count: number };

/** The planes that a reformat steps through, as distances along a direction; whole voxels where it follows an axis. */
export function reformatWalk(grid: Grid, along: Vec3): Walk {
  const parts = grid.axes.map((axis) => dot(axis, along));
  const main = parts.reduce((best, part, axis) => (Math.abs(part) > Math.abs(parts[best] as number) ? axis : best), 0);
  const step = grid.spacing_mm[main] as number;
  const start = dot(grid.origin, along);
  const reach = parts.map(
    (part, axis) => part * (grid.spacing_mm[axis] as number) * ((grid.counts[axis] as number) - 1),
  );
  const low = start + reach.reduce((sum, value) => sum + Math.min(value, 0), 0);
  const high = start + reach.reduce((sum, value) => sum + Math.max(value, 0), 0);
  return { low, high, step, count: Math.max(Math.round((high - low) / step), 0) + 1 };
}

/** The step of the walk that is nearest to a point. */
export function stepAt(walk: Walk, along: Vec3, point: Vec3): number {
  const index = Math.round((dot(point, along) - walk.low) / walk.step);
  return Math.min(Math.max(index, 0), walk.count - 1);
}

/** `point` moved along the direction until it lies on a step of the walk. */
export function pointAtStep(walk: Walk, along: Vec3, point: Vec3, step: number): Vec3 {
  const target = Math.min(walk.low + step * walk.step, walk.high);
  return moved(point, along, target - dot(point, along));
}

/** The middle of the grid, and what a reformat needs to show all of it. */
export function gridCentre(grid: Grid): Vec3 {
  return grid.axes.reduce<Vec3>(
    (at, axis, index) =>
      moved(at, axis, (((grid.counts[index] as number) - 1) / 2) * (grid.spacing_mm[index] as number)),
    grid.origin,
  );
}

export function gridExtent(grid: Grid, direction: Vec3): number {
  return grid.axes.reduce(
    (sum, axis, index) =>
      sum + Math.abs(dot(axis, direction)) * (grid.counts[index] as number) * (grid.spacing_mm[index] as number),
    0,
  );
}

/** Frames whose voxels a plane cuts or is interpolated from, lowest and highest index. */
export function framesAround(grid: Grid, plane: { point: Vec3; normal: Vec3 }): [number, number] {
  const [first, last] = slotsAround(grid, plane);
  if (grid.layers === null) return grid.isReversed ? [slotOf(grid, last), slotOf(grid, first)] : [first, last];
  const frames = grid.layers.slice(first, last + 1).flatMap(([below, above]) => (below < 0 ? [] : [below, above]));
  return [Math.min(...frames, grid.layers.length), Math.max(...frames, 0)];
}

function slotsAround(grid: Grid, plane: { point: Vec3; normal: Vec3 }): [number, number] {
  const last = grid.counts[2] - 1;
  if (Math.abs(dot(grid.axes[2], plane.normal)) < 0.999) return [0, last];
  const slot = dot(subtract(plane.point, grid.origin), grid.axes[2]) / grid.spacing_mm[2];
  const clampedTo = (value: number): number => Math.min(Math.max(value, 0), last);
  return [clampedTo(Math.floor(slot + 1e-3)), clampedTo(Math.ceil(slot - 1e-3))];
}

export const isSameVector = (a: Vec3, b: Vec3, tolerance: number): boolean => distance(a, b) <= tolerance;
