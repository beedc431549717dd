/**
 * Planes on a screen: where a patient point falls in a viewport and back. Pure; knows neither DICOM nor Cornerstone.
 *
 * A plane's `normal` points to the person who looks at it and `up` to the top of the screen, so that `up x normal`
 * points to the right. For an image (PS3.3 C.7.6.2.1.1): up = -column, normal = -(row x column), right = row.
 */
import { cross, dot, moved, subtract, type Vec3 } from "./vectors";

export type Plane = Facing & { point: Vec3 };

/** How a plane is looked at; `isMirrored`: flipped, so that `up x normal` points to the left of the screen. */
export type Facing = { normal: Vec3; up: Vec3; isMirrored?: boolean };

/** A camera that looks at a plane: what stands at the middle of the viewport, and how many millimetres a CSS pixel shows. */
export type Camera = Facing & { centre: Vec3; mm_per_px: number };

export type Size = { width: number; height: number };

export const rightOf = ({ normal, up, isMirrored }: Facing): Vec3 =>
  isMirrored ? cross(normal, up) : cross(up, normal);

/** Millimetres from the plane, positive along its normal. */
export const heightAbove = (plane: { point: Vec3; normal: Vec3 }, point: Vec3): number =>
  dot(subtract(point, plane.point), plane.normal);

export const projected = (plane: { point: Vec3; normal: Vec3 }, point: Vec3): Vec3 =>
  moved(point, plane.normal, -heightAbove(plane, point));

/** CSS pixels from the viewport's top left corner; a point off the plane is projected onto it. */
export function toScreen(camera: Camera, size: Size, point: Vec3): [number, number] {
  const offset = subtract(point, camera.centre);
  const right = dot(offset, rightOf(camera));
  const up = dot(offset, camera.up);
  return [size.width / 2 + right / camera.mm_per_px, size.height / 2 - up / camera.mm_per_px];
}

export function toWorld(camera: Camera, size: Size, x_px: number, y_px: number): Vec3 {
  const right = (x_px - size.width / 2) * camera.mm_per_px;
  const up = (size.height / 2 - y_px) * camera.mm_per_px;
  return moved(moved(camera.centre, rightOf(camera), right), camera.up, up);
}

/** The scale at which at least `fov_mm` (width, height) is visible in a viewport of this size, whatever its shape. */
export const scaleToShow = (fov_mm: [number, number], size: Size): number =>
  Math.max(fov_mm[0] / Math.max(size.width, 1), fov_mm[1] / Math.max(size.height, 1), 1e-6);

/** Where two planes meet, as a point and a direction; null when they are parallel. */
export function intersection(a: Plane, b: Plane): { point: Vec3; along: Vec3 } | null {
  const along = cross(a.normal, b.normal);
  const square = dot(along, along);
  if (square < 1e-9) return null;
  // A point of plane a, moved within a (perpendicular to the line) until it lies on b as well.
  const towards = cross(along, a.normal);
  const point = moved(a.point, towards, -heightAbove(b, a.point) / dot(towards, b.normal));
  const size = Math.sqrt(square);
  return { point, along: [along[0] / size, along[1] / size, along[2] / size] };
}
