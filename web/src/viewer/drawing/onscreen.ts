/** An annotation as it falls on one viewport: its points, its lines, its words; pure. */
import { type Camera, type Size, toScreen } from "../../lib/planes";
import type { Drawing } from "../../wire/types";
import type { Grips } from "./holding";
import { type At, type Lettering, letteringOf } from "./lettering";
import { outline } from "./shapes";

export type OnScreen = Grips & { lettering: Lettering | null };

export function onScreen(drawing: Drawing, lines: readonly string[], camera: Camera, size: Size): OnScreen {
  const place = (point: Drawing["points"][number]): At => toScreen(camera, size, point);
  const points = drawing.points.map(place);
  const runs = outline(drawing).map((run) => run.map(place));
  const moved = drawing.text_point ? place(drawing.text_point) : null;
  const lettering = letteringOf(lines, { beside: besideOf([...points, ...runs.flat()], drawing), moved }, size);
  return { points, runs, lettering, box: lettering?.box ?? null };
}

/** Words stand right of a shape, beside its rightmost point; those of an arrow at its tail. */
function besideOf(places: readonly At[], { kind }: Drawing): At {
  if (kind === "arrow") return places[1] as At;
  return places.reduce((best, place) => (place[0] > best[0] ? place : best));
}
