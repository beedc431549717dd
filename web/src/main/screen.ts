/** The viewer as the room sees it, before and after its code has arrived. */
import type { Facets, Screen } from "../room/screen";
import type { View } from "../wire/types";

export type Arrival = { screen: Screen; arrive(viewer: Screen): void };

export function createScreen(): Arrival {
  let viewer: Screen | null = null;
  let waiting: { view: View; facets: Facets } | null = null;
  let come: (viewer: Screen) => void = () => undefined;
  const arrived = new Promise<Screen>((resolve) => {
    come = resolve;
  });
  const screen: Screen = {
    async open(stack, at) {
      // At once, not a turn later: the view that belongs to this stack is shown in the very next line of the room.
      if (viewer !== null) return viewer.open(stack, at);
      const here = await arrived;
      const opened = here.open(stack, at);
      // The view that was asked for meanwhile belongs to the stack opened last.
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
