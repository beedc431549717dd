/** Which shared view this screen should show, and what of it it follows; pure. The baton's rules are the server's. */
import { EVERYTHING, FACETS, isAll, NOTHING } from "../wire/facets";
import type { Facets, View } from "../wire/types";

/**
 * `isCalled`: whoever presents asks me, who do not follow in all, to follow again. `sample_ms`: when the last moving sample
 * came, null once the view has come to rest. `follows`: what of the view comes to this screen.
 */
export type Following = {
  follows: Facets;
  isCalled: boolean;
  shared: View | null;
  term: number;
  n: number;
  sample_ms: number | null;
};

export type FollowEvent =
  | { on: "snapshot"; view: View | null; term: number; isCalled: boolean }
  | { on: "settled"; view: View; term: number }
  | { on: "moved"; view: View; term: number; n: number; now_ms: number }
  | { on: "control.taken"; term: number }
  | { on: "gathered" }
  | { on: "stayed" }
  /** My own hand has changed these parts of what I see. */
  | { on: "took"; parts: Facets }
  | { on: "chose"; follows: Facets }
  | { on: "rejoined" };

export const NOT_YET: Following = {
  follows: EVERYTHING,
  isCalled: false,
  shared: null,
  term: 0,
  n: 0,
  sample_ms: null,
};

/** Past this without a sample, a view that was moving can no longer be taken for what the presenter sees. */
export const STALE_AFTER_MS = 1000;

export function follow(now: Following, event: FollowEvent): Following {
  switch (event.on) {
    case "snapshot":
      return { ...now, shared: event.view, term: event.term, sample_ms: null, isCalled: isStillCalled(now, event) };
    case "settled":
      return event.term < now.term ? now : { ...now, shared: event.view, term: event.term, sample_ms: null };
    case "moved":
      return isLate(now, event) ? now : { ...now, shared: event.view, ...sampleOf(event) };
    case "control.taken":
      // What was moving under the earlier holder has come to its end.
      return { ...now, term: event.term, n: 0, sample_ms: null, isCalled: false };
    case "took":
      return following(now, without(now.follows, event.parts));
    case "chose":
      return following(now, event.follows);
    case "rejoined":
      return { ...now, follows: EVERYTHING, isCalled: false };
    case "gathered":
      return isAll(now.follows) || now.isCalled ? now : { ...now, isCalled: true };
    case "stayed":
      return now.isCalled ? { ...now, isCalled: false } : now;
  }
}

function following(now: Following, follows: Facets): Following {
  if (FACETS.every((facet) => follows[facet] === now.follows[facet])) return now;
  return { ...now, follows, isCalled: now.isCalled && !isAll(follows) };
}

/** Another window or a closer look is still the same slice; whoever turns to another one has left the presenter. */
function without(follows: Facets, parts: Facets): Facets {
  if ((parts.slice && follows.slice) || (parts.layout && follows.layout)) return NOTHING;
  return { ...follows, window: follows.window && !parts.window, zoom: follows.zoom && !parts.zoom };
}

/** A question that was put, or taken back, while the room was not heard stands in the state that comes instead. */
function isStillCalled(now: Following, event: FollowEvent & { on: "snapshot" }): boolean {
  return (event.isCalled && !isAll(now.follows)) || (now.isCalled && event.term === now.term);
}

type Moved = FollowEvent & { on: "moved" };

/** Of an earlier holder, or overtaken by a newer one on the way. */
const isLate = (now: Following, event: Moved): boolean =>
  event.term < now.term || (event.term === now.term && event.n <= now.n);

const sampleOf = ({ term, n, now_ms }: Moved): Pick<Following, "term" | "n" | "sample_ms"> => ({
  term,
  n,
  sample_ms: now_ms,
});

export function isStale(now: Following, now_ms: number): boolean {
  return now.sample_ms !== null && now_ms - now.sample_ms > STALE_AFTER_MS;
}
