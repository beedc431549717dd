/** What this screen shows of one stack, in patient space and free of any screen size; pure, no Cornerstone. */
import {
  type Camera,
  heightAbove,
  intersection,
  type Plane,
  projected,
  rightOf,
  type Size,
  scaleToShow,
} from "../lib/planes";
import { dot, moved, scaled, subtract, type Vec3 } from "../lib/vectors";
import { type FullLayers, NO_OBJECTS } from "../wire/layers";
import type { Layout, Slab, ViewportId } from "../wire/types";
import {
  gridCentre,
  gridExtent,
  nearestFrame,
  pointAtStep,
  REFORMAT_AXES,
  REFORMATS,
  type ReformatId,
  reformatWalk,
  type StackGeometry,
  stepAt,
} from "./geometry";
import { type Turn, turnedSize, turnedUp, UNTURNED } from "./turning";

/** Millimetres from the middle of the image to the middle of the viewport, along rows and against columns. */
export type Offset = { right_mm: number; up_mm: number };

/** How a plane through the volume lies: radiological axes (`REFORMAT_AXES`) until it is tilted. */
type Tilt = { facing: { normal: Vec3; up: Vec3 } };

/** `fov_mm` is what must be visible, whatever the viewport's shape; null shows all of the image. */
type Zoom = { fov_mm: [number, number] | null };

/** At which edge of the screen a whole image stands: left, in the middle, right. */
export type Hugged = -1 | 0 | 1;

export type Scene = {
  layout: Layout;
  active: ViewportId;
  window: { center: number; width: number };
  isInverted: boolean;
  /** What lies over the images: markings of their files, and objects by name. */
  layers: FullLayers;
  frame: number;
  /** From the image's own middle: on tilted stacks the picture must not drift over the screen while scrolling. */
  stack: Offset & Zoom & Turn & { hugs: Hugged };
  planes: Record<ReformatId, { centre: Vec3; slab: Slab | null } & Tilt & Zoom & Turn>;
};

export const isReformat = (id: ViewportId): id is ReformatId => id !== "stack";

export function shownViewports(scene: Scene): ViewportId[] {
  return scene.layout === "mpr" ? [...REFORMATS] : [scene.layout];
}

export function firstScene(
  geometry: StackGeometry,
  first: { frame: number; window: { center: number; width: number }; turn?: Turn; hugs?: Hugged },
): Scene {
  const centre = geometry.grid ? gridCentre(geometry.grid) : ([0, 0, 0] as Vec3);
  const scene: Scene = {
    layout: "stack",
    active: "stack",
    window: first.window,
    isInverted: false,
    layers: NO_OBJECTS,
    frame: first.frame,
    stack: { right_mm: 0, up_mm: 0, fov_mm: null, hugs: first.hugs ?? 0, ...(first.turn ?? UNTURNED) },
    planes: {
      axial: { centre, slab: null, facing: REFORMAT_AXES.axial, fov_mm: null, ...UNTURNED },
      sagittal: { centre, slab: null, facing: REFORMAT_AXES.sagittal, fov_mm: null, ...UNTURNED },
      coronal: { centre, slab: null, facing: REFORMAT_AXES.coronal, fov_mm: null, ...UNTURNED },
    },
  };
  return throughPoint(scene, geometry, centre, REFORMATS);
}

/** How the plane of a viewport lies by itself, before it is turned. */
export function lyingOf(scene: Scene, geometry: StackGeometry, id: ViewportId): Plane {
  if (isReformat(id)) {
    const { centre, facing } = scene.planes[id];
    return { point: centre, normal: facing.normal, up: facing.up };
  }
  const frame = geometry.frames[scene.frame];
  if (!frame) throw new RangeError(`frame ${scene.frame}`);
  const { right_mm, up_mm } = scene.stack;
  return { point: moved(moved(frame.point, frame.row, right_mm), frame.up, up_mm), normal: frame.normal, up: frame.up };
}

/** The direction in which scrolling goes through the volume: of the two along the normal, the one that it had untilted. */
export function alongOf(scene: Scene, id: ReformatId): Vec3 {
  const { normal, along } = REFORMAT_AXES[id];
  return scaled(scene.planes[id].facing.normal, dot(normal, along));
}

export function planeOf(scene: Scene, geometry: StackGeometry, id: ViewportId): Plane {
  const lying = lyingOf(scene, geometry, id);
  const turn = placeOf(scene, id);
  return { ...lying, up: turnedUp(lying, turn), isMirrored: turn.isMirrored };
}

/** What an untouched viewport shows: the whole image, or the whole volume seen along the plane's normal. */
export function wholeFov(scene: Scene, geometry: StackGeometry, id: ViewportId): [number, number] {
  const turn = turnAt(scene, id);
  if (!isReformat(id) || !geometry.grid) return turnedSize(geometry.size_mm, turn);
  const { facing } = scene.planes[id];
  return turnedSize([gridExtent(geometry.grid, rightOf(facing)), gridExtent(geometry.grid, facing.up)], turn);
}

