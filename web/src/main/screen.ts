/** The viewer as the room sees it, before and after its code has arrived. */
import { linkRate_mbit_s, notedHere } from "../lib/link_rate";
import { type Place, placeOf, type Screen, type ShowResult, type StackRef } from "../room/screen";
import { type Begun, begin } from "../viewer/download";
import { packUrl } from "../viewer/pack";
import type { Facets, View } from "../wire/types";
import { activePane } from "../wire/view";

/** A screen that goes on with a pack that was asked for before it was there. */
type Viewer = Omit<Screen, "open" | "show"> & {
  open(stack: StackRef, at?: Place, begun?: Begun): Promise<void>;
  show(view: View, stacks: readonly (StackRef | null)[], facets: Facets, begun?: Begun): ShowResult;
};

// Below it the images take the line from the viewer's code, without which nothing of them is drawn.
const SLOW_MBIT_S = 3;
// Most headers with their first slice; the remainder follows when there is a viewer.
const FIRST_BYTES = 256 * 1024;

export type Arrival = { screen: Screen; arrive(viewer: Viewer): void };

const isSlow = (): boolean => (linkRate_mbit_s(notedHere()) ?? SLOW_MBIT_S) < SLOW_MBIT_S;

/** `fetchesPacks`: not where the server draws. */
export function createScreen({ fetchesPacks } = { fetchesPacks: true }): Arrival {
  let viewer: Viewer | null = null;
  // The images travel beside the viewer's code, which is as long on its way as the first of them.
  let early: { url: string; begun: Begun } | null = null;
  // Only what was asked for last is done when it comes.
  let waiting: ((viewer: Viewer) => void) | null = null;

  function giveUpEarly(): void {
    early?.begun.abort();
    early = null;
  }

  function beginEarly(stack: StackRef, at: Place | undefined): Begun | undefined {
    if (!fetchesPacks) return undefined;
    const url = packUrl(stack.pack_url, at ?? null);
    // The same view once more, a little further: its download goes on.
    if (early?.url === url) return early.begun;
    giveUpEarly();
    early = { url, begun: begin(url, isSlow() ? { range: `bytes=0-${FIRST_BYTES - 1}` } : {}) };
    return early.begun;
  }

  const screen: Screen = {
    open(stack, at) {
      // At once, not a turn later: the view that belongs to this stack is shown in the very next line of the room.
      if (viewer !== null) return viewer.open(stack, at);
      const begun = beginEarly(stack, at);
      return new Promise((resolve, reject) => {
        waiting = (here) => void here.open(stack, at, begun).then(resolve, reject);
      });
    },
    hang(arrangement, stacks) {
      if (viewer !== null) return viewer.hang(arrangement, stacks);
      giveUpEarly();
      return new Promise((resolve, reject) => {
        waiting = (here) => void here.hang(arrangement, stacks).then(resolve, reject);
      });
    },
    view: () => viewer?.view() ?? null,
    show(view, stacks, facets) {
      if (viewer !== null) return viewer.show(view, stacks, facets);
      const [pane, stack] = [activePane(view), stacks[view.active] ?? null];
      const begun = pane && stack ? beginEarly(stack, placeOf(pane)) : undefined;
      if (begun === undefined) giveUpEarly();
      waiting = (here) => void here.show(view, stacks, facets, begun);
      return "loading";
    },
    compare: (view, facets) => viewer?.compare(view, facets) ?? "loading",
    away: (view) => viewer?.away(view) ?? null,
  };
  return {
    screen,
    arrive(next) {
      viewer = next;
      waiting?.(next);
      waiting = null;
      early = null;
    },
  };
}
