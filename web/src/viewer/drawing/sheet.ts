/** Draws annotations over one viewport: outline, handles, words; it decides nothing about where they belong. */
import { type Camera, type Size, toScreen } from "../../lib/planes";
import type { Drawing } from "../../wire/types";
import { outline } from "./shapes";

export type Ink = {
  annotation_id: string;
  drawing: Drawing;
  color: string;
  lines: string[];
  /** Still under a hand, or on its way to the room. */
  isSketch: boolean;
  hasHandles: boolean;
  isSelected: boolean;
};

export type Sheet = {
  draw(camera: Camera, size: Size, inks: readonly Ink[]): void;
};

const SVG = "http://www.w3.org/2000/svg";
const LINE_PX = 15;
const BESIDE_PX = 9;
const LETTER_PX = 6.6;
const HEAD_PX = 11;
const HANDLE_PX = 5;

type Place = readonly [number, number];

export function createSheet(overlay: HTMLElement): Sheet {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "annotations");
  overlay.prepend(svg);
  let drawn = "";
  return {
    draw(camera, size, inks) {
      const wanted = JSON.stringify([camera, size, inks]);
      if (wanted === drawn) return;
      drawn = wanted;
      svg.replaceChildren(...inks.map((ink) => groupOf(camera, size, ink)));
    },
  };
}

function groupOf(camera: Camera, size: Size, ink: Ink): SVGGElement {
  const { drawing } = ink;
  const place = (point: Drawing["points"][number]): Place => toScreen(camera, size, point);
  const group = made("g", { class: "annotation", "data-annotation": ink.annotation_id, "data-kind": drawing.kind });
  group.style.color = ink.color;
  group.toggleAttribute("data-sketch", ink.isSketch);
  group.toggleAttribute("data-selected", ink.isSelected);
  const points = drawing.points.map(place);
  const runs = outline(drawing).map((run) => run.map(place));
  if (drawing.kind === "arrow") runs.push(headOf(points));
  const path = runs.map((run) => `M${run.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join("L")}`).join("");
  for (const name of ["halo", "mark"]) group.append(made("path", { class: name, d: path }));
  if (ink.hasHandles)
    for (const [x, y] of points)
      group.append(made("circle", { cx: x.toFixed(2), cy: y.toFixed(2), r: String(HANDLE_PX) }));
  group.append(words(ink.lines, anchor([...points, ...runs.flat()], drawing), size));
  return group;
}

/** The two barbs at the first point, which is where an arrow points. */
function headOf(points: readonly Place[]): Place[] {
  const [tip, tail] = [points[0] as Place, points[1] as Place];
  const direction = Math.atan2(tail[1] - tip[1], tail[0] - tip[0]);
  const barb = (turn: number): Place => [
    tip[0] + HEAD_PX * Math.cos(direction + turn),
    tip[1] + HEAD_PX * Math.sin(direction + turn),
  ];
  return [barb(0.45), tip, barb(-0.45)];
}

/** Words stand right of a shape, beside its rightmost point; those of an arrow at its tail. */
function anchor(places: readonly Place[], { kind }: Drawing): Place {
  if (kind === "arrow") return places[1] as Place;
  return places.reduce((best, place) => (place[0] > best[0] ? place : best));
}

function words(lines: readonly string[], [x, y]: Place, size: Size): SVGTextElement {
  const text = made("text", {});
  const width = Math.max(0, ...lines.map((line) => line.length)) * LETTER_PX;
  const isBeyond = x + BESIDE_PX + width > size.width && x - BESIDE_PX - width > 0;
  text.setAttribute("text-anchor", isBeyond ? "end" : "start");
  // Where there is room on neither side, words move over the shape rather than out of the picture.
  const begin = isBeyond ? x - BESIDE_PX : Math.max(Math.min(x + BESIDE_PX, size.width - width), 2);
  const top = Math.min(
    Math.max(y - ((lines.length - 1) * LINE_PX) / 2 + 4, LINE_PX),
    size.height - lines.length * LINE_PX,
  );
  for (const [index, line] of lines.entries()) {
    const span = made("tspan", { x: begin.toFixed(1) });
    span.setAttribute("y", (top + index * LINE_PX).toFixed(1));
    span.textContent = line;
    text.append(span);
  }
  return text;
}

function made<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>>,
): SVGElementTagNameMap[Name] {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
