/** Mean, deviation and extremes of the values inside a shape, from full-quality voxels only; pure. */
import { dot, moved, subtract, type Vec3 } from "../../lib/vectors";
import type { Drawing } from "../../wire/types";
import { type FramePlane, type StackGeometry, slotOf } from "../geometry";
import { boxOf, type Shape } from "./shapes";

/** `sd` is that of the whole population: every voxel of the region is there. */
export type Statistics = { mean: number; sd: number; min: number; max: number; count: number };

export type Voxels = {
  header: { rows: number; columns: number; values: string };
  geometry: StackGeometry;
  /** Values in memory are modality values times this. */
  gain: number;
  quality: ArrayLike<number>;
  valuesOf(frame: number): ArrayLike<number>;
  frameIndex(sop_instance_uid: string, frame: number): number;
};

const FULL = 1;
// A pixel whose middle lies on the very edge belongs to the region, whatever the last bit says.
const EDGE = 1 + 1e-9;
// A region of more samples than this would hold the page up.
const MOST = 4_000_000;

/** A shape on an image of the stack, or on a plane through the volume where no image is named. */
export type Region = Shape & Pick<Drawing, "sop_instance_uid" | "frame">;

/** Of the voxels that `isCounted`; `waiting` while an image it needs is coarse, null where there is nothing to measure. */
export function statisticsOf(
  drawing: Drawing,
  voxels: Voxels,
  isCounted?: (kept: number, frame: number) => boolean,
): Statistics | "waiting" | null {
  const found = keptIn(drawing, voxels, isCounted);
  return found === null || found === "waiting" ? found : summed(found, voxels.gain);
}

/** The values inside as they are kept (see `gain`), of the voxels that `isCounted`. */
export function keptIn(
  region: Region,
  voxels: Voxels,
  isCounted: (kept: number, frame: number) => boolean = () => true,
): number[] | "waiting" | null {
  if (voxels.header.values === "rgb8") return null;
  if (region.sop_instance_uid === null) return ofReslice(region, voxels, isCounted);
  const frame = voxels.frameIndex(region.sop_instance_uid, region.frame ?? 1);
  const plane = voxels.geometry.frames[frame];
  if (plane === undefined) return null;
  if (voxels.quality[frame] !== FULL) return "waiting";
  return [...valuesInFrame(region, voxels, frame, plane)].filter((kept) => isCounted(kept, frame));
}

function isInside(shape: Shape): (point: Vec3) => boolean {
  const { centre, right, up, half_right, half_up } = boxOf(shape);
  const isRound = shape.kind === "ellipse";
  return (point) => {
    const off = subtract(point, centre);
    const [x, y] = [dot(off, right) / half_right, dot(off, up) / half_up];
    return isRound ? x * x + y * y <= EDGE : Math.abs(x) <= EDGE && Math.abs(y) <= EDGE;
  };
}

function corners(shape: Shape): Vec3[] {
  const { centre, right, up, half_right, half_up } = boxOf(shape);
  return [-1, 1].flatMap((x) => [-1, 1].map((y) => moved(moved(centre, right, x * half_right), up, y * half_up)));
}

/** Every pixel of the image whose middle lies inside. */
function* valuesInFrame(shape: Shape, voxels: Voxels, frame: number, plane: FramePlane): Generator<number> {
  const { rows, columns } = voxels.header;
  const [down_mm, across_mm] = voxels.geometry.pixel_mm;
  const places = corners(shape).map((corner) => {
    const off = subtract(corner, plane.origin);
    return [dot(off, plane.row) / across_mm, dot(off, plane.column) / down_mm] as const;
  });
  const span = (axis: 0 | 1, count: number): [number, number] => {
    const found = places.map((place) => place[axis]);
    return [Math.max(Math.floor(Math.min(...found)), 0), Math.min(Math.ceil(Math.max(...found)), count - 1)];
  };
  const [left, right] = span(0, columns);
  const [top, bottom] = span(1, rows);
  const inside = isInside(shape);
  const values = voxels.valuesOf(frame);
  for (let row = top; row <= bottom; row++)
    for (let column = left; column <= right; column++) {
      const point = moved(moved(plane.origin, plane.row, column * across_mm), plane.column, row * down_mm);
      if (inside(point)) yield values[row * columns + column] as number;
    }
}

/** On a plane through the volume: the nearest voxel at every step of the finest spacing. */
function ofReslice(
  region: Shape,
  voxels: Voxels,
  isCounted: (kept: number, frame: number) => boolean,
): number[] | "waiting" | null {
  const { grid } = voxels.geometry;
  // Statistics are of what was measured: a resampled grid holds mixtures.
  if (grid === null || grid.layers !== null) return null;
  const { centre, right, up, half_right, half_up } = boxOf(region);
  const step = Math.min(...grid.spacing_mm);
  const [across, along] = [Math.floor(half_right / step), Math.floor(half_up / step)];
  if ((2 * across + 1) * (2 * along + 1) > MOST) return null;
  const inside = isInside(region);
  const [columns, rows, slots] = grid.counts;
  const found: number[] = [];
  for (let y = -along; y <= along; y++)
    for (let x = -across; x <= across; x++) {
      const point = moved(moved(centre, right, x * step), up, y * step);
      if (!inside(point)) continue;
      const off = subtract(point, grid.origin);
      const [column, row, slot] = grid.axes.map((axis, index) =>
        Math.round(dot(off, axis) / (grid.spacing_mm[index] as number)),
      ) as Vec3;
      if (column < 0 || row < 0 || slot < 0 || column >= columns || row >= rows || slot >= slots) continue;
      const frame = slotOf(grid, slot);
      if (voxels.quality[frame] !== FULL) return "waiting";
      const kept = voxels.valuesOf(frame)[row * columns + column] as number;
      if (isCounted(kept, frame)) found.push(kept);
    }
  return found;
}

function summed(values: Iterable<number>, gain: number): Statistics | null {
  let [count, sum, squares] = [0, 0, 0];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const kept of values) {
    const value = kept / gain;
    count++;
    // Welford's way: a large mean does not eat the digits of the deviation.
    const before = value - sum;
    sum += before / count;
    squares += before * (value - sum);
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return count === 0 ? null : { mean: sum, sd: Math.sqrt(squares / count), min, max, count };
}
