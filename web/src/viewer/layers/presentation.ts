/** The graphics and words of a presentation state (PS3.3 C.10.5), placed on a viewport; pure. */
import { colorOf } from "../../wire/objects";
import type { Graphic, GraphicText, PresentationState } from "../../wire/types";
import { type Drawing, isNamed } from "./objects";
import type { Affine } from "./placing";

export type Beneath = {
  image: { sop_instance_uid: string; frame: number };
  placing: Affine;
  rows: number;
  columns: number;
};

type Point = readonly [number, number];

// The colour of annotations where their layer names none: on no other marking of the screen.
const PLAIN = "rgb(255 226 89)";
const ROUND_STEPS = 64;

export function graphicsOf(state: PresentationState, beneath: Beneath): Drawing[] {
  const layers = new Map(state.layers.map((layer) => [layer.name, layer.rgb]));
  const isTurned = state.rotation_deg !== 0 || state.flipped;
  const isHere = (annotation: PresentationState["annotations"][number]): boolean =>
    annotation.images.length === 0 || annotation.images.some((one) => isNamed(one, beneath.image));
  return state.annotations.filter(isHere).flatMap((annotation): Drawing[] => {
    const rgb = layers.get(annotation.layer) ?? null;
    const how = { color: rgb ? colorOf(0, rgb) : PLAIN, opacity: 1 };
    const place = placer(state, beneath);
    // Places on a display that is turned otherwise than the state says mean nothing on this one.
    const isMeant = (one: { units: string }): boolean => one.units === "PIXEL" || !isTurned;
    return [
      ...annotation.graphics.filter(isMeant).flatMap((one) => ofGraphic(one, place, how)),
      ...annotation.texts.filter(isMeant).flatMap((one) => ofText(one, place, how)),
    ];
  });
}

type Place = (units: string, point: Point) => Point;
type How = { color: string; opacity: number };

/** C.10.5.1.1: PIXEL counts from the corner of the first pixel, DISPLAY in shares of the displayed area. */
function placer(state: PresentationState, beneath: Beneath): Place {
  const area = state.areas.find((one) => one.images.length === 0 || one.images.some((r) => isNamed(r, beneath.image)));
  const [left, top] = area?.top_left ?? [1, 1];
  const [right, bottom] = area?.bottom_right ?? [beneath.columns, beneath.rows];
  const [a, b, c, d, e, f] = beneath.placing;
  return (units, [x, y]) => {
    const across = units === "PIXEL" ? x : left - 1 + x * (right - left + 1);
    const down = units === "PIXEL" ? y : top - 1 + y * (bottom - top + 1);
    const [column, row] = [across - 0.5, down - 0.5];
    return [a * column + c * row + e, b * column + d * row + f];
  };
}

function ofGraphic({ kind, units, filled, points }: Graphic, place: Place, how: How): Drawing[] {
  const raw = pairs(points);
  const put = (outline: readonly Point[], isClosed: boolean): Drawing[] => [
    {
      draw: "path",
      points: outline.map((point) => place(units, point)),
      isClosed,
      isFilled: filled && isClosed,
      ...how,
    },
  ];
  const [first, second] = raw;
  if (!first) return [];
  if (kind === "POINT") return put(around(first, [1, 0], [0, 1]), true);
  if (kind === "CIRCLE" && second) {
    const reach = Math.hypot(second[0] - first[0], second[1] - first[1]);
    return put(around(first, [reach, 0], [0, reach]), true);
  }
  if (kind === "ELLIPSE" && raw.length === 4) return put(ellipse(raw as [Point, Point, Point, Point]), true);
  const last = raw[raw.length - 1] as Point;
  // An interpolated curve is drawn through its points, by straight lines.
  return put(raw, raw.length > 2 && first[0] === last[0] && first[1] === last[1]);
}

/** C.10.5.1.2: both ends of the major axis, then of the minor one. */
function ellipse([majorA, majorB, minorA, minorB]: [Point, Point, Point, Point]): Point[] {
  const middle: Point = [(majorA[0] + majorB[0]) / 2, (majorA[1] + majorB[1]) / 2];
  return around(middle, half(majorA, majorB), half(minorA, minorB));
}

const half = (from: Point, to: Point): Point => [(to[0] - from[0]) / 2, (to[1] - from[1]) / 2];

function around(middle: Point, one: Point, other: Point): Point[] {
  return Array.from({ length: ROUND_STEPS }, (_, step) => {
    const turn = (2 * Math.PI * step) / ROUND_STEPS;
    const [x, y] = [Math.cos(turn), Math.sin(turn)];
    return [middle[0] + x * one[0] + y * other[0], middle[1] + x * one[1] + y * other[1]];
  });
}

function ofText({ text, units, anchor, box }: GraphicText, place: Place, how: How): Drawing[] {
  const at = anchor ?? (box ? ([box[0], box[1]] as const) : null);
  return at ? [{ draw: "words", words: text, at: place(units, at), ...how }] : [];
}

function pairs(numbers: readonly number[]): Point[] {
  const found: Point[] = [];
  for (let at = 0; at + 1 < numbers.length; at += 2) found.push([numbers[at] as number, numbers[at + 1] as number]);
  return found;
}
