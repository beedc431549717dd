/** What of an annotation a press takes hold of: a point, else the words, else the whole by its line; pure. */
import type { At } from "./lettering";

/** A point by its number, the words, or the whole shape. */
export type Part = number | "words" | "whole";

/** An annotation as it is on the screen. */
export type Grips = {
  points: readonly At[];
  runs: readonly (readonly At[])[];
  box: { left: number; top: number; right: number; bottom: number } | null;
};

/** How far from a point, and from a line, a hand still means it. */
export type Reach = { point_px: number; line_px: number };

// A handle's ring is 5 px, 9 under fingers: reach goes a little beyond. A fingertip covers about 40 px.
export const REACH: Reach = { point_px: 9, line_px: 5 };
export const REACH_TOUCH: Reach = { point_px: 22, line_px: 14 };

/** The nearest of all, points before words before lines: what is smallest would otherwise never be reached. */
export function holdAmong<Of extends Grips>(all: readonly Of[], at: At, reach: Reach): { of: Of; part: Part } | null {
  return (
    nearest(all, (one) => pointOf(one, at), reach.point_px) ??
    nearest(all, (one) => ({ part: "words", away_px: outside(one.box, at) }), 0) ??
    nearest(all, (one) => ({ part: "whole", away_px: awayFromRuns(one.runs, at) }), reach.line_px)
  );
}

type Found = { part: Part; away_px: number };

function nearest<Of>(all: readonly Of[], find: (one: Of) => Found, within_px: number): { of: Of; part: Part } | null {
  let best: ({ of: Of } & Found) | null = null;
  for (const of of all) {
    const found = find(of);
    if (found.away_px <= within_px && found.away_px < (best?.away_px ?? Number.POSITIVE_INFINITY))
      best = { of, ...found };
  }
  return best && { of: best.of, part: best.part };
}

function pointOf({ points }: Grips, at: At): Found {
  const away = points.map((point) => Math.hypot(point[0] - at[0], point[1] - at[1]));
  const away_px = Math.min(...away);
  return { part: away.indexOf(away_px), away_px };
}

const outside = (box: Grips["box"], [x, y]: At): number =>
  box && x >= box.left && x <= box.right && y >= box.top && y <= box.bottom ? 0 : Number.POSITIVE_INFINITY;

const awayFromRuns = (runs: Grips["runs"], at: At): number =>
  Math.min(
    ...runs.flatMap((run) => run.slice(1).map((end, index) => awayFromLine(run[index] as At, end, at))),
    Number.POSITIVE_INFINITY,
  );

function awayFromLine([ax, ay]: At, [bx, by]: At, [x, y]: At): number {
  const [along, down] = [bx - ax, by - ay];
  const square = along * along + down * down;
  const part = square > 0 ? Math.min(Math.max(((x - ax) * along + (y - ay) * down) / square, 0), 1) : 0;
  return Math.hypot(ax + part * along - x, ay + part * down - y);
}
