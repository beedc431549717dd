/** Drawing whole stacks on this machine: Cornerstone and the memory behind it, fetched only where that is done. */
import type { ViewportId } from "../wire/types";
import { createEngine, createScreens } from "./cornerstone";
import { createLibrary, type FullLibrary } from "./library";
import type { Screens } from "./screens";
import type { Series } from "./series";

export type Full = {
  library: FullLibrary;
  /** `nameOf`: the name of a viewport of the pane in the whole page. */
  screens(elements: Record<ViewportId, HTMLDivElement>, nameOf: (id: ViewportId) => string): Screens;
  destroy(): void;
};

export type FullEvents = {
  contextLost(): void;
  /** The series leaves memory, nothing may draw it any more. */
  leaving(series: Series): void;
};

/** Made once for the page: see `createEngine`. */
export function createFull(events: FullEvents): Full {
  const engine = createEngine(events);
  const library = createLibrary(events.leaving);
  return {
    library,
    screens: (elements, nameOf) => createScreens(engine, elements, nameOf),
    destroy() {
      library.destroy();
      engine.destroy();
    },
  };
}
