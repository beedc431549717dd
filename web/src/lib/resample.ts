/** One layer of a regular grid from the two slices around it, each moved sideways to where it was acquired; pure. */
import type { Values } from "./rescale";

/** A slice, how much of it the layer takes, and (rows, columns) from the layer's first pixel to its own. */
export type Part = { values: Values; share: number; shift: readonly [number, number] };

type Size = { rows: number; columns: number };

// What rounding leaves of a pixel's own place.
const OWN = 1e-4;

/** Writes into `layer`; what lies beside one of the slices becomes `blank`. The parts' shares add up to 1. */
export function mixLayer(layer: Values, size: Size, parts: readonly Part[], of: Size, blank: number): void {
  layer.fill(blank);
  const spans = parts.map(({ shift }) => [within(shift[0], of.rows), within(shift[1], of.columns)] as const);
  const [top, bottom] = common(spans.map(([rows]) => rows));
  const [left, right] = common(spans.map(([, columns]) => columns));
  if (right < left) return;
  const isWhole = !(layer instanceof Float32Array);
  const sum = new Float64Array(right - left + 1);
  for (let row = top; row <= Math.min(bottom, size.rows - 1); row++) {
    sum.fill(0);
    for (const part of parts) addRow(sum, part, of, row, left);
    const start = row * size.columns + left;
    for (let at = 0; at < sum.length; at++)
      layer[start + at] = isWhole ? Math.round(sum[at] as number) : (sum[at] as number);
  }
}

/** Bilinear: a slice moved as a whole takes the same shares of its four neighbours everywhere. */
function addRow(sum: Float64Array, { values, share, shift }: Part, of: Size, row: number, left: number): void {
  const [y, down] = cell(row - shift[0], of.rows);
  const [x, across] = cell(left - shift[1], of.columns);
  const near = y * of.columns + x;
  take(sum, values, near, share * (1 - down) * (1 - across));
  take(sum, values, near + 1, share * (1 - down) * across);
  take(sum, values, near + of.columns, share * down * (1 - across));
  take(sum, values, near + of.columns + 1, share * down * across);
}

/** A tilt moves along columns alone, so that half of the shares are mostly 0. */
function take(sum: Float64Array, values: Values, from: number, weight: number): void {
  if (weight === 0) return;
  for (let at = 0; at < sum.length; at++) sum[at] = (sum[at] as number) + weight * (values[from + at] as number);
}

/** The pixel at or before a place, and how far on to the next. */
function cell(place: number, count: number): [low: number, on: number] {
  const low = Math.min(Math.max(Math.floor(place + OWN), 0), count - 1);
  const on = place - low;
  return [low, on < OWN || low === count - 1 ? 0 : on];
}

/** First and last pixel of the layer that lie on a slice. */
const within = (shift: number, count: number): [number, number] => [
  Math.max(Math.ceil(shift - OWN), 0),
  Math.floor(count - 1 + shift + OWN),
];

const common = (spans: readonly (readonly [number, number])[]): [number, number] => [
  Math.max(...spans.map(([first]) => first)),
  Math.min(...spans.map(([, last]) => last)),
];
