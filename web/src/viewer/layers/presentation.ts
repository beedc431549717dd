/** The graphics and words of a presentation state (PS3.3 C.10.5), placed on a viewport; pure. */
import { colorOf } from "../../wire/objects";
import type { Graphic, GraphicText, PresentationState } from "../../wire/types";
import { stateTurn } from "./applying";
import { isNamed } from "./naming";
import type { Drawing } from "./objects";
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
  const layers = new Map(state.layers.map((layer) => [layer.name, layer]));
  const orderOf = ({ layer }: { layer: string }): number => layers.get(layer)?.order ?? 0;
  const isHere = (annotation: PresentationState["annotations"][number]): boolean =>
    annotation.images.length === 0 || annotation.images.some((one) => isNamed(one, beneath.image));
  // C.10.7: what lies in a layer of a higher order covers what lies in a lower one.
  const inOrder = state.annotations.filter(isHere).sort((one, other) => orderOf(one) - orderOf(other));
  return inOrder.flatMap((annotation): Drawing[] => {
    const rgb = layers.get(annotation.layer)?.rgb ?? null;
    const how = { color: rgb ? colorOf(0, rgb) : PLAIN, opacity: 1 };
    const place = placer(state, beneath);
    return [
      ...annotation.graphics.flatMap((one) => ofGraphic(one, place, how)),
      ...annotation.texts.flatMap((one) => ofText(one, place, how)),
    ];
  });
}

type Place = (units: string, point: Point) => Point;
type How = { color: string; opacity: number };

// Where the right and the bottom of the screen lie in columns and rows, by clockwise quarters.
const RIGHT = [[1, 0], [0, -1], [-1, 0], [0, 1]] as const; // biome-ignore format: a table
const DOWN = [[0, 1], [1, 0], [0, -1], [-1, 0]] as const; // biome-ignore format: a table

/**
 * C.10.5.1.1: PIXEL counts from the corner of the first pixel; DISPLAY in shares of the displayed area, from its top left
 * corner on a screen that is turned as the state says (C.10.4).
 */
function placer(state: PresentationState, beneath: Beneath): Place {
  const area = state.areas.find((one) => one.images.length === 0 || one.images.some((r) => isNamed(r, beneath.image)));
  const [one, other] = [area?.top_left ?? [1, 1], area?.bottom_right ?? [beneath.columns, beneath.rows]];
  const { quarters, isMirrored } = stateTurn(state);
  const sign = isMirrored ? -1 : 1;
  const [rightX, rightY] = RIGHT[quarters].map((part) => sign * part) as [number, number];
  const [downX, downY] = DOWN[quarters];
  const columns = edges([one[0] as number, other[0] as number], rightX + downX);
  const rows = edges([one[1] as number, other[1] as number], rightY + downY);
  const [wide, high] = quarters % 2 === 0 ? [columns.length, rows.length] : [rows.length, columns.length];
  const [a, b, c, d, e, f] = beneath.placing;
  return (units, [x, y]) => {
    const [across, down] =
      units === "PIXEL"
        ? [x - 0.5, y - 0.5]
        : [columns.first + x * wide * rightX + y * high * downX, rows.first + x * wide * rightY + y * high * downY];
    return [a * across + c * down + e, b * across + d * down + f];
  };
}

/** The outer edge of two pixels (1-based) that comes first in a direction, counted from the centre of the first pixel. */
function edges([one, other]: Point, direction: number): { first: number; length: number } {
  const [low, high] = [Math.min(one, other) - 1.5, Math.max(one, other) - 0.5];
  return { first: direction > 0 ? low : high, length: high - low };
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

function ofText(words: GraphicText, place: Place, how: How): Drawing[] {
  const anchor = words.anchor && place(words.anchor_units ?? "PIXEL", words.anchor);
  const corners = words.box && [
    place(words.units, [words.box[0], words.box[1]]),
    place(words.units, [words.box[2], words.box[3]]),
  ];
  const at = corners
    ? ([0, 1].map((axis) => Math.min(...corners.map((one) => one[axis] as number))) as [number, number])
    : anchor;
  if (!at) return [];
  const drawn: Drawing = { draw: "words", words: words.text, at, ...how };
  if (!words.is_joined || !anchor) return [drawn];
  return [{ draw: "path", points: [at, anchor], isClosed: false, isFilled: false, ...how }, drawn];
}

function pairs(numbers: readonly number[]): Point[] {
  const found: Point[] = [];
  for (let at = 0; at + 1 < numbers.length; at += 2) found.push([numbers[at] as number, numbers[at + 1] as number]);
  return found;
}
