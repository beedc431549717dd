/** Planes through the volume turned about the point where they meet: by the hand, and as another screen shows them. Pure. */
import { type Camera, type Plane, type Size, toScreen } from "../lib/planes";
import { cross, dot, moved, scaled, subtract, turnedAbout, unit, type Vec3 } from "../lib/vectors";
import type { ViewportId } from "../wire/types";
import { isSameVector, REFORMAT_AXES, REFORMATS, type ReformatId, type StackGeometry } from "./geometry";
import { crosshairOf, isReformat, planeOf, type Scene, throughPoint, withPlane } from "./scene";
import type { Turn } from "./turning";

const SAME = 1e-4;

/** Neither axial nor sagittal nor coronal any more. */
export const isOblique = (scene: Scene, id: ReformatId): boolean =>
  !isSameVector(scene.planes[id].facing.normal, REFORMAT_AXES[id].normal, SAME) ||
  !isSameVector(scene.planes[id].facing.up, REFORMAT_AXES[id].up, SAME);

/** The other planes turned by an angle, in radians, about what this viewport's normal is; all still meet in one point. */
export function tilted(scene: Scene, id: ViewportId, angle: number): Scene {
  if (!isReformat(id) || scene.layout !== "mpr") return scene;
  const middle = crosshairOf(scene);
  const axis = scene.planes[id].facing.normal;
  const turned = (direction: Vec3): Vec3 => unit(turnedAbout(direction, axis, angle));
  return REFORMATS.filter((other) => other !== id).reduce((at, other) => {
    const { centre, facing } = at.planes[other];
    return withPlane(at, other, {
      centre: moved(middle, turnedAbout(subtract(centre, middle), axis, angle), 1),
      facing: { normal: turned(facing.normal), up: turned(facing.up) },
    });
  }, scene);
}

/** Along the body's axes again, through the point where the planes met. */
export function straightened(scene: Scene, geometry: StackGeometry): Scene {
  if (!REFORMATS.some((id) => isOblique(scene, id))) return scene;
  const middle = crosshairOf(scene);
  const straight = REFORMATS.reduce((at, id) => withPlane(at, id, { facing: REFORMAT_AXES[id] }), scene);
  return throughPoint(straight, geometry, middle, REFORMATS);
}

// What another screen sends is a direction of length 1 and one across it, or it is no plane.
const CROOKED = 0.01;

/**
 * A plane as another screen shows it. Its picture may be turned by quarters as well, which the directions do not tell: of
 * the four planes that it could be, the one whose top is nearest to the top of the untilted one.
 */
export function facedAs(
  scene: Scene,
  id: ReformatId,
  seen: { normal: Vec3; up: Vec3; mirrored?: boolean },
): Scene | null {
  const { normal, up } = seen;
  const isPlane = [dot(normal, normal) - 1, dot(up, up) - 1, dot(normal, up)].every((off) => Math.abs(off) < CROOKED);
  if (!isPlane) return null;
  const right = cross(up, normal);
  // The tops before the picture was turned by no, one, two, three quarters: `turnedUp` the other way round.
  const tops = [up, right, scaled(up, -1), scaled(right, -1)] as const;
  const nearness = tops.map((top) => dot(top, REFORMAT_AXES[id].up));
  const quarters = nearness.indexOf(Math.max(...nearness)) as Turn["quarters"];
  const facing = { normal, up: tops[quarters] as Vec3 };
  return withPlane(scene, id, { facing, quarters, isMirrored: seen.mirrored ?? false });
}

/** Shares of the viewport's shorter side from the crosshair: where a line is held to turn it, and where that is shown. */
const HELD_FROM = 0.28;
const GRIP_AT = 0.38;

/** Lines of the other planes in this viewport: where they meet, and in which directions they run. */
function linesIn(scene: Scene, geometry: StackGeometry, id: ViewportId): { middle: Vec3; ways: Vec3[] } | null {
  if (!isReformat(id) || scene.layout !== "mpr") return null;
  const here: Plane = planeOf(scene, geometry, id);
  const others = REFORMATS.filter((other) => other !== id).map((other) => scene.planes[other].facing.normal);
  return { middle: crosshairOf(scene), ways: others.map((normal) => unit(cross(here.normal, normal))) };
}

/** The marks on the lines by which they are turned, in patient space. */
export function gripsIn(
  scene: Scene,
  geometry: StackGeometry,
  at: { id: ViewportId; camera: Camera; size: Size },
): Vec3[] {
  const lines = linesIn(scene, geometry, at.id);
  const away_mm = GRIP_AT * Math.min(at.size.width, at.size.height) * at.camera.mm_per_px;
  return lines?.ways.flatMap((way) => [moved(lines.middle, way, away_mm), moved(lines.middle, way, -away_mm)]) ?? [];
}

/** Whether a finger is on one of the marks: the whole line would take the swipes by which one scrolls. */
export function isGripped(
  scene: Scene,
  geometry: StackGeometry,
  at: { id: ViewportId; camera: Camera; size: Size; x_px: number; y_px: number; within_px: number },
): boolean {
  return gripsIn(scene, geometry, at).some((grip) => {
    const [x, y] = toScreen(at.camera, at.size, grip);
    return Math.hypot(at.x_px - x, at.y_px - y) <= at.within_px;
  });
}

/** Whether a place is on the outer part of a line, within so many pixels. */
export function isHeld(
  scene: Scene,
  geometry: StackGeometry,
  at: { id: ViewportId; camera: Camera; size: Size; x_px: number; y_px: number; within_px: number },
): boolean {
  const lines = linesIn(scene, geometry, at.id);
  if (!lines) return false;
  const [x, y] = toScreen(at.camera, at.size, lines.middle);
  const from = HELD_FROM * Math.min(at.size.width, at.size.height);
  return lines.ways.some((way) => {
    const [there_x, there_y] = toScreen(at.camera, at.size, moved(lines.middle, way, at.camera.mm_per_px));
    const [right, down] = [there_x - x, there_y - y];
    const [off_x, off_y] = [at.x_px - x, at.y_px - y];
    return Math.abs(off_x * down - off_y * right) <= at.within_px && Math.abs(off_x * right + off_y * down) >= from;
  });
}

/** By how much a hand that went from one place of the plane to another has turned about the crosshair. */
export function angleBetween(scene: Scene, id: ReformatId, from: Vec3, to: Vec3): number {
  const middle = crosshairOf(scene);
  const axis = scene.planes[id].facing.normal;
  const [one, other] = [subtract(from, middle), subtract(to, middle)];
  return Math.atan2(dot(axis, cross(one, other)), dot(one, other) - dot(axis, one) * dot(axis, other));
}