const placeOf = (scene: Scene, id: ViewportId): Zoom & Turn => (isReformat(id) ? scene.planes[id] : scene.stack);

export const turnAt = (scene: Scene, id: ViewportId): Turn => {
  const { quarters, isMirrored } = placeOf(scene, id);
  return { quarters, isMirrored };
};

/** Turned, all of the image shown again: what was visible has another shape now. */
export function withTurn(scene: Scene, id: ViewportId, turn: Turn): Scene {
  const isAcross = (turn.quarters - turnAt(scene, id).quarters) % 2 !== 0;
  const { fov_mm } = placeOf(scene, id);
  const change = {
    ...turn,
    fov_mm: isAcross && fov_mm ? turnedSize(fov_mm, { quarters: 1, isMirrored: false }) : fov_mm,
  };
  return isReformat(id) ? withPlane(scene, id, change) : { ...scene, stack: { ...scene.stack, hugs: 0, ...change } };
}

export function cameraOf(scene: Scene, geometry: StackGeometry, id: ViewportId, size: Size): Camera {
  const { point, ...facing } = planeOf(scene, geometry, id);
  const fov_mm = placeOf(scene, id).fov_mm ?? wholeFov(scene, geometry, id);
  const mm_per_px = scaleToShow(fov_mm, size);
  const isWhole = !isReformat(id) && scene.stack.fov_mm === null;
  const aside = isWhole ? (scene.stack.hugs * (size.width * mm_per_px - fov_mm[0])) / 2 : 0;
  return { centre: aside === 0 ? point : moved(point, rightOf(facing), -aside), ...facing, mm_per_px };
}

/** Where the viewport stands in its walk through the stack, from 0, and how many steps there are. */
export function stepOf(scene: Scene, geometry: StackGeometry, id: ViewportId): { index: number; count: number } {
  if (!isReformat(id)) return { index: scene.frame, count: geometry.frames.length };
  if (!geometry.grid) return { index: 0, count: 1 };
  const along = alongOf(scene, id);
  const walk = reformatWalk(geometry.grid, along);
  return { index: stepAt(walk, along, scene.planes[id].centre), count: walk.count };
}

export function atStep(scene: Scene, geometry: StackGeometry, id: ViewportId, index: number): Scene {
  const { count } = stepOf(scene, geometry, id);
  const step = Math.min(Math.max(index, 0), count - 1);
  if (!isReformat(id)) return { ...scene, frame: step };
  if (!geometry.grid) return scene;
  const along = alongOf(scene, id);
  const walk = reformatWalk(geometry.grid, along);
  return withPlane(scene, id, { centre: pointAtStep(walk, along, scene.planes[id].centre, step) });
}

export function withPlane(scene: Scene, id: ReformatId, change: Partial<Scene["planes"][ReformatId]>): Scene {
  return { ...scene, planes: { ...scene.planes, [id]: { ...scene.planes[id], ...change } } };
}

/** Moves these planes through a point, along their normals only: what is panned stays panned. */
export function throughPoint(scene: Scene, geometry: StackGeometry, point: Vec3, ids: readonly ReformatId[]): Scene {
  const { grid } = geometry;
  if (!grid) return scene;
  return ids.reduce((at, id) => {
    const along = alongOf(at, id);
    const walk = reformatWalk(grid, along);
    const centre = pointAtStep(walk, along, at.planes[id].centre, stepAt(walk, along, point));
    return withPlane(at, id, { centre });
  }, scene);
}

/** A plane that contains this point exactly, wherever its steps lie; what is panned stays panned. */
export function ontoPoint(scene: Scene, id: ReformatId, point: Vec3): Scene {
  const { centre, facing } = scene.planes[id];
  return withPlane(scene, id, { centre: projected({ point, normal: facing.normal }, centre) });
}

/** Moves the middle of a viewport to a patient point: within its plane, and for reformats the plane as well. */
export function centredOn(scene: Scene, geometry: StackGeometry, id: ViewportId, point: Vec3): Scene {
  if (isReformat(id)) return withPlane(scene, id, { centre: point });
  const frame = geometry.frames[scene.frame];
  if (!frame) return scene;
  const off = subtract(point, frame.point);
  return { ...scene, stack: { ...scene.stack, right_mm: dot(off, frame.row), up_mm: dot(off, frame.up) } };
}

export function withFov(scene: Scene, id: ViewportId, fov_mm: [number, number] | null): Scene {
  return isReformat(id) ? withPlane(scene, id, { fov_mm }) : { ...scene, stack: { ...scene.stack, fov_mm } };
}

export const visibleFov = (camera: Camera, size: Size): [number, number] => [
  size.width * camera.mm_per_px,
  size.height * camera.mm_per_px,
];

