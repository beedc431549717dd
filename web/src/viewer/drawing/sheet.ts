/** Draws annotations over one viewport: outline, handles, words; it decides nothing about where they belong. */
import type { Camera, Size } from "../../lib/planes";
import type { Drawing } from "../../wire/types";
import type { Part } from "./holding";
import type { At, Lettering } from "./lettering";
import { onScreen } from "./onscreen";

export type Ink = {
  annotation_id: string;
  drawing: Drawing;
  color: string;
  lines: string[];
  /** Still under a hand, or on its way to the room. */
  isSketch: boolean;
  hasHandles: boolean;
  isSelected: boolean;
  /** What the keyboard moves. */
  part: Part | null;
};

export type Sheet = {
  draw(camera: Camera, size: Size, inks: readonly Ink[]): void;
};

const SVG = "http://www.w3.org/2000/svg";
const HEAD_PX = 11;

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
  const { points, runs, lettering } = onScreen(drawing, ink.lines, camera, size);
  const group = made("g", { class: "annotation", "data-annotation": ink.annotation_id, "data-kind": drawing.kind });
  group.style.color = ink.color;
  group.toggleAttribute("data-sketch", ink.isSketch);
  group.toggleAttribute("data-selected", ink.isSelected);
  group.toggleAttribute("data-held", ink.part === "whole");
  const drawn = drawing.kind === "arrow" ? [...runs, headOf(points)] : runs;
  const path = drawn.map((run) => `M${run.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join("L")}`).join("");
  for (const name of ["halo", "mark"]) group.append(made("path", { class: name, d: path }));
  if (lettering && drawing.text_point) group.append(leader(lettering, [...points, ...runs.flat()]));
  if (ink.hasHandles) group.append(...points.map((point, index) => handle(point, ink.part === index)));
  if (lettering) group.append(words(ink.lines, lettering));
  return group;
}

function handle([x, y]: At, isHeld: boolean): SVGCircleElement {
  const circle = made("circle", { cx: x.toFixed(2), cy: y.toFixed(2), r: "5" });
  circle.toggleAttribute("data-held", isHeld);
  return circle;
}

/** The two barbs at the first point, which is where an arrow points. */
function headOf(points: readonly At[]): At[] {
  const [tip, tail] = [points[0] as At, points[1] as At];
  const direction = Math.atan2(tail[1] - tip[1], tail[0] - tip[0]);
  const barb = (turn: number): At => [
    tip[0] + HEAD_PX * Math.cos(direction + turn),
    tip[1] + HEAD_PX * Math.sin(direction + turn),
  ];
  return [barb(0.45), tip, barb(-0.45)];
}

/** From words that were moved to the shape that they speak of. */
function leader({ box }: Lettering, places: readonly At[]): SVGPathElement {
  const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const away = (place: At): number => Math.hypot(place[0] - x, place[1] - y);
  const end = places.reduce((best, place) => (away(place) < away(best) ? place : best));
  // From the edge of the box, so that no line runs through the letters.
  const from: At = [Math.min(Math.max(end[0], box.left), box.right), Math.min(Math.max(end[1], box.top), box.bottom)];
  return made("path", {
    class: "leader",
    d: `M${from.map((one) => one.toFixed(2)).join(" ")}L${end.map((one) => one.toFixed(2)).join(" ")}`,
  });
}

function words(lines: readonly string[], { anchor, x_px, baselines_px }: Lettering): SVGTextElement {
  const text = made("text", { "text-anchor": anchor });
  for (const [index, line] of lines.entries()) {
    const span = made("tspan", { x: x_px.toFixed(1), y: (baselines_px[index] as number).toFixed(1) });
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
