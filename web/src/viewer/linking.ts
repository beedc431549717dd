/** Linked scrolling between panes: where one pane's point lies in another, if there is a reason to say so. Pure. */
import { heightAbove, type Plane } from "../lib/planes";
import { cross, dot, length, type Vec3 } from "../lib/vectors";
import { halfGap, nearestFrame, reformatWalk, type StackGeometry } from "./geometry";
import type { PackHeader } from "./pack";
import { alongOf, isReformat, planeOf, type Scene, shownViewports, throughPoint } from "./scene";

type Shown = { header: PackHeader; geometry: StackGeometry };
export type Standing = { scene: Scene; series: Shown };

// Series that stand steeper to each other do not show the same slices: they have reference lines instead.
export const STEEP_DEGREES = 45;
const MOVED_MM = 1e-6;

/** Planes of a scene that have moved along their normals: those that were scrolled, not panned. */
export function scrolledPlanes(before: Scene, after: Scene, geometry: StackGeometry): Plane[] {
  return shownViewports(after).flatMap((id) => {
    if (!shownViewports(before).includes(id)) return [];
    const plane = planeOf(after, geometry, id);
    return Math.abs(heightAbove(plane, planeOf(before, geometry, id).point)) > MOVED_MM ? [plane] : [];
  });
}

/** How steep two planes stand to each other, from 0 to 90. */
export function degreesBetween(one: Pick<Plane, "normal">, other: Pick<Plane, "normal">): number {
  const across = length(cross(one.normal, other.normal));
  return (Math.atan2(across, Math.abs(dot(one.normal, other.normal))) * 180) / Math.PI;
}

const isParallel = (one: Pick<Plane, "normal">, other: Pick<Plane, "normal">): boolean =>
  degreesBetween(one, other) <= STEEP_DEGREES;

/** Of all planes shown, how steep the one that lies most like this one stands to it. */
export const steepness = ({ scene, series: { geometry } }: Standing, plane: Plane): number =>
  Math.min(...shownViewports(scene).map((id) => degreesBetween(planeOf(scene, geometry, id), plane)));

/** Whether this pane has slices like the plane's, and one where it lies: null where it shows others altogether. */
export function covers({ scene, series: { geometry } }: Standing, plane: Plane): boolean | null {
  const alike = shownViewports(scene).filter((id) => isParallel(planeOf(scene, geometry, id), plane));
  if (!geometry.isInPatient || alike.length === 0) return null;
  return alike.every((id) => {
    if (isReformat(id)) return isWithin(geometry, alongOf(scene, id), plane.point);
    const { frame, away_mm } = nearestFrame(geometry, plane.point);
    return away_mm <= Math.max(halfGap(geometry, frame), 0.5) + 1e-3;
  });
}

function isWithin({ grid }: StackGeometry, along: Vec3, point: Vec3): boolean {
  if (!grid) return false;
  const { low, high, step } = reformatWalk(grid, along);
  const at = dot(point, along);
  return at >= low - step / 2 && at <= high + step / 2;
}

/** The scene at the nearest slice to a plane of another pane; as it was where it has none there. */
export function scrolledTo(standing: Standing, plane: Plane): Scene {
  const { scene, series } = standing;
  if (!covers(standing, plane)) return scene;
  const { geometry } = series;
  const alike = shownViewports(scene).filter((id) => isParallel(planeOf(scene, geometry, id), plane));
  if (scene.layout !== "stack") return throughPoint(scene, geometry, plane.point, alike.filter(isReformat));
  const { frame } = nearestFrame(geometry, plane.point);
  return frame === scene.frame ? scene : { ...scene, frame };
}
