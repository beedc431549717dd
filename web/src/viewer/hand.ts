/** The local user's hand: gestures over the viewports as changes of the scene, and where it points in the patient. */
import { toWorld } from "../lib/planes";
import type { Vec3 } from "../lib/vectors";
import { draggedWindow } from "../lib/windows";
import type { Pointer, ViewportId } from "../wire/types";
import type { Display, Picture } from "./display";
import { REFORMATS } from "./geometry";
import { type Area, type GestureTakers, listenToGestures, type Place, type Tool } from "./gestures";
import type { Lens } from "./lens";
import { type RegionRefusal, windowedByRegion } from "./regions";
import {
  atStep,
  cameraOf,
  isReformat,
  panned,
  type Scene,
  shownViewports,
  stepOf,
  throughPoint,
  withLayout,
  zoomed,
} from "./scene";
import { VIEWPORT_IDS } from "./screens";
import { inMemory } from "./series";
import { slabAt } from "./slabs";
import type { Stack } from "./stack";
import type { Stage } from "./stage";
import { angleBetween, isGripped, isHeld, tilted } from "./tilting";
import { functionOf } from "./voi";

export type Hand = {
  pointer(): Pointer | null;
  /** Where in the patient the hand rests in this viewport; null where it does not. */
  pointAt(id: ViewportId): Vec3 | null;
  /** What lies there on the screen, wherever the hand rests. */
  under(event: { clientX: number; clientY: number }): Pointer | null;
  setTool(tool: Tool): void;
  scroll(id: ViewportId, steps: number): void;
  activate(id: ViewportId): void;
  destroy(): void;
};

export type HandWorld = {
  picture(): Picture | null;
  /** What is to be seen in a viewport, which may be what was asked for before. */
  seen(id: ViewportId): Picture | null;
  change(by: (scene: Scene, series: Stack) => Scene): void;
  /** The hand points elsewhere. */
  moved(): void;
  /** The hand goes through the stack: what moves by itself stops. */
  scrolling(): void;
  /** A region that was framed has no window. */
  refused(why: RegionRefusal): void;
  lens: Lens["show"];
};

// Dragging with the scroll tool goes through the whole stack over the height of the viewport, within these bounds.
const STEP_PX = { least: 3, most: 40 };

// How far from a line, or for a finger from a mark on it, it is still taken hold of.
const HOLD_PX = { mouse: 7, finger: 24 };

