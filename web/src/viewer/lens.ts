/** A magnifying lens over one viewport, for this screen only: what lies under the hand, larger, from the image's values. */
import { magnified } from "../lib/magnify";
import { type Camera, rightOf, toWorld } from "../lib/planes";
import { dot, scaled, subtract, type Vec3 } from "../lib/vectors";
import type { ViewportId } from "../wire/types";
import type { Display, Picture } from "./display";
import type { Place } from "./gestures";
import { levelOf } from "./presenting";
import { cameraOf } from "./scene";
import { inMemory, type Series } from "./series";
import type { Stage } from "./stage";

export type Lens = {
  /** Over what this place shows; above a finger, which would cover it. Null puts the lens away. */
  show(id: ViewportId, place: Place | null, isTouch: boolean): void;
};

const SIDE_PX = 220;
const LARGER = 2.5;
const FINGER_PX = 150;

export function createLens(stage: Stage, display: Display, picture: () => Picture | null): Lens {
  const canvas = document.createElement("canvas");
  canvas.className = "lens";
  canvas.setAttribute("aria-hidden", "true");

  function put(id: ViewportId, { x_px, y_px }: Place, isTouch: boolean): void {
    const side = Math.round(Math.min(SIDE_PX, display.size(id).width * 0.6));
    // Below the finger where there is no room above it.
    const up_px = !isTouch ? 0 : y_px > FINGER_PX + side / 4 ? FINGER_PX : -FINGER_PX;
    canvas.style.width = canvas.style.height = `${side}px`;
    canvas.style.left = `${x_px - side / 2}px`;
    canvas.style.top = `${y_px - up_px - side / 2}px`;
    canvas.width = canvas.height = Math.round(side * devicePixelRatio);
    if (canvas.parentElement !== stage.screens[id].parentElement) stage.screens[id].after(canvas);
  }

  function draw(id: ViewportId, place: Place, { scene, series }: Picture): void {
    const size = display.size(id);
    const camera = cameraOf(scene, series.geometry, id, size);
    const there = inMemory(series);
    const context = canvas.getContext("2d");
    if (!context) return;
    if (there && id === "stack" && (there.quality[scene.frame] ?? -1) >= 0) {
      const at = { camera, point: toWorld(camera, size, place.x_px, place.y_px), side: canvas.width };
      context.putImageData(
        imageOf(there, scene.frame, at, levelOf(display.presentation(id, scene, there), there.gain)),
        0,
        0,
      );
    } else enlarge(context, stage.screens[id], place);
    mark(context);
  }

  return {
    show(id, place, isTouch) {
      const now = picture();
      if (place === null || now === null) return canvas.remove();
      put(id, place, isTouch);
      draw(id, place, now);
    },
  };
}

function imageOf(
  series: Series,
  frame: number,
  { camera, point, side }: { camera: Camera; point: Vec3; side: number },
  level: (kept: number) => number,
): ImageData {
  const { header, geometry } = series;
  const plane = geometry.frames[frame];
  if (plane === undefined) return new ImageData(side, side);
  const [down_mm, across_mm] = geometry.pixel_mm;
  const places = (way: Vec3): { column: number; row: number } => ({
    column: dot(way, plane.row) / across_mm,
    row: dot(way, plane.column) / down_mm,
  });
  // Where a screen pixel holds several of the image, the lens shows each of them.
  const step_mm = Math.min(camera.mm_per_px / LARGER, across_mm) / devicePixelRatio;
  const samples = header.values === "rgb8" ? 3 : 1;
  const shown = magnified(
    { values: series.valuesOf(frame), rows: header.rows, columns: header.columns, samples },
    {
      side,
      middle: places(subtract(point, plane.origin)),
      right: places(scaled(rightOf(camera), step_mm)),
      down: places(scaled(camera.up, -step_mm)),
    },
    level,
  );
  return new ImageData(shown as Uint8ClampedArray<ArrayBuffer>, side, side);
}

/** Planes through a volume, and pictures that the server draws: the screen's own pixels, larger. */
function enlarge(context: CanvasRenderingContext2D, screen: HTMLElement, { x_px, y_px }: Place): void {
  const { width: side } = context.canvas;
  context.fillStyle = "#000";
  context.fillRect(0, 0, side, side);
  const frame = screen.parentElement ?? screen;
  const isDrawn = (one: HTMLCanvasElement): boolean =>
    one !== context.canvas && one.offsetParent !== null && one.clientWidth === screen.clientWidth;
  // The server's picture lies over whatever was drawn here before.
  const shown =
    frame.querySelector<HTMLCanvasElement>(".viewport-served:not([hidden])") ??
    [...frame.querySelectorAll("canvas")].find(isDrawn);
  if (!shown) return;
  const density = shown.width / Math.max(shown.clientWidth, 1);
  const seen = (side / devicePixelRatio / LARGER) * density;
  context.drawImage(shown, x_px * density - seen / 2, y_px * density - seen / 2, seen, seen, 0, 0, side, side);
}

/** The place that is pointed at, in the middle: two short strokes on either side, nothing over the place itself. */
function mark(context: CanvasRenderingContext2D): void {
  const middle = context.canvas.width / 2;
  const [near, far] = [6, 14].map((px) => px * devicePixelRatio) as [number, number];
  context.strokeStyle = "rgb(255 255 255 / 0.75)";
  context.lineWidth = devicePixelRatio;
  context.beginPath();
  for (const way of [-1, 1]) {
    context.moveTo(middle + way * near, middle);
    context.lineTo(middle + way * far, middle);
    context.moveTo(middle, middle + way * near);
    context.lineTo(middle, middle + way * far);
  }
  context.stroke();
}
