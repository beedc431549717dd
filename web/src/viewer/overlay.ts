/** What is written and drawn over one viewport: letters, numbers, quality, scale, other people's pointers. */
import type { EdgeLetters } from "../lib/orientation";
import { type Camera, heightAbove, intersection, type Plane, type Size, toScreen } from "../lib/planes";
import { moved, type Vec3 } from "../lib/vectors";
import type { Area } from "./gestures";
import { createLayerCanvas, type LayerCanvas } from "./layers/canvas";

export type Text = (key: string, blanks?: Record<string, string | number>) => string;

export type Caption = {
  /** Null where nothing says which way the picture lies. */
  letters: EdgeLetters | null;
  slice: string;
  window: string;
  layers: string;
  quality: string;
  /** No better picture is to come. */
  isBest: boolean;
  /** Null where millimetres are not known; `words`: what a bar of that length says of itself. */
  scale: { mm_per_px: number; words(mm: number): string } | null;
};

/** A pointer of somebody else that belongs into this viewport; `away_mm` is its distance from the plane shown. */
export type Mark = { actor: string; label: string; color: string; x_px: number; y_px: number; opacity: number };

export type Overlay = {
  element: HTMLElement;
  caption(caption: Caption): void;
  /** Markings of the file, under everything else that is drawn here. */
  layers: LayerCanvas["draw"];
  marks(marks: Mark[]): void;
  /** Where other planes cut this one, and the marks on their lines by which they are turned. */
  cuts(camera: Camera, size: Size, planes: Plane[], grips: readonly Vec3[]): void;
  /** What stands under the local hand. */
  value(words: string): void;
  /** The rectangle under the local hand. */
  region(area: Area | null): void;
};

const SVG = "http://www.w3.org/2000/svg";
const SCALE_SHARE = 0.25;
const SCALE_MIN_PX = 30;
const EDGE_PX = 14;
// Of a name beside the cross: it must not end beyond the edge.
const LABEL_PX = 120;
const LETTER_PX = 8;
const LABEL_GAP_PX = 10;

export function createOverlay(): Overlay {
  const element = document.createElement("div");
  element.className = "viewport-overlay";
  const canvas = createLayerCanvas();
  const svg = document.createElementNS(SVG, "svg");
  const lines = document.createElementNS(SVG, "g");
  const people = document.createElementNS(SVG, "g");
  const region = document.createElementNS(SVG, "path");
  region.setAttribute("class", "region");
  svg.append(lines, people, region);
  element.append(canvas.element, svg);
  const span = (name: string): HTMLSpanElement => {
    const made = document.createElement("span");
    made.className = name;
    element.append(made);
    return made;
  };
  const edges = { top: span("at-top"), bottom: span("at-bottom"), left: span("at-left"), right: span("at-right") };
  const slice = span("in-slice");
  const window = span("in-window");
  const value = span("in-value");
  const layers = span("in-layers");
  const bar = span("in-scale");
  const quality = span("in-quality");
  quality.setAttribute("role", "status");
  const drawn = new Map<string, SVGGElement>();

  return {
    element,
    caption(caption) {
      for (const edge of ["top", "bottom", "left", "right"] as const) write(edges[edge], caption.letters?.[edge] ?? "");
      write(slice, caption.slice);
      write(window, caption.window);
      write(layers, caption.layers);
      write(quality, caption.quality);
      quality.toggleAttribute("data-best", caption.isBest);
      const length_mm = caption.scale && niceLength(caption.scale.mm_per_px, element.clientWidth);
      bar.hidden = length_mm === null;
      if (length_mm === null || caption.scale === null) return;
      bar.style.width = `${length_mm / caption.scale.mm_per_px}px`;
      write(bar, caption.scale.words(length_mm));
    },
    layers: canvas.draw,
    marks(marks) {
      const gone = new Set(drawn.keys());
      for (const mark of marks) {
        gone.delete(mark.actor);
        const group = drawn.get(mark.actor) ?? newMark();
        if (!drawn.has(mark.actor)) {
          drawn.set(mark.actor, group);
          people.append(group);
        }
        group.style.color = mark.color;
        group.setAttribute("opacity", String(mark.opacity));
        place(group, mark, { width: element.clientWidth, height: element.clientHeight });
        write(group.lastChild as SVGTextElement, mark.label);
      }
      for (const actor of gone) {
        drawn.get(actor)?.remove();
        drawn.delete(actor);
      }
    },
    cuts(camera, size, planes, grips) {
      const here = { point: camera.centre, normal: camera.normal, up: camera.up };
      const cut = planes.flatMap((plane) => cutLine(here, camera, size, plane));
      lines.replaceChildren(...cut, ...grips.map((grip) => gripMark(toScreen(camera, size, grip))));
    },
    value: (words) => write(value, words),
    region(area) {
      const path = area
        ? `M${area.from.x_px} ${area.from.y_px}H${area.to.x_px}V${area.to.y_px}H${area.from.x_px}Z`
        : "";
      region.setAttribute("d", path);
    },
  };
}

