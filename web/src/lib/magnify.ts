/** A small square of an image drawn larger, from its values: bilinear between pixel centres, then to grey. Pure. */
import type { Values } from "./rescale";

export type Picture = { values: Values; rows: number; columns: number; samples: 1 | 3 };

/** Where the square's middle lies in the image (in pixels, centres at whole numbers), and what a step of it is there. */
export type Frame = {
  side: number;
  middle: { column: number; row: number };
  right: { column: number; row: number };
  down: { column: number; row: number };
};

/** RGBA, row by row; black beside the image. `level`: 0 to 255 of a value. */
export function magnified(picture: Picture, frame: Frame, level: (value: number) => number): Uint8ClampedArray {
  const { side, middle, right, down } = frame;
  const out = new Uint8ClampedArray(4 * side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [across, along] = [x - (side - 1) / 2, y - (side - 1) / 2];
      const column = middle.column + across * right.column + along * down.column;
      const row = middle.row + across * right.row + along * down.row;
      const to = 4 * (y * side + x);
      out[to + 3] = 255;
      if (isOutside(column, picture.columns) || isOutside(row, picture.rows)) continue;
      for (let sample = 0; sample < 3; sample++) {
        out[to + sample] =
          picture.samples === 1 && sample > 0
            ? (out[to] as number)
            : level(between(picture, { column, row, sample: picture.samples === 1 ? 0 : sample }));
      }
    }
  }
  return out;
}

/** Half a pixel beyond the centres of the outermost is still image. */
const isOutside = (place: number, count: number): boolean => place < -0.5 || place > count - 0.5;

function between(picture: Picture, at: { column: number; row: number; sample: number }): number {
  const { values, rows, columns, samples } = picture;
  const [column, row] = [within(at.column, columns), within(at.row, rows)];
  const [left, top] = [Math.floor(column), Math.floor(row)];
  const [share_x, share_y] = [column - left, row - top];
  const pixel = (x: number, y: number): number =>
    values[(Math.min(y, rows - 1) * columns + Math.min(x, columns - 1)) * samples + at.sample] as number;
  const upper = pixel(left, top) * (1 - share_x) + pixel(left + 1, top) * share_x;
  const lower = pixel(left, top + 1) * (1 - share_x) + pixel(left + 1, top + 1) * share_x;
  return upper * (1 - share_y) + lower * share_y;
}

const within = (place: number, count: number): number => Math.min(Math.max(place, 0), count - 1);
