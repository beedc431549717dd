/** How a drawing's points become millimetres: by the pixels' spacing, or by the ultrasound region around them; pure. */
import { dot, subtract, type Vec3 } from "../../lib/vectors";
import type { Drawing, UsRegion } from "../../wire/types";
import type { FramePlane, StackGeometry } from "../geometry";
import type { PackHeader } from "../pack";

export type Calibrated = { header: PackHeader; geometry: StackGeometry };

/** The drawing in millimetres; null where nothing says how large its pixels are. */
export function inMillimetres<Of extends Drawing>(drawing: Of, stack: Calibrated): Of | null {
  const { header, geometry } = stack;
  const frame = header.regions?.length ? frameOf(drawing, stack) : -1;
  const plane = geometry.frames[frame];
  const regions = regionsOf(header, frame);
  if (regions.length === 0 || plane === undefined) return geometry.hasSpacing ? drawing : null;
  const points = drawing.points.map((point) => pixelOf(point, plane, geometry));
  const scale_mm = scaleOf(regionAround(points, regions));
  if (scale_mm === null) return null;
  const { row, column } = plane;
  return {
    ...drawing,
    // In the picture's own plane, whose rows and columns a region's sides run along.
    points: points.map(([x, y]): Vec3 => [x * scale_mm[0], y * scale_mm[1], 0]),
    normal: [0, 0, -1],
    up: [dot(drawing.up, row), dot(drawing.up, column), 0],
  };
}

/**
 * Millimetres for each of the geometry's own, for a bar that stands for the whole image; null where there is no one
 * number: an ultrasound's regions may be of several scales, or say nothing of lengths.
 */
export function pixelScale({ header, geometry }: Calibrated, frame: number): number | null {
  const regions = regionsOf(header, frame);
  if (regions.length === 0) return geometry.hasSpacing ? 1 : null;
  const scales = regions.flatMap((one) => scaleOf(one) ?? []);
  const [least, most] = [Math.min(...scales), Math.max(...scales)];
  return scales.length > 0 && most - least <= ALIKE * most ? most / geometry.pixel_mm[1] : null;
}

// As far as a bar can be read.
const ALIKE = 0.01;

/** Region bounds are pixels counted from 0, whose middles lie at whole numbers (PS3.3 C.8.5.5.1.4). */
function regionAround(points: readonly Pixel[], regions: readonly UsRegion[]): UsRegion | null {
  const around = regions.filter((one) =>
    points.every(
      ([x, y]) =>
        x >= one.min_x_image_px - 0.5 &&
        x <= one.max_x_image_px + 0.5 &&
        y >= one.min_y_image_px - 0.5 &&
        y <= one.max_y_image_px + 0.5,
    ),
  );
  // Of regions in one another the inner one says what the pixels are: the outer is often the whole screen.
  return around.reduce<UsRegion | null>((least, one) => (least && areaPx(least) <= areaPx(one) ? least : one), null);
}

/** Millimetres of a pixel across and down; only where both ways are lengths: a spectrum has time and speed. */
function scaleOf(region: UsRegion | null): readonly [number, number] | null {
  if (region === null || region.x_unit !== "cm" || region.y_unit !== "cm") return null;
  return [10 * Math.abs(region.delta_x), 10 * Math.abs(region.delta_y)];
}

type Pixel = readonly [x: number, y: number];

function pixelOf(point: Vec3, { origin, row, column }: FramePlane, { pixel_mm }: StackGeometry): Pixel {
  const off = subtract(point, origin);
  return [dot(off, row) / pixel_mm[1], dot(off, column) / pixel_mm[0]];
}

const frameOf = ({ sop_instance_uid, frame }: Drawing, { header }: Calibrated): number =>
  header.frames.findIndex((one) => one.sop_instance_uid === sop_instance_uid && one.frame === frame);

const regionsOf = ({ regions = [] }: PackHeader, frame: number): UsRegion[] =>
  regions.filter((one) => one.frames.includes(frame)).map((one) => one.region);

const areaPx = (one: UsRegion): number =>
  (one.max_x_image_px - one.min_x_image_px + 1) * (one.max_y_image_px - one.min_y_image_px + 1);