export function createHand(stage: Stage, display: Display, world: HandWorld): Hand {
  const { picture, seen, change, moved, scrolling } = world;
  let tool: Tool | null = null;
  let rests: { id: ViewportId; place: Place } | null = null;

  function worldAt(id: ViewportId, place: Place): Vec3 | null {
    const now = seen(id);
    if (!now) return null;
    const size = display.size(id);
    return toWorld(cameraOf(now.scene, now.series.geometry, id, size), size, place.x_px, place.y_px);
  }

  const scroll = (id: ViewportId, steps: number): void => {
    scrolling();
    change((scene, series) => {
      const { index } = stepOf(scene, series.geometry, id);
      const next = atStep(scene, series.geometry, id, index + Math.round(steps));
      return stepOf(next, series.geometry, id).index === index ? scene : next;
    });
  };

  const activate = (id: ViewportId): void =>
    change((scene) => (shownViewports(scene).includes(id) && scene.active !== id ? { ...scene, active: id } : scene));

  const windowBy = (id: ViewportId, { from, to }: Area): void => {
    const [one, other] = [worldAt(id, from), worldAt(id, to)];
    if (!one || !other) return;
    change((scene, series) => {
      const there = slabAt(scene, id) === null ? inMemory(series) : null;
      const found = there ? windowedByRegion(scene, there, { id, corners: [one, other] }) : "no_values";
      if (typeof found !== "string") return found;
      world.refused(found);
      return scene;
    });
  };

  const takersOf = (id: ViewportId): GestureTakers => ({
    tool: (isTouch) => tool ?? (isTouch ? "scroll" : "window"),
    stepHeightPx() {
      const now = picture();
      const count = now ? stepOf(now.scene, now.series.geometry, id).count : 1;
      return Math.min(Math.max(display.size(id).height / count, STEP_PX.least), STEP_PX.most);
    },
    window: (by) => change((scene, series) => windowed(scene, series, by)),
    pan: (by) => change((scene, series) => panned(scene, series.geometry, { id, size: display.size(id), ...by })),
    zoom(factor, place) {
      const at = { id, size: display.size(id), factor, around: worldAt(id, place) };
      change((scene, series) => zoomed(scene, series.geometry, at));
    },
    scroll: (steps) => scroll(id, steps),
    holds(place, isTouch) {
      const now = picture();
      if (!now) return false;
      const size = display.size(id);
      const camera = cameraOf(now.scene, now.series.geometry, id, size);
      const at = { id, camera, size, ...place, within_px: isTouch ? HOLD_PX.finger : HOLD_PX.mouse };
      return (isTouch ? isGripped : isHeld)(now.scene, now.series.geometry, at);
    },
    tilt(from, to) {
      const [one, other] = [worldAt(id, from), worldAt(id, to)];
      if (!one || !other || !isReformat(id)) return;
      change((scene) => tilted(scene, id, angleBetween(scene, id, one, other)));
    },
    region(area, isDone) {
      stage.overlays[id].region(isDone ? null : area);
      if (area && isDone) windowBy(id, area);
    },
    lens: (place, isTouch) => world.lens(id, place, isTouch),
    touched: () => activate(id),
    clicked(place) {
      const point = worldAt(id, place);
      if (!point || !isReformat(id)) return;
      const others = REFORMATS.filter((other) => other !== id);
      change((scene, series) => throughPoint(scene, series.geometry, point, others));
    },
    doubleClicked() {
      if (isReformat(id))
        change((scene, { geometry }) => withLayout(scene, geometry, scene.layout === id ? "mpr" : id));
    },
    pointed(place) {
      rests = place && { id, place };
      moved();
    },
  });
  const removers = VIEWPORT_IDS.map((id) => listenToGestures(stage.screens[id], takersOf(id)));

  return {
    pointer() {
      const now = rests && seen(rests.id);
      if (!rests || !now || !shownViewports(now.scene).includes(rests.id)) return null;
      const point_world_mm = worldAt(rests.id, rests.place);
      return point_world_mm && pointerAt(now, rests.id, point_world_mm);
    },
    pointAt: (id) => (rests?.id === id ? worldAt(id, rests.place) : null),
    under({ clientX, clientY }) {
      for (const id of VIEWPORT_IDS) {
        const { left, top, right, bottom } = stage.screens[id].getBoundingClientRect();
        const now = seen(id);
        const isWithin = clientX >= left && clientX < right && clientY >= top && clientY < bottom;
        if (!now || !isWithin || !shownViewports(now.scene).includes(id)) continue;
        const point = worldAt(id, { x_px: clientX - left, y_px: clientY - top });
        return point && pointerAt(now, id, point);
      }
      return null;
    },
    setTool(next) {
      tool = next;
    },
    scroll,
    activate,
    destroy() {
      for (const remove of removers) remove();
    },
  };
}

function windowed(scene: Scene, { header }: Stack, by: { right_px: number; down_px: number }): Scene {
  if (header.values === "rgb8") return scene;
  return { ...scene, window: draggedWindow(scene.window, by, functionOf(header, null) !== "LINEAR") };
}

function pointerAt({ scene, series: { header } }: Picture, id: ViewportId, point_world_mm: Vec3): Pointer {
  const image = isReformat(id) ? undefined : header.frames[scene.frame];
  return {
    series_uid: header.series_uid,
    frame_of_reference_uid: header.frame_of_reference_uid,
    point_world_mm,
    sop_instance_uid: image?.sop_instance_uid ?? null,
    frame: image?.frame ?? null,
  };
}
