/** The canvas between the image and its captions: paints markings where they belong; decides nothing. */
import type { Size } from "../../lib/planes";
import type { Overlay, Shutter } from "../../wire/types";
import { type Mask, maskOf, reduced } from "./bits";
import type { Markings } from "./markings";
import type { Drawing } from "./objects";
import { paintObjects } from "./painting";
import { pixelsApart } from "./placing";

export type LayerCanvas = {
  element: HTMLCanvasElement;
  draw(size: Size, markings: Markings | null, objects: readonly Drawing[]): void;
};

type Pen = CanvasRenderingContext2D;

export function createLayerCanvas(): LayerCanvas {
  const element = document.createElement("canvas");
  element.className = "viewport-layers";
  let last: Parameters<LayerCanvas["draw"]> | null = null;

  const draw: LayerCanvas["draw"] = (size, markings, objects) => {
    last = [size, markings, objects];
    const pen = cleared(element, size);
    if (!pen) return;
    const again = (): void => {
      if (last) draw(...last);
    };
    // PS3.4 N.2: the shutter acts on the image, graphics come after it.
    for (const shutter of markings?.shutters ?? []) cover(pen, markings as Markings, shutter, again);
    paintObjects(pen, objects, again);
    for (const overlay of markings?.overlays ?? [])
      paintPlane(pen, markings as Markings, overlay, { color: "#fff", again });
  };
  return { element, draw };
}

function cleared(canvas: HTMLCanvasElement, size: Size): Pen | null {
  const [width, height] = [size.width, size.height].map((side) => Math.round(side * devicePixelRatio)) as [
    number,
    number,
  ];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const pen = canvas.getContext("2d");
  pen?.setTransform(1, 0, 0, 1, 0, 0);
  pen?.clearRect(0, 0, width, height);
  return pen;
}

/** From here on the pen draws in columns and rows of the image. */
function placed(pen: Pen, { placing }: Markings): void {
  const [a, b, c, d, e, f] = placing.map((part) => part * devicePixelRatio) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  pen.setTransform(a, b, c, d, e, f);
}

export const shutterColor = ({ rgb, presentation_value }: Shutter): string => {
  const level = (presentation_value ?? 0) >> 8;
  return `rgb(${(rgb ?? [level, level, level]).join(" ")})`;
};

/** PS3.3 C.7.6.11: what one shape leaves out is hidden. Places in the file count from 1, here from 0. */
function cover(pen: Pen, markings: Markings, shutter: Shutter, again: () => void): void {
  const color = shutterColor(shutter);
  for (const shape of shapesOf(shutter, markings.row_per_column)) {
    placed(pen, markings);
    pen.beginPath();
    // A little beyond the edge, which would shine through half covered pixels of the screen.
    pen.rect(-0.75, -0.75, markings.columns + 0.5, markings.rows + 0.5);
    shape(pen);
    pen.fillStyle = color;
    pen.fill("evenodd");
  }
  if (shutter.bitmap) paintPlane(pen, markings, shutter.bitmap, { color, again });
}

type Shape = (pen: Pen) => void;

function shapesOf({ rectangle, circle, polygon }: Shutter, row_per_column: number): Shape[] {
  const shapes: Shape[] = [];
  if (rectangle) {
    const [left, right, upper, lower] = rectangle;
    shapes.push((pen) => pen.rect(left - 1.5, upper - 1.5, right - left + 1, lower - upper + 1));
  }
  if (circle) {
    const [row, column, radius] = circle;
    // The radius counts pixels along a row; a circle stays one on oblong pixels.
    shapes.push((pen) => pen.ellipse(column - 1, row - 1, radius, radius / row_per_column, 0, 0, 2 * Math.PI));
  }
  if (polygon && polygon.length > 0) {
    shapes.push((pen) => {
      for (const [index, [row, column]] of polygon.entries()) {
        if (index === 0) pen.moveTo(column - 1, row - 1);
        else pen.lineTo(column - 1, row - 1);
      }
      pen.closePath();
    });
  }
  return shapes;
}

function paintPlane(pen: Pen, markings: Markings, plane: Overlay, how: { color: string; again: () => void }): void {
  const mask = maskOf(plane, how.again);
  if (!mask) return;
  const pixels = pixelsApart(markings.placing, devicePixelRatio);
  const image = tinted(plane, mask, { pixels, color: how.color });
  placed(pen, markings);
  pen.beginPath();
  pen.save();
  // Bits beyond the picture's edge belong to no pixel of it.
  pen.rect(-0.5, -0.5, markings.columns, markings.rows);
  pen.clip();
  pen.imageSmoothingEnabled = false;
  const [width, height] = [image.width * pixels, image.height * pixels];
  pen.drawImage(image, plane.first_column - 0.5, plane.first_row - 0.5, width, height);
  pen.restore();
}

const images = new WeakMap<Overlay, { key: string; image: HTMLCanvasElement }>();

function tinted(plane: Overlay, mask: Mask, how: { pixels: number; color: string }): HTMLCanvasElement {
  const key = `${how.pixels} ${how.color}`;
  const known = images.get(plane);
  if (known?.key === key) return known.image;
  const { rows, columns, set } = reduced(mask, how.pixels);
  const image = document.createElement("canvas");
  image.width = columns;
  image.height = rows;
  const pen = image.getContext("2d") as Pen;
  const pixels = pen.createImageData(columns, rows);
  for (let index = 0; index < set.length; index++) pixels.data[4 * index + 3] = set[index] ? 255 : 0;
  pen.putImageData(pixels, 0, 0);
  pen.globalCompositeOperation = "source-in";
  pen.fillStyle = how.color;
  pen.fillRect(0, 0, columns, rows);
  images.set(plane, { key, image });
  return image;
}
