/** The hand that draws: the left button or one finger sets points with a measuring tool, and drags what is mine. */
import { subtract, type Vec3 } from "../../lib/vectors";
import type { AnnotationKind, Drawing, ViewportId } from "../../wire/types";
import { type Part, REACH, REACH_TOUCH, type Reach } from "./holding";
import { carried, completed, SET_BY_HAND } from "./shapes";

export type Place = { x_px: number; y_px: number };

/** Something of mine that a press may take hold of; `text_point`: the middle of its words now. */
export type Hold = { annotation_id: string; drawing: Drawing; part: Part; text_point: Vec3 | null };

export type PencilWorld = {
  kind(): AnnotationKind | null;
  /** What the viewport shows there, in patient millimetres; null where nothing is shown. */
  pointAt(id: ViewportId, place: Place): Vec3 | null;
  /** What of mine is under the place; without a measuring tool, of what is selected only. */
  holdAt(id: ViewportId, place: Place, reach: Reach): Hold | null;
  drawingAt(id: ViewportId, kind: AnnotationKind, points: Vec3[]): Drawing;
  /** False, having said why, where what begins so cannot be drawn. */
  mayDraw(begun: Drawing): boolean;
  /** True, having said so, of what is smaller than a pixel there: two ends at one place. */
  isNothing(id: ViewportId, drawing: Drawing): boolean;
  newId(): string;
  sketch(annotation_id: string, drawing: Drawing | null): void;
  drawn(annotation_id: string, drawing: Drawing): void;
  changed(annotation_id: string, drawing: Drawing): void;
  select(annotation_id: string | null): void;
  /** A finger sets this point, which it covers; null when it is set. */
  magnified(id: ViewportId, point: Vec3 | null): void;
  /** The mouse rests there, over something that it could take hold of, or not. */
  hovered(id: ViewportId, part: Part | null): void;
};

export type Pencil = {
  /** Starts listening on a viewport's frame; the returned function stops it. */
  listen(id: ViewportId, frame: HTMLElement, screen: HTMLElement): () => void;
  /** Lets go of what is half drawn; true when there was something. */
  cancel(): boolean;
};

/** `at`: where on the screen its last point was set. */
type Drawn = { id: ViewportId; annotation_id: string; kind: AnnotationKind; set: Vec3[]; next: Vec3; at: Place };
type Dragged = { id: ViewportId; hold: Hold; from: Vec3; drawing: Drawing };

const CLICK_PX = 4;

export function createPencil(world: PencilWorld): Pencil {
  let drawing: Drawn | null = null;
  let dragging: Dragged | null = null;
  let byFinger = false;

  const shapeOf = ({ id, kind, set, next }: Drawn): Drawing => {
    const points = completed(kind, [...set, next]);
    // What has not its points yet is shown with the last one in their place.
    const missing = (kind === "angle" ? 3 : points.length) - points.length;
    return world.drawingAt(id, kind, [...points, ...Array.from({ length: missing }, () => next)]);
  };

  const show = (): void => {
    if (drawing) world.sketch(drawing.annotation_id, shapeOf(drawing));
    else if (dragging) world.sketch(dragging.hold.annotation_id, dragging.drawing);
    const id = drawing?.id ?? dragging?.id;
    if (byFinger && id) world.magnified(id, pointInHand());
  };

  const pointInHand = (): Vec3 | null => {
    if (drawing) return drawing.next;
    const part = dragging?.hold.part;
    return typeof part === "number" ? (dragging?.drawing.points[part] ?? null) : null;
  };

  function down(id: ViewportId, place: Place, isTouch: boolean): boolean {
    const kind = world.kind();
    const point = world.pointAt(id, place);
    if (point === null) return false;
    if (drawing?.id === id) {
      byFinger = isTouch;
      drawing.next = point;
      show();
      return true;
    }
    cancel();
    byFinger = isTouch;
    const hold = world.holdAt(id, place, isTouch ? REACH_TOUCH : REACH);
    if (hold) {
      world.select(hold.annotation_id);
      dragging = { id, hold, from: point, drawing: hold.drawing };
      return true;
    }
    if (kind === null) return false;
    world.select(null);
    if (!world.mayDraw(world.drawingAt(id, kind, [point]))) return true;
    drawing = { id, annotation_id: world.newId(), kind, set: [], next: point, at: place };
    if (SET_BY_HAND[kind] > 1) drawing.set = [point];
    show();
    return true;
  }

  function move(id: ViewportId, place: Place): void {
    const point = world.pointAt(id, place);
    if (point === null) return;
    if (drawing?.id === id) drawing.next = point;
    else if (dragging?.id === id) {
      const { hold, from } = dragging;
      dragging.drawing = carried(hold.drawing, hold.part, { by: subtract(point, from), text_point: hold.text_point });
    } else {
      world.hovered(id, world.holdAt(id, place, REACH)?.part ?? null);
      return;
    }
    show();
  }

  /** `isClick`: the press ended where it began. The first stretch is dragged, or clicked at both ends. */
  function up(id: ViewportId, place: Place, isClick: boolean): void {
    if (byFinger) world.magnified(id, null);
    byFinger = false;
    if (dragging?.id === id) {
      const { hold, drawing: after } = dragging;
      dragging = null;
      if (isClick || world.isNothing(id, after)) world.sketch(hold.annotation_id, null);
      else world.changed(hold.annotation_id, after);
      return;
    }
    if (drawing?.id !== id) return;
    const { kind, set, next, at } = drawing;
    // Two points at one place, as a double click sets them, measure nothing.
    if (SET_BY_HAND[kind] > 1 && isNear(place, at)) return;
    const isLast = set.length + 1 >= SET_BY_HAND[kind];
    if (isLast) finish(drawing);
    else {
      drawing = { ...drawing, set: [...set, next], at: place };
      show();
    }
  }

  function finish(done: Drawn): void {
    drawing = null;
    const shape = shapeOf(done);
    if (world.isNothing(done.id, shape)) world.sketch(done.annotation_id, null);
    else world.drawn(done.annotation_id, shape);
  }

  function cancel(): boolean {
    const annotation_id = drawing?.annotation_id ?? dragging?.hold.annotation_id;
    const id = drawing?.id ?? dragging?.id;
    if (byFinger && id) world.magnified(id, null);
    byFinger = false;
    drawing = null;
    dragging = null;
    if (annotation_id !== undefined) world.sketch(annotation_id, null);
    return annotation_id !== undefined;
  }

  return { cancel, listen: (id, frame, screen) => listenTo(id, frame, screen, { down, move, up, cancel }) };
}

