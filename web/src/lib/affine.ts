/** One patient space laid upon another: 4x4 matrices, row by row, whose last row is 0 0 0 1. Pure; in millimetres. */

import { type Plane, rightOf } from "./planes";
import { cross, dot, moved, scaled, unit, type Vec3 } from "./vectors";

export type Affine = readonly number[];

export const IDENTITY: Affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

export const shifted = ([x, y, z]: Vec3): Affine => [1, 0, 0, x, 0, 1, 0, y, 0, 0, 1, z, 0, 0, 0, 1];

const column = (by: Affine, at: number): Vec3 => [by[at] as number, by[at + 4] as number, by[at + 8] as number];

/** A direction: turned and stretched, not shifted. */
const turned = (by: Affine, [x, y, z]: Vec3): Vec3 =>
  moved(moved(scaled(column(by, 0), x), column(by, 1), y), column(by, 2), z);

export const mapped = (by: Affine, point: Vec3): Vec3 => moved(turned(by, point), column(by, 3), 1);

/** What `first` and then `then` do. */
export function both(first: Affine, then: Affine): Affine {
  const columns = [0, 1, 2].map((at) => turned(then, column(first, at)));
  return fromColumns([...columns, mapped(then, column(first, 3))] as [Vec3, Vec3, Vec3, Vec3]);
}

/** The way back; null where there is none. */
export function inverted(by: Affine): Affine | null {
  const [a, b, c] = [column(by, 0), column(by, 1), column(by, 2)];
  const volume = dot(a, cross(b, c));
  if (!(Math.abs(volume) > 1e-9)) return null;
  const rows = [cross(b, c), cross(c, a), cross(a, b)].map((row) => scaled(row, 1 / volume)) as [Vec3, Vec3, Vec3];
  const back = column(by, 3);
  return [...rows.flatMap((row) => [...row, -dot(row, back)]), 0, 0, 0, 1];
}

/** The same plane of the patient, looked at from the same side with the same thing at the top. */
export function mappedPlane(by: Affine, plane: Plane): Plane {
  const up = unit(turned(by, plane.up));
  const across = turned(by, rightOf({ normal: plane.normal, up: plane.up }));
  // Up and right stay in the plane whatever stretches it; a normal would not stay upright.
  return { ...plane, point: mapped(by, plane.point), normal: unit(cross(across, up)), up };
}

const fromColumns = (columns: [Vec3, Vec3, Vec3, Vec3]): Affine => [
  ...[0, 1, 2].flatMap((row) => columns.map((one) => one[row] as number)),
  0,
  0,
  0,
  1,
];
