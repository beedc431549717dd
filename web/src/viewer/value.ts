/** The value of the voxel under the hand, as words for its viewport's caption; pure. */
import { chosenUnit } from "../lib/uptake";
import { dot, subtract, type Vec3 } from "../lib/vectors";
import type { ViewportId } from "../wire/types";
import { qualityOf } from "./captions";
import type { Voxels } from "./drawing/statistics";
import { slotOf } from "./geometry";
import type { FrameQuality } from "./memory";
import type { Text } from "./overlay";
import type { PackHeader } from "./pack";
import { isPadding } from "./padding";
import { isReformat, type Scene } from "./scene";

type Pictured = Voxels & { header: PackHeader; lowest(from: number, to: number): FrameQuality };

/** `…` until the picture is there in full, nothing beside the image and on its padding. */
export function valueWords(
  scene: Scene,
  series: Pictured,
  at: { id: ViewportId; point: Vec3; unit: string | null },
  text: Text,
): string {
  const voxel = isReformat(at.id) ? voxelInVolume(series, at.point) : voxelInFrame(series, scene.frame, at.point);
  if (voxel === null) return "";
  if (qualityOf(scene, series, at.id) !== "full") return "…";
  const { header, gain } = series;
  const values = series.valuesOf(voxel.frame);
  const place = voxel.row * header.columns + voxel.column;
  if (header.values === "rgb8") {
    const [r, g, b] = [0, 1, 2].map((sample) => values[3 * place + sample] as number) as Vec3;
    return text("room.viewer.rgb", { r, g, b });
  }
  const kept = values[place] as number;
  if (isPadding(series, kept, voxel.frame)) return "";
  const { unit, factor } = chosenUnit(header, at.unit);
  return text("room.viewer.value", { value: written((kept / gain) * factor), unit }).trimEnd();
}

type Voxel = { frame: number; column: number; row: number };

/** The pixel of an image of the stack whose square the point lies in. */
function voxelInFrame({ header, geometry }: Pictured, frame: number, point: Vec3): Voxel | null {
  const plane = geometry.frames[frame];
  if (plane === undefined) return null;
  const off = subtract(point, plane.origin);
  const [down_mm, across_mm] = geometry.pixel_mm;
  const column = Math.round(dot(off, plane.row) / across_mm);
  const row = Math.round(dot(off, plane.column) / down_mm);
  return isWithin(column, header.columns) && isWithin(row, header.rows) ? { frame, column, row } : null;
}

/** The nearest voxel: a plane through the volume is drawn between voxels, and a mixture is no measured value. */
function voxelInVolume({ geometry: { grid } }: Pictured, point: Vec3): Voxel | null {
  // A resampled voxel is a mixture everywhere.
  if (grid === null || grid.layers !== null) return null;
  const off = subtract(point, grid.origin);
  const places = grid.axes.map((axis, index) =>
    Math.round(dot(off, axis) / (grid.spacing_mm[index] as number)),
  ) as Vec3;
  if (!places.every((place, index) => isWithin(place, grid.counts[index] as number))) return null;
  return { frame: slotOf(grid, places[2]), column: places[0], row: places[1] };
}

const isWithin = (place: number, count: number): boolean => place >= 0 && place < count;

/** Whole numbers as they are; else two digits behind the point below ten, one above. */
function written(value: number): number {
  if (Number.isInteger(value)) return value;
  return Number(value.toFixed(Math.abs(value) < 10 ? 2 : 1));
}
