/**
 * Mouse, trackpad and touch over one viewport, turned into what the reader means; it changes nothing itself.
 *
 * Cornerstone's own tools are not used: on its generic viewports WindowLevelTool goes by the whole dynamic range (4 HU a
 * pixel on a head CT), StackScrollTool takes each trackpad event for a slice, and pinching and panning at once is
 * unreliable there.
 */
import { newPair, type Pair, pairMoved } from "./fingers";

export type Tool = "window" | "pan" | "zoom" | "scroll" | "region" | "lens";

export type Place = { x_px: number; y_px: number };

/** Two opposite corners of what is dragged. */
export type Area = { from: Place; to: Place };

export type GestureTakers = {
  /** What the left button, or one finger, does. */
  tool(isTouch: boolean): Tool;
  stepHeightPx(): number;
  window(by: { right_px: number; down_px: number }): void;
  pan(by: { right_px: number; down_px: number }): void;
  zoom(factor: number, around: Place): void;
  scroll(steps: number): void;
  /** Whether a press here takes hold of a line, to turn planes by it. */
  holds(at: Place, isTouch: boolean): boolean;
  tilt(from: Place, to: Place): void;
  /** What is framed by the hand so far, and at its end; null when it is let go of without being meant. */
  region(area: Area | null, isDone: boolean): void;
  /** The place that is looked at through a lens while it is held; null when it is let go of. */
  lens(at: Place | null, isTouch: boolean): void;
  touched(): void;
  clicked(at: Place): void;
  doubleClicked(): void;
  pointed(at: Place | null): void;
};

// A press that moves less, and less long, is a click.
const CLICK_PX = 4;
const CLICK_MS = 400;
// One notch of a wheel is 100 or 120 px in Chromium, 3 lines in Firefox; a trackpad sends many events of a few px.
const NOTCH_PX = 80;
const TRACKPAD_PX_PER_STEP = 40;
const LINES_PER_STEP = 3;
const ZOOM_PER_PX = 1 / 200;
const ZOOM_PER_NOTCH = 1.15;

type Press = {
  button: number;
  isPanning: boolean;
  isTilting: boolean;
  from: Place;
  at: Place;
  moved_px: number;
  since_ms: number;
  isTouch: boolean;
};

