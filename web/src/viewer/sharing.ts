/** Between a pane's scene and what travels of it: reading, applying, comparing. Pure. */
import { type Facing, type Plane, type Size, scaleToShow, toScreen } from "../lib/planes";
import { dot, type Vec3 } from "../lib/vectors";
import { type Away, NOTHING } from "../wire/facets";
import { isSameLayers, layersOf, written } from "../wire/layers";
import type { Facets, Pane, ViewportId, ViewportView } from "../wire/types";
import { halfGap, isSameVector, nearestFrame, REFORMATS, type ReformatId, type StackGeometry } from "./geometry";
import { degreesBetween, STEEP_DEGREES, type Standing, steepness } from "./linking";
import type { PackHeader } from "./pack";
import { ALONE, carriedPlane, carriesPoints, type Laid, type Relation } from "./registered";
import {
  cameraOf,
  centredOn,
  isOnPlane,
  isReformat,
  lyingOf,
  ontoPoint,
  planeOf,
  type Scene,
  shownViewports,
  throughPoint,
  visibleFov,
  wholeFov,
  withFov,
  withLayout,
  withTurn,
} from "./scene";
import { isSameSlab, slabAt, withSlab } from "./slabs";
import { canReformat } from "./stack";
import { facedAs } from "./tilting";
import { turnOf } from "./turning";

export type Shown = { header: PackHeader; geometry: StackGeometry; frameIndex(sop: string, frame: number): number };

const PLACE: Facets = { ...NOTHING, slice: true };

type StackName = { study_uid: string; series_uid: string; stack: number };

export const isSameStack = (header: StackName, view: StackName): boolean =>
  header.study_uid === view.study_uid && header.series_uid === view.series_uid && header.stack === view.stack;

export function paneOf(scene: Scene, shown: Shown, sizeOf: (id: ViewportId) => Size): Pane {
  const { header } = shown;
  return {
    study_uid: header.study_uid,
    series_uid: header.series_uid,
    stack: header.stack,
    frame_of_reference_uid: header.frame_of_reference_uid,
    layout: scene.layout,
    active: scene.active,
    window: { ...scene.window, unit: header.unit },
    invert: scene.isInverted,
    viewports: shownViewports(scene).map((id) => viewportOf(scene, shown, id, sizeOf(id))),
    layers: written(scene.layers),
  };
}

/** A viewport of a page that is not shown has no size. */
const isHidden = (size: Size): boolean => size.width <= 0 || size.height <= 0;

function viewportOf(scene: Scene, shown: Shown, id: ViewportId, size: Size): ViewportView {
  const camera = cameraOf(scene, shown.geometry, id, size);
  const image = isReformat(id) ? undefined : shown.header.frames[scene.frame];
  const asked = isReformat(id) ? scene.planes[id].fov_mm : scene.stack.fov_mm;
  return {
    id,
    point_world_mm: camera.centre,
    normal: camera.normal,
    up: camera.up,
    // What was taken over from another screen is passed on as it came: with each change of hands between screens of
    // different shape "at least what you see" would otherwise zoom out a little further.
    fov_mm: asked ?? (isHidden(size) ? wholeFov(scene, shown.geometry, id) : visibleFov(camera, size)),
    sop_instance_uid: image?.sop_instance_uid ?? null,
    frame: image?.frame ?? null,
    mirrored: camera.isMirrored ?? false,
    slab: slabAt(scene, id),
  };
}

/** The scene after another person's view; null where this stack cannot show it at all. */
export function followed(scene: Scene, shown: Shown, view: Pane, facets: Facets, laid: Laid = ALONE): Scene | null {
  const isSame = isSameStack(shown.header, view);
  const relation = laid(view.frame_of_reference_uid, shown.header.frame_of_reference_uid);
  if (!isSame && !relation) return null;
  let next = scene;
  if (isSame && facets.layout && (view.layout === "stack" || canReformat(shown))) {
    next = { ...withLayout(next, shown.geometry, view.layout), active: view.active };
  }
  if (facets.slice) {
    const placed =
      next.layout === view.layout && isSame ? sameSlices(next, shown, view) : nearSlice(next, shown, view, relation);
    if (placed === null) return null;
    next = placed;
  }
  if (facets.zoom && isSame && next.layout === view.layout) next = sameZoom(next, shown, view);
  if (facets.window && isSame) next = withLayers(next, view);
  if (facets.window && isSame && view.window.unit === shown.header.unit) {
    const { center, width } = view.window;
    next = { ...next, window: { center, width }, isInverted: view.invert };
  }
  return next;
}

