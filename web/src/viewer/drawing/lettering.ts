/** Where the words of an annotation stand on the screen: beside its shape, or where its author moved them; pure. */
import type { Size } from "../../lib/planes";

export type At = readonly [x_px: number, y_px: number];

export type Lettering = {
  anchor: "start" | "end" | "middle";
  x_px: number;
  /** Of each line. */
  baselines_px: number[];
  box: { left: number; top: number; right: number; bottom: number };
};

const LINE_PX = 15;
const BESIDE_PX = 9;
const LETTER_PX = 7.2;
/** From the middle of a line's letters to the line that they stand on. */
const SINK_PX = 4;

/** Null without words. `beside`: their place when not moved; `moved`: the middle of their box. */
export function letteringOf(
  lines: readonly string[],
  at: { beside: At; moved: At | null },
  size: Size,
): Lettering | null {
  if (lines.length === 0) return null;
  const width = Math.max(...lines.map((line) => line.length)) * LETTER_PX;
  return at.moved ? around(lines, at.moved, width, size) : besideOf(lines, at.beside, width, size);
}

function around(lines: readonly string[], [x, y]: At, width: number, size: Size): Lettering {
  const middle = within(x, width / 2, size.width - width / 2);
  const { tops, baselines_px } = stacked(lines.length, y, size);
  const box = { left: middle - width / 2, right: middle + width / 2, ...tops };
  return { anchor: "middle", x_px: middle, baselines_px, box };
}

function besideOf(lines: readonly string[], [x, y]: At, width: number, size: Size): Lettering {
  const isBeyond = x + BESIDE_PX + width > size.width && x - BESIDE_PX - width > 0;
  const { tops, baselines_px } = stacked(lines.length, y, size);
  if (isBeyond) {
    const right = x - BESIDE_PX;
    return { anchor: "end", x_px: right, baselines_px, box: { left: right - width, right, ...tops } };
  }
  // Where there is room on neither side, words move over the shape rather than out of the picture.
  const left = Math.max(Math.min(x + BESIDE_PX, size.width - width), 2);
  return { anchor: "start", x_px: left, baselines_px, box: { left, right: left + width, ...tops } };
}

function stacked(
  count: number,
  y: number,
  size: Size,
): { tops: { top: number; bottom: number }; baselines_px: number[] } {
  const height = count * LINE_PX;
  const top = within(y - height / 2, 0, size.height - height);
  const baselines_px = Array.from({ length: count }, (_, line) => top + (line + 0.5) * LINE_PX + SINK_PX);
  return { tops: { top, bottom: top + height }, baselines_px };
}

/** The lower bound wins where there is no room between them. */
const within = (value: number, least: number, most: number): number => Math.max(Math.min(value, most), least);
