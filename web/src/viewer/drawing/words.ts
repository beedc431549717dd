/** What is written beside an annotation; a number only once the image that it is measured on is there in full. */
import { chosenUnit } from "../../lib/uptake";
import type { Drawing } from "../../wire/types";
import type { Text } from "../overlay";
import type { PackHeader } from "../pack";
import { isPadding } from "../padding";
import { inMillimetres } from "./calibration";
import { trustOf } from "./placing";
import { angleDegrees, areaMm2, isBox, isMeasure, lengthMm, type Shape } from "./shapes";
import { type Statistics, statisticsOf, type Voxels } from "./statistics";

/** With voxels where they are in memory. */
export type Measured = Pick<Voxels, "geometry"> & { header: PackHeader } & (Voxels | { valuesOf?: undefined });

/** `isFull`: the slice that it lies on has come in full quality; `unit`: the one wished for where there are several. */
type Told = { isFull: boolean; unit: string | null };

/** Lines of text, the person's own words first. */
export function wordsOf(drawing: Drawing, measured: Measured, { isFull, unit }: Told, text: Text): string[] {
  const own = drawing.text === "" ? [] : [drawing.text];
  if (!isMeasure(drawing.kind)) return own;
  const shape = inMillimetres(drawing, measured);
  if (shape === null) return [...own, text("room.measure.no_value")];
  if (!isFull) return [...own, text("room.measure.waiting")];
  const trust = trustOf(measured.header);
  const isOfLength = drawing.kind !== "angle";
  const caution = trust === "true" || !isOfLength ? [] : [text(`room.measure.${trust}`)];
  return [...own, ...valuesOf({ drawing, shape, measured, unit }, text), ...caution];
}

// A region is counted once, not at every picture of a moving window or of words that are moved aside: points never
// change, they are exchanged.
const counted = new WeakMap<Drawing["points"], Statistics | null>();

function countedOf(drawing: Drawing, measured: Voxels & { header: PackHeader }): Statistics | "waiting" | null {
  const known = counted.get(drawing.points);
  if (known !== undefined) return known;
  const found = statisticsOf(drawing, measured, (kept, frame) => !isPadding(measured, kept, frame));
  if (found !== "waiting") counted.set(drawing.points, found);
  return found;
}

/** `shape`: the drawing in millimetres. */
type Valued = { drawing: Drawing; shape: Shape; measured: Measured; unit: string | null };

function valuesOf({ drawing, shape, measured, unit }: Valued, text: Text): string[] {
  if (drawing.kind === "angle") return [text("room.measure.degrees", { value: rounded(angleDegrees(shape), 1) })];
  if (drawing.kind === "bidirectional")
    return [
      text("room.measure.two_lengths", {
        long: millimetres(lengthMm(shape)),
        short: millimetres(lengthMm(shape, 2)),
      }),
    ];
  if (!isBox(drawing.kind)) return [text("room.measure.length_mm", { value: millimetres(lengthMm(shape)) })];
  const area = text("room.measure.area", { value: rounded(areaMm2(shape), 1) });
  if (measured.valuesOf === undefined) return [area, text("room.measure.no_values")];
  const found = countedOf(drawing, measured);
  if (found === "waiting") return [area, text("room.measure.waiting")];
  return found === null ? [area] : [...statisticWords(found, chosenUnit(measured.header, unit), text), area];
}

type Scale = { unit: string; factor: number };

function statisticWords({ mean, sd, min, max }: Statistics, { unit, factor }: Scale, text: Text): string[] {
  const digits = Math.max(Math.abs(max), Math.abs(min)) * factor < 10 ? 2 : 1;
  const [mean_, sd_, min_, max_] = [mean, sd, min, max].map((value) => rounded(value * factor, digits)) as [
    string,
    string,
    string,
    string,
  ];
  return [
    text("room.measure.mean", { mean: mean_, sd: sd_, unit }).trimEnd(),
    text("room.measure.range", { min: min_, max: max_, unit }).trimEnd(),
  ];
}

const millimetres = (value: number): string => rounded(value, 1);

const rounded = (value: number, digits: number): string => value.toFixed(digits).replace(/^-(0(?:\.0*)?)$/, "$1");