/** Why its place cannot be shown here, be it in another series; null where it can. */
export function awayFrom(scene: Scene, shown: Shown, view: Pane, laid: Laid = ALONE): Away | null {
  if (followed(scene, shown, view, PLACE, laid) !== null) return null;
  if (isSameStack(shown.header, view)) return "outside";
  const relation = laid(view.frame_of_reference_uid, shown.header.frame_of_reference_uid);
  const active = activeOf(view);
  if (!relation || !active || !shown.geometry.isInPatient) return "unregistered";
  const plane = carriedPlane({ ...active, point: active.point_world_mm }, relation);
  return isAcross({ scene, series: shown }, plane, relation) ? "steep" : "outside";
}

/** From another frame of reference only what lies alike is followed: nobody has shown a slice that stands across. */
const isAcross = (standing: Standing, plane: Plane, relation: Relation): boolean =>
  relation.by !== "frame_of_reference" && steepness(standing, plane) > STEEP_DEGREES;

/** The same value where nothing has changed: a scene that is another is drawn anew. */
function withLayers(scene: Scene, view: Pane): Scene {
  const layers = layersOf(view);
  return isSameLayers(scene.layers, layers) ? scene : { ...scene, layers };
}

function sameSlices(scene: Scene, shown: Shown, view: Pane): Scene | null {
  let next: Scene = scene;
  for (const viewport of view.viewports) {
    const there = isReformat(viewport.id)
      ? alike(next, viewport.id, viewport)
      : turnedAlike(ofImage(next, shown, viewport), shown, viewport);
    if (there === null) return null;
    next = there;
  }
  return next;
}

/** The very plane: which steps another hand took to it does not matter. */
function alike(scene: Scene, id: ReformatId, viewport: ViewportView): Scene | null {
  const faced = facedAs(scene, id, viewport);
  return faced && withSlab(ontoPoint(faced, id, viewport.point_world_mm), id, viewport.slab ?? null);
}

function turnedAlike(scene: Scene | null, shown: Shown, viewport: ViewportView): Scene | null {
  const turn = scene && turnOf(lyingOf(scene, shown.geometry, viewport.id), viewport);
  return scene && turn ? withTurn(scene, viewport.id, turn) : scene;
}

function ofImage(scene: Scene, shown: Shown, viewport: ViewportView): Scene | null {
  const frame = shown.frameIndex(viewport.sop_instance_uid ?? "", viewport.frame ?? 1);
  return frame < 0 ? null : { ...scene, frame };
}

/** Another series or layout of the same place: the nearest slice, if the point lies within the stack. */
function nearSlice(scene: Scene, shown: Shown, view: Pane, relation: Relation | null): Scene | null {
  const { geometry } = shown;
  const active = activeOf(view);
  if (!active || !relation || !geometry.isInPatient) return null;
  const plane = carriedPlane({ ...active, point: active.point_world_mm }, relation);
  const { point } = plane;
  if (isAcross({ scene, series: shown }, plane, relation)) return null;
  if (scene.layout !== "stack") {
    const isKnown = (id: ReformatId): boolean =>
      carriesPoints(relation) || degreesBetween(planeOf(scene, geometry, id), plane) <= STEEP_DEGREES;
    return throughPoint(scene, geometry, point, REFORMATS.filter(isKnown));
  }
  const { frame, away_mm } = nearestFrame(geometry, point);
  return away_mm <= Math.max(halfGap(geometry, frame), 0.5) + 1e-3 ? { ...scene, frame } : null;
}

