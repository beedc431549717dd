/** The viewer as the room sees it, before and after its code has arrived. */
import type { Facets, Place, Screen, StackRef } from "../room/screen";
import { type Begun, begin } from "../viewer/download";
import { packUrl } from "../viewer/pack";
import type { View } from "../wire/types";

/** A screen that goes on with a pack that was asked for before it was there. */
type Viewer = Omit<Screen, "open"> & { open(stack: StackRef, at?: Place, begun?: Begun): Promise<void> };

export type Arrival = { screen: Screen; arrive(viewer: Viewer): void };

export function createScreen(): Arrival {
  let viewer: Viewer | null = null;
  // The images travel beside the viewer's code, which is as long on its way as the first of them.
  let early: Begun | null = null;
  let waiting: { view: View; facets: Facets } | null = null;
  let come: (viewer: Viewer) => void = () => undefined;
  const arrived = new Promise<Viewer>((resolve) => {
    come = resolve;
  });
  const screen: Screen = {
    async open(stack, at) {
      early?.abort();
      early = null;
      // At once, not a turn later: the view that belongs to this stack is shown in the very next line of the room.
      if (viewer !== null) return viewer.open(stack, at);
      const begun = begin(packUrl(stack.pack_url, at ?? null));
      early = begun;
      const here = await arrived;
      // Only what was asked for last is opened, and the view that was asked for meanwhile belongs to it.
      if (early !== begun) return;
      early = null;
      const opened = here.open(stack, at, begun);
      if (waiting !== null) here.show(waiting.view, waiting.facets);
      await opened;
    },
    view: () => viewer?.view() ?? null,
    show(view, facets) {
      if (viewer !== null) return viewer.show(view, facets);
      waiting = { view, facets };
      return "loading";
    },
    compare: (view) => viewer?.compare(view) ?? "loading",
  };
  return {
    screen,
    arrive(next) {
      viewer = next;
      come(next);
      // After the stacks that wait for it have been opened.
      void arrived.then(() => {
        waiting = null;
      });
    },
  };
}