// Beyond these a viewport shows a few pixels, or a stamp.
const CLOSEST_MM = 1;
const FARTHEST = 8;

/** Zooms by `factor` (above 1 closer) around a point that stays where it is on the screen. */
export function zoomed(
  scene: Scene,
  geometry: StackGeometry,
  at: { id: ViewportId; size: Size; factor: number; around: Vec3 | null },
): Scene {
  const camera = cameraOf(scene, geometry, at.id, at.size);
  const whole = wholeFov(scene, geometry, at.id);
  const seen = visibleFov(camera, at.size);
  const least = CLOSEST_MM / Math.min(seen[0], seen[1]);
  const most = (FARTHEST * Math.max(whole[0], whole[1])) / Math.max(seen[0], seen[1]);
  const by = Math.min(Math.max(1 / at.factor, least), Math.max(most, 1));
  const fov_mm: [number, number] = [seen[0] * by, seen[1] * by];
  const around = at.around ?? camera.centre;
  const centre = moved(around, subtract(camera.centre, around), by);
  return withFov(centredOn(scene, geometry, at.id, centre), at.id, fov_mm);
}

/** Drags the image by CSS pixels. What is visible then is what others must see. */
export function panned(
  scene: Scene,
  geometry: StackGeometry,
  by: { id: ViewportId; size: Size; right_px: number; down_px: number },
): Scene {
  const camera = cameraOf(scene, geometry, by.id, by.size);
  const along = moved(camera.centre, rightOf(camera), -by.right_px * camera.mm_per_px);
  const centre = moved(along, camera.up, by.down_px * camera.mm_per_px);
  return withFov(centredOn(scene, geometry, by.id, centre), by.id, visibleFov(camera, by.size));
}

/** The other layout, standing where this one stood. */
export function withLayout(scene: Scene, geometry: StackGeometry, layout: Layout): Scene {
  if (layout === scene.layout) return scene;
  if (layout !== "stack") {
    const next: Scene = { ...scene, layout, active: layout === "mpr" ? "axial" : layout };
    // From plane to plane, and between one and three of them, each stands where it stood.
    if (scene.layout !== "stack") return layout === "mpr" ? { ...next, active: scene.active } : next;
    const middle = geometry.frames[scene.frame]?.point ?? planeOf(scene, geometry, "stack").point;
    return throughPoint(next, geometry, middle, REFORMATS);
  }
  const at = planeOf(scene, geometry, scene.active).point;
  return { ...scene, layout, active: "stack", frame: nearestFrame(geometry, at).frame };
}

/** At an image of the stack; planes through the volume go to where it lies. */
export function atImage(scene: Scene, geometry: StackGeometry, frame: number): Scene {
  const point = geometry.frames[frame]?.point;
  const there = atStep(scene, geometry, "stack", frame);
  return point && scene.layout !== "stack" ? throughPoint(there, geometry, point, REFORMATS) : there;
}

/** The acquired slice nearest to what is shown: planes through the volume are made of those around it. */
export function frameWanted(scene: Scene, geometry: StackGeometry): number {
  if (scene.layout === "stack") return scene.frame;
  return nearestFrame(geometry, planeOf(scene, geometry, scene.active).point).frame;
}

/** The same place, look and window in a stack that shows the same slices at another time, echo or weighting. */
export function carriedTo(scene: Scene, from: StackGeometry, to: StackGeometry): Scene {
  const point = from.frames[scene.frame]?.point;
  const frame = point ? nearestFrame(to, point).frame : 0;
  const next = { ...scene, frame };
  return to.grid ? next : withLayout(next, to, "stack");
}

/** Back to the whole image in the first window, planes along the body's axes; the place in the stack is kept, and what lies over it. */
export function resetScene(
  scene: Scene,
  geometry: StackGeometry,
  as: { window: { center: number; width: number }; turn?: Turn; hugs?: Hugged },
): Scene {
  const fresh = firstScene(geometry, { frame: scene.frame, ...as });
  const kept: Scene = { ...fresh, layout: scene.layout, active: scene.active, layers: scene.layers };
  return throughPoint(kept, geometry, crosshairOf(scene), REFORMATS);
}

/** Where the three planes through the volume meet. */
export function crosshairOf({ planes }: Scene): Vec3 {
  const [a, b, c] = REFORMATS.map((id) => ({ point: planes[id].centre, ...planes[id].facing })) as [
    Plane,
    Plane,
    Plane,
  ];
  const line = intersection(a, b);
  const steep = line ? dot(line.along, c.normal) : 0;
  if (!line || Math.abs(steep) < 1e-3) return a.point;
  return moved(line.point, line.along, -heightAbove(c, line.point) / steep);
}

export const isOnPlane = (plane: Plane, point: Vec3, within_mm: number): boolean =>
  Math.abs(heightAbove(plane, point)) <= within_mm;