const activeOf = (view: Pane): ViewportView | undefined =>
  view.viewports.find((viewport) => viewport.id === view.active) ?? view.viewports[0];

function sameZoom(scene: Scene, shown: Shown, view: Pane): Scene {
  return view.viewports.reduce((at, viewport) => {
    const plane = planeOf(at, shown.geometry, viewport.id);
    // The slice is `slice`'s business: only the place within the plane is taken over here.
    const height = dot(viewport.point_world_mm, plane.normal) - dot(plane.point, plane.normal);
    const centre = viewport.point_world_mm.map(
      (value, axis) => value - height * (plane.normal[axis] as number),
    ) as Vec3;
    const isSensible = viewport.fov_mm.every((side) => side > 0 && Number.isFinite(side));
    return withFov(
      centredOn(at, shown.geometry, viewport.id, centre),
      viewport.id,
      isSensible ? viewport.fov_mm : null,
    );
  }, scene);
}

// A plane nearer than this shows the same voxels; half of the thinnest slices in use.
const SAME_PLANE_MM = 0.25;
const SAME_CENTRE_MM = 0.5;

/** Whether this scene shows the image asked for, in the parts named. A zoom shows it when all asked for is visible. */
export function isSameView(
  scene: Scene,
  shown: Shown,
  view: Pane,
  facets: Facets,
  sizeOf: (id: ViewportId) => Size,
): boolean {
  if (!isSameStack(shown.header, view) || scene.layout !== view.layout) return false;
  const isSameWindow =
    Math.abs(scene.window.center - view.window.center) < 0.01 + Math.abs(view.window.width) * 1e-3 &&
    Math.abs(scene.window.width - view.window.width) < 0.01 + Math.abs(view.window.width) * 1e-3 &&
    scene.isInverted === view.invert &&
    shown.header.unit === view.window.unit;
  if (facets.window && !(isSameWindow && isSameLayers(scene.layers, layersOf(view)))) return false;
  return view.viewports.every(
    (viewport) =>
      (!facets.slice || showsSlice(scene, shown, viewport)) &&
      (!facets.zoom || showsAll(scene, shown, viewport, sizeOf(viewport.id))),
  );
}

function showsSlice(scene: Scene, shown: Shown, viewport: ViewportView): boolean {
  const plane = planeOf(scene, shown.geometry, viewport.id);
  if (!isSeenAlike(plane, viewport) || !isSameSlab(slabAt(scene, viewport.id), viewport.slab ?? null)) return false;
  if (isReformat(viewport.id)) return isOnPlane(plane, viewport.point_world_mm, SAME_PLANE_MM);
  return shown.frameIndex(viewport.sop_instance_uid ?? "", viewport.frame ?? 1) === scene.frame;
}

/** A slice turned or mirrored elsewhere is not what stands here, although the same voxels are in it. */
function isSeenAlike(plane: Facing, viewport: ViewportView): boolean {
  if ((plane.isMirrored ?? false) !== (viewport.mirrored ?? false)) return false;
  return isSameVector(plane.normal, viewport.normal, 1e-3) && isSameVector(plane.up, viewport.up, 1e-3);
}

function showsAll(scene: Scene, shown: Shown, viewport: ViewportView, size: Size): boolean {
  if (isHidden(size)) return true;
  const camera = cameraOf(scene, shown.geometry, viewport.id, size);
  const [x, y] = toScreen(camera, size, viewport.point_world_mm);
  const slack = SAME_CENTRE_MM / camera.mm_per_px;
  // A follower who has zoomed in by hand sees less than was asked for; a tenth is not "less".
  const isCloseEnough = camera.mm_per_px * 1.1 >= scaleToShow(viewport.fov_mm, size);
  const half = { width: size.width / 2, height: size.height / 2 };
  const isCentred = Math.abs(x - half.width) <= half.width + slack && Math.abs(y - half.height) <= half.height + slack;
  return isCloseEnough && isCentred;
}