type Takers = {
  down(id: ViewportId, place: Place, isTouch: boolean): boolean;
  move(id: ViewportId, place: Place): void;
  up(id: ViewportId, place: Place, isClick: boolean): void;
  cancel(): boolean;
};

const isNear = (one: Place, other: Place): boolean =>
  Math.hypot(one.x_px - other.x_px, one.y_px - other.y_px) <= CLICK_PX;

/** Before the gestures hear of it (capture on the frame around): what the pencil takes, they do not get. */
function listenTo(id: ViewportId, frame: HTMLElement, screen: HTMLElement, takers: Takers): () => void {
  const controller = new AbortController();
  const options = { signal: controller.signal, capture: true };
  let press: { pointerId: number; at: Place; isClick: boolean; event: PointerEvent } | null = null;
  let isHandedOn = false;

  const placeOf = (event: PointerEvent): Place => {
    const box = screen.getBoundingClientRect();
    return { x_px: event.clientX - box.left, y_px: event.clientY - box.top };
  };

  const onDown = (event: PointerEvent): void => {
    if (isHandedOn || (event.target !== screen && !screen.contains(event.target as Node))) return;
    if (press !== null) {
      handOn(press.event);
      return;
    }
    const isPlain = event.button === 0 && !event.shiftKey && event.isPrimary;
    const at = placeOf(event);
    if (!isPlain || !takers.down(id, at, event.pointerType === "touch")) return;
    press = { pointerId: event.pointerId, at, isClick: true, event };
    event.stopPropagation();
    // Not after the propagation: whoever draws beyond the edge still draws here.
    screen.setPointerCapture(event.pointerId);
  };

  /** A second finger: it was not meant as drawing but as zooming, and the gestures must know of both fingers. */
  const handOn = (first: PointerEvent): void => {
    takers.cancel();
    press = null;
    isHandedOn = true;
    screen.dispatchEvent(new PointerEvent("pointerdown", first));
    isHandedOn = false;
  };

  const onMove = (event: PointerEvent): void => {
    const place = placeOf(event);
    if (press?.pointerId === event.pointerId) {
      if (!isNear(place, press.at)) press.isClick = false;
      if (!press.isClick) takers.move(id, place);
      event.stopPropagation();
    } else if (press === null && event.buttons === 0) takers.move(id, place);
  };

  const onUp = (event: PointerEvent): void => {
    if (press?.pointerId !== event.pointerId) return;
    const { isClick } = press;
    press = null;
    event.stopPropagation();
    if (event.type === "pointercancel") takers.cancel();
    else takers.up(id, placeOf(event), isClick);
  };

  frame.addEventListener("pointerdown", onDown, options);
  frame.addEventListener("pointermove", onMove, options);
  frame.addEventListener("pointerup", onUp, options);
  frame.addEventListener("pointercancel", onUp, options);
  return () => controller.abort();
}
