/** Paints the drawings of objects onto a layer canvas, in device pixels; decides nothing. */
import { maskOf } from "./bits";
import type { CutDrawing, Drawing, MaskDrawing } from "./objects";
import { cutOf, packedOf } from "./sampling";

type Pen = CanvasRenderingContext2D;

// Samples of a cut, in CSS pixels: voxels are larger than that on any screen they are read on.
const STEP_PX = 2;
const LINE_PX = 1.5;
const FONT_PX = 14;

/** `again` is called when a mask has come that could not be painted yet. */
export function paintObjects(pen: Pen, drawings: readonly Drawing[], again: () => void): void {
  for (const drawing of drawings) {
    pen.save();
    pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    pen.globalAlpha = drawing.opacity;
    if (drawing.draw === "mask") paintMask(pen, drawing, again);
    else if (drawing.draw === "cut") paintCut(pen, drawing, again);
    else if (drawing.draw === "path") paintPath(pen, drawing);
    else paintWords(pen, drawing);
    pen.restore();
  }
}

function paintMask(
  pen: Pen,
  { plane, rows, columns, placing, color }: MaskDrawing & { color: string },
  again: () => void,
): void {
  const mask = maskOf(packedOf(plane, rows, columns), again);
  if (!mask) return;
  pen.transform(...placing);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(colored(plane, mask.set, { width: columns, height: rows, color }), -0.5, -0.5);
}

function paintCut(pen: Pen, drawing: CutDrawing & { color: string }, again: () => void): void {
  const { segmentation, segment, camera, size, color } = drawing;
  const cut = cutOf(segmentation, segment, { camera, size, step_px: STEP_PX }, (plane) => maskOf(plane, again));
  if (!cut) return;
  pen.imageSmoothingEnabled = false;
  const image = colored(null, cut.set, { ...cut, color });
  pen.drawImage(image, 0, 0, cut.width * STEP_PX, cut.height * STEP_PX);
}

function paintPath(pen: Pen, { points, isClosed, isFilled, isBare, color }: Drawing & { draw: "path" }): void {
  pen.beginPath();
  for (const [index, [x, y]] of points.entries()) {
    if (index === 0) pen.moveTo(x, y);
    else pen.lineTo(x, y);
  }
  if (isClosed) pen.closePath();
  pen.lineWidth = LINE_PX;
  pen.strokeStyle = color;
  pen.fillStyle = color;
  if (isFilled) pen.fill();
  if (!isBare) pen.stroke();
}

function paintWords(pen: Pen, { words, at, color }: Drawing & { draw: "words" }): void {
  pen.font = `600 ${FONT_PX}px system-ui, sans-serif`;
  pen.textBaseline = "top";
  pen.lineWidth = 3;
  pen.strokeStyle = "#000";
  pen.fillStyle = color;
  for (const [index, line] of words.split(/\r?\n/).entries()) {
    pen.strokeText(line, at[0], at[1] + index * FONT_PX * 1.3);
    pen.fillText(line, at[0], at[1] + index * FONT_PX * 1.3);
  }
}

type Tint = { width: number; height: number; color: string };
const images = new WeakMap<object, HTMLCanvasElement>();

/** A picture of the set pixels in one colour; kept for `key`, whose colour never changes. */
function colored(key: object | null, set: Uint8Array, { width, height, color }: Tint): HTMLCanvasElement {
  const known = key && images.get(key);
  if (known) return known;
  const image = document.createElement("canvas");
  image.width = Math.max(width, 1);
  image.height = Math.max(height, 1);
  const pen = image.getContext("2d") as Pen;
  const pixels = pen.createImageData(image.width, image.height);
  for (let index = 0; index < set.length; index++) pixels.data[4 * index + 3] = set[index] ? 255 : 0;
  pen.putImageData(pixels, 0, 0);
  pen.globalCompositeOperation = "source-in";
  pen.fillStyle = color;
  pen.fillRect(0, 0, image.width, image.height);
  if (key) images.set(key, image);
  return image;
}
