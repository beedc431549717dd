/** Which shared view this screen should show, and whether it follows; pure. The baton's rules are the server's. */
import type { View } from "../wire/types";

/** `isCalled`: whoever presents asks me, who walk, to follow again. `sample_ms`: when the last moving sample came, null once the view has come to rest. `walks`: I left the view. */
export type Following = {
  walks: boolean;
  isCalled: boolean;
  shared: View | null;
  term: number;
  n: number;
  sample_ms: number | null;
};

export type FollowEvent =
  | { on: "snapshot"; view: View | null; term: number }
  | { on: "settled"; view: View; term: number }
  | { on: "moved"; view: View; term: number; n: number; now_ms: number }
  | { on: "control.taken"; term: number }
  | { on: "gathered" }
  | { on: "stayed" }
  | { on: "walked" }
  | { on: "rejoined" };

export const NOT_YET: Following = { walks: false, isCalled: false, shared: null, term: 0, n: 0, sample_ms: null };

/** Past this without a sample, a view that was moving can no longer be taken for what the presenter sees. */
export const STALE_AFTER_MS = 1000;

export function follow(now: Following, event: FollowEvent): Following {
  switch (event.on) {
    case "snapshot":
      return { ...now, shared: event.view, term: event.term, sample_ms: null };
    case "settled":
      return event.term < now.term ? now : { ...now, shared: event.view, term: event.term, sample_ms: null };
    case "moved":
      return isLate(now, event) ? now : { ...now, shared: event.view, ...sampleOf(event) };
    case "control.taken":
      // What was moving under the earlier holder has come to its end.
      return { ...now, term: event.term, n: 0, sample_ms: null, isCalled: false };
    case "walked":
      return now.walks ? now : { ...now, walks: true };
    case "rejoined":
      return { ...now, walks: false, isCalled: false };
    case "gathered":
      return now.walks && !now.isCalled ? { ...now, isCalled: true } : now;
    case "stayed":
      return now.isCalled ? { ...now, isCalled: false } : now;
  }
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