function write(node: Element, words: string): void {
  if (node.textContent !== words) node.textContent = words;
}

/** 1, 2 or 5 times a power of ten, about a fifth of the width; null when even that is a dot. */
export function niceLength(mm_per_px: number, width_px: number): number | null {
  const wanted = width_px * SCALE_SHARE * mm_per_px;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const length = [5, 2, 1].map((times) => times * power).find((candidate) => candidate <= wanted);
  return length !== undefined && length / mm_per_px >= SCALE_MIN_PX ? Number(length.toPrecision(1)) : null;
}

/** A cross with an open middle: what is pointed at stays visible. Dark around, to be seen on bone. */
function newMark(): SVGGElement {
  const group = document.createElementNS(SVG, "g");
  group.setAttribute("class", "pointer");
  for (const name of ["halo", "mark"]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", name);
    path.setAttribute("d", "M-13 0H-4M4 0H13M0 -13V-4M0 4V13");
    group.append(path);
  }
  const label = document.createElementNS(SVG, "text");
  label.setAttribute("x", "10");
  label.setAttribute("y", "-10");
  group.append(label);
  return group;
}

/** A pointer beyond the edge (another person's screen may show more) waits at the edge, without its cross. */
function place(group: SVGGElement, { x_px, y_px, label: name }: Mark, size: Size): void {
  const x = Math.min(Math.max(x_px, EDGE_PX), size.width - EDGE_PX);
  const y = Math.min(Math.max(y_px, EDGE_PX), size.height - EDGE_PX);
  const isInside = x_px >= 0 && y_px >= 0 && x_px <= size.width && y_px <= size.height;
  group.setAttribute("transform", isInside ? `translate(${x_px} ${y_px})` : `translate(${x} ${y})`);
  group.toggleAttribute("data-beyond", !isInside);
  const label = group.lastChild as SVGTextElement;
  const at = labelAt(x, y, { letters: name.length, ...size });
  label.setAttribute("text-anchor", at.anchor);
  label.setAttribute("x", String(at.x_px));
  label.setAttribute("y", String(at.y_px));
}

/** Where a name stands beside its cross: to the right where it fits, else to the left, else as far in as it goes. */
export function labelAt(
  x: number,
  y: number,
  { letters, width }: { letters: number; width: number },
): { anchor: "start" | "end"; x_px: number; y_px: number } {
  const long = Math.max(LABEL_PX, LETTER_PX * letters);
  const y_px = y < 30 ? 20 : -10;
  if (x + LABEL_GAP_PX + long <= width) return { anchor: "start", x_px: LABEL_GAP_PX, y_px };
  if (x - LABEL_GAP_PX - long >= 0) return { anchor: "end", x_px: -LABEL_GAP_PX, y_px };
  // Over the cross, or under it, since it would lie upon it.
  return { anchor: "start", x_px: Math.max(width - long, 0) - x, y_px: y < 30 ? 28 : -18 };
}

function cutLine(here: Plane, camera: Camera, size: Size, other: Plane): SVGLineElement[] {
  const line = intersection(here, other);
  if (!line) return [];
  // The point of the line nearest to the middle of the viewport, and from there beyond both edges.
  const middle = moved(line.point, line.along, -heightAbove({ point: here.point, normal: line.along }, line.point));
  const reach = (size.width + size.height) * camera.mm_per_px;
  const ends = [-reach, reach].map((by) => toScreen(camera, size, moved(middle, line.along, by)));
  const drawn = document.createElementNS(SVG, "line");
  drawn.setAttribute("class", "cut");
  for (const [index, [x, y]] of ends.entries()) {
    drawn.setAttribute(`x${index + 1}`, String(x));
    drawn.setAttribute(`y${index + 1}`, String(y));
  }
  return [drawn];
}

function gripMark([x, y]: [number, number]): SVGCircleElement {
  const mark = document.createElementNS(SVG, "circle");
  mark.setAttribute("class", "grip");
  mark.setAttribute("cx", String(x));
  mark.setAttribute("cy", String(y));
  mark.setAttribute("r", "4.5");
  return mark;
}