/** Starts listening; the returned function stops it. */
export function listenToGestures(element: HTMLElement, takers: GestureTakers): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  const fingers = new Map<number, Place>();
  let pair: Pair | null = null;
  let press: Press | null = null;
  let area: Area | null = null;
  let wheelRest = 0;
  let scrollRest = 0;

  const placeOf = (event: { clientX: number; clientY: number }): Place => {
    const box = element.getBoundingClientRect();
    return { x_px: event.clientX - box.left, y_px: event.clientY - box.top };
  };

  const onDown = (event: PointerEvent): void => {
    takers.touched();
    element.setPointerCapture(event.pointerId);
    const at = placeOf(event);
    const isTouch = event.pointerType === "touch";
    if (isTouch) fingers.set(event.pointerId, at);
    pair = pairOf(fingers);
    scrollRest = 0;
    dropArea();
    press = {
      button: event.button,
      isPanning: event.shiftKey || event.button === 1,
      isTilting: event.button === 0 && !event.shiftKey && takers.holds(at, isTouch),
      from: at,
      at,
      // A second finger makes it no click, whatever it does.
      moved_px: fingers.size > 1 ? CLICK_PX + 1 : 0,
      since_ms: event.timeStamp,
      isTouch,
    };
    if (isLens(press)) takers.lens(fingers.size > 1 ? null : at, isTouch);
    if (event.button === 1) event.preventDefault();
  };

  const isLens = ({ button, isPanning, isTilting, isTouch }: Press): boolean =>
    button === 0 && !isPanning && !isTilting && takers.tool(isTouch) === "lens";

  const dropArea = (): void => {
    if (area !== null) takers.region(null, false);
    area = null;
  };

  const drag = (from: Press, by: { right_px: number; down_px: number }): void => {
    const to = { x_px: from.at.x_px + by.right_px, y_px: from.at.y_px + by.down_px };
    if (from.isTilting) {
      takers.tilt(from.at, to);
      return;
    }
    const tool = from.isPanning ? "pan" : from.button === 2 ? "zoom" : takers.tool(from.isTouch);
    if (tool === "window") takers.window(by);
    else if (tool === "pan") takers.pan(by);
    else if (tool === "zoom") takers.zoom(Math.exp(-by.down_px * ZOOM_PER_PX), from.at);
    else if (tool === "region") {
      area = { from: from.from, to };
      takers.region(area, false);
    } else scrollBy(by.down_px);
  };

  const scrollBy = (down_px: number): void => {
    scrollRest += down_px / takers.stepHeightPx();
    const steps = Math.trunc(scrollRest);
    scrollRest -= steps;
    if (steps !== 0) takers.scroll(steps);
  };

  const onMove = (event: PointerEvent): void => {
    const at = placeOf(event);
    takers.pointed(at);
    if (fingers.has(event.pointerId)) fingers.set(event.pointerId, at);
    if (fingers.size > 1) {
      moveTwo(event.pointerId, at);
      return;
    }
    element.toggleAttribute("data-held", press === null ? takers.holds(at, false) : press.isTilting);
    if (press === null) return;
    if (isLens(press)) {
      takers.lens(at, press.isTouch);
      return;
    }
    const by = { right_px: at.x_px - press.at.x_px, down_px: at.y_px - press.at.y_px };
    const was = press.moved_px;
    press.moved_px += Math.hypot(by.right_px, by.down_px);
    // Until it is more than a click nothing moves; then the drag starts from where it has got to.
    if (press.moved_px > CLICK_PX && was > 0) drag({ ...press, at: press.at }, by);
    else if (press.moved_px > CLICK_PX) drag(press, by);
    else return;
    press = { ...press, at };
  };

  const moveTwo = (id: number, to: Place): void => {
    if (pair === null) return;
    const moved = pairMoved(pair, id, to);
    pair = moved.pair;
    if (moved.act?.do === "window") takers.window(moved.act);
    if (moved.act?.do !== "pinch") return;
    takers.pan(moved.act);
    takers.zoom(moved.act.factor, moved.act.around);
  };

  const onUp = (event: PointerEvent): void => {
    fingers.delete(event.pointerId);
    pair = pairOf(fingers);
    const ended = press;
    press = null;
    takers.lens(null, false);
    if (event.pointerType === "touch") takers.pointed(null);
    if (area !== null && event.type === "pointerup") {
      takers.region(area, true);
      area = null;
    } else dropArea();
    if (event.type !== "pointerup" || ended === null || ended.button !== 0) return;
    const isClick = ended.moved_px <= CLICK_PX && event.timeStamp - ended.since_ms < CLICK_MS;
    if (isClick) takers.clicked(placeOf(event));
  };

  const onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    if (event.ctrlKey) {
      // Also what a pinch on a trackpad arrives as, then in small steps.
      const isNotch = Math.abs(event.deltaY) >= NOTCH_PX || event.deltaMode !== WheelEvent.DOM_DELTA_PIXEL;
      const factor = isNotch ? ZOOM_PER_NOTCH ** -Math.sign(event.deltaY) : Math.exp(-event.deltaY / 100);
      takers.zoom(factor, placeOf(event));
      return;
    }
    takers.touched();
    const steps = wheelSteps(event, wheelRest);
    wheelRest = steps.rest;
    if (steps.whole !== 0) takers.scroll(steps.whole);
  };

  element.addEventListener("pointerdown", onDown, { signal });
  element.addEventListener("pointermove", onMove, { signal });
  element.addEventListener("pointerup", onUp, { signal });
  element.addEventListener("pointercancel", onUp, { signal });
  element.addEventListener("pointerleave", () => takers.pointed(null), { signal });
  element.addEventListener("wheel", onWheel, { signal, passive: false });
  element.addEventListener("dblclick", () => takers.doubleClicked(), { signal });
  element.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
  return () => controller.abort();
}

/** Three fingers mean nothing: a palm must not change a view that others look at. */
function pairOf(fingers: ReadonlyMap<number, Place>): Pair | null {
  const [one, other, ...more] = [...fingers].map(([id, at]) => ({ id, at }));
  return one && other && more.length === 0 ? newPair(one, other) : null;
}

/** Whole slices for a wheel event, and what is left over for the next one. */
export function wheelSteps(
  event: { deltaY: number; deltaMode: number },
  rest: number,
): { whole: number; rest: number } {
  const isPixels = event.deltaMode === 0;
  if (isPixels && Math.abs(event.deltaY) >= NOTCH_PX) return { whole: Math.sign(event.deltaY), rest: 0 };
  const isTurned = Math.sign(rest) !== Math.sign(event.deltaY);
  const sum = (isTurned ? 0 : rest) + event.deltaY / (isPixels ? TRACKPAD_PX_PER_STEP : LINES_PER_STEP);
  const whole = Math.trunc(sum);
  return { whole, rest: sum - whole };
}
