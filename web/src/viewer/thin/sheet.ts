/** The canvas over a viewport on which the server's picture stands, at its place under any camera of the same plane. */
import { type Camera, type Size, toScreen } from "../../lib/planes";
import { type Asked, type Manner, pixelsOf } from "./asking";
import { fullRatio } from "./steps";

export type Sheet = {
  element: HTMLCanvasElement;
  /** Where the picture does not reach, the sheet is grey: nothing is known there yet. */
  draw(picture: Placed & { image: ImageBitmap }, camera: Camera, size: Size): void;
  hide(): void;
};

const UNKNOWN = "#1c2126";

export function createSheet(): Sheet {
  const element = document.createElement("canvas");
  element.className = "viewport-served";
  element.hidden = true;
  const context = element.getContext("2d", { alpha: false });
  return {
    element,
    draw(picture, camera, size) {
      element.hidden = false;
      if (context === null) return;
      // As many pixels as a picture of full size has, so that one is copied as it is.
      const ratio = fullRatio(size, devicePixelRatio);
      const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
      if (element.width !== width) element.width = width;
      if (element.height !== height) element.height = height;
      const place = placeOf(picture, camera, size, ratio);
      context.fillStyle = UNKNOWN;
      context.fillRect(0, 0, width, height);
      context.imageSmoothingEnabled = !place.isExact;
      context.imageSmoothingQuality = "high";
      context.drawImage(picture.image, place.x, place.y, place.width, place.height);
    },
    hide() {
      element.hidden = true;
    },
  };
}

type Placed = { asked: Asked; manner: Manner };

type Place = { x: number; y: number; width: number; height: number; isExact: boolean };

/** Where a picture that was asked for under its own camera lies under this one, in pixels of the canvas. */
export function placeOf(picture: Placed, camera: Camera, size: Size, ratio: number): Place {
  const { width, height, mm_per_px } = pixelsOf(picture.asked, picture.manner);
  const scale = (mm_per_px / camera.mm_per_px) * ratio;
  const [x, y] = toScreen(camera, size, picture.asked.camera.centre);
  const place = { width: width * scale, height: height * scale };
  const left = x * ratio - place.width / 2;
  const top = y * ratio - place.height / 2;
  const isExact = [scale - 1, left - Math.round(left), top - Math.round(top)].every((each) => Math.abs(each) < 1e-3);
  return isExact
    ? { x: Math.round(left), y: Math.round(top), width, height, isExact }
    : { x: left, y: top, ...place, isExact };
}
