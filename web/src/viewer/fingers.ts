/** Two fingers on one viewport: moved together they set the window, spread, closed or turned they zoom and move; pure. */
import type { Place } from "./gestures";

type Finger = { id: number; from: Place; at: Place };

/** `does` is decided once, when both have moved enough to tell, and then holds until a finger is lifted. */
export type Pair = { fingers: readonly [Finger, Finger]; does: "window" | "pinch" | null };

export type PairAct =
  | { do: "window"; right_px: number; down_px: number }
  | { do: "pinch"; right_px: number; down_px: number; factor: number; around: Place };

// A finger that has moved less rests, as far as a hand can rest.
const RESTS_PX = 6;
// One finger moved this far while the other rests is a pinch around the resting one.
const ALONE_PX = 28;
// cos 45 degrees: nearer than this the two go the same way.
const TOGETHER = 0.7;

export const newPair = (first: { id: number; at: Place }, second: { id: number; at: Place }): Pair => ({
  fingers: [
    { id: first.id, from: first.at, at: first.at },
    { id: second.id, from: second.at, at: second.at },
  ],
  does: null,
});

/** The pair after one finger's move, and what that move means; nothing until the gesture is decided. */
export function pairMoved(pair: Pair, id: number, to: Place): { pair: Pair; act: PairAct | null } {
  const move = (finger: Finger): Finger => (finger.id === id ? { ...finger, at: to } : finger);
  const fingers = [move(pair.fingers[0]), move(pair.fingers[1])] as const;
  const does = pair.does ?? decided(fingers);
  const before = pair.does === null ? pair.fingers.map((finger) => finger.from) : pair.fingers.map(({ at }) => at);
  const act = does && actOf(does, before as [Place, Place], [fingers[0].at, fingers[1].at]);
  return { pair: { fingers, does }, act };
}

function decided([one, other]: readonly [Finger, Finger]): Pair["does"] {
  const [a, b] = [way(one), way(other)];
  const [far, near] = [Math.max(a.px, b.px), Math.min(a.px, b.px)];
  if (near < RESTS_PX) return far >= ALONE_PX ? "pinch" : null;
  return (a.right * b.right + a.down * b.down) / (a.px * b.px) >= TOGETHER ? "window" : "pinch";
}

function way({ from, at }: Finger): { right: number; down: number; px: number } {
  const [right, down] = [at.x_px - from.x_px, at.y_px - from.y_px];
  return { right, down, px: Math.hypot(right, down) };
}

function actOf(does: "window" | "pinch", before: [Place, Place], after: [Place, Place]): PairAct {
  const [was, is] = [middle(before), middle(after)];
  const by = { right_px: is.x_px - was.x_px, down_px: is.y_px - was.y_px };
  return does === "window"
    ? { do: "window", ...by }
    : { do: "pinch", ...by, factor: apart(after) / apart(before), around: is };
}

const middle = ([a, b]: [Place, Place]): Place => ({ x_px: (a.x_px + b.x_px) / 2, y_px: (a.y_px + b.y_px) / 2 });

const apart = ([a, b]: [Place, Place]): number => Math.max(Math.hypot(a.x_px - b.x_px, a.y_px - b.y_px), 1);
