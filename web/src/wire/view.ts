/** Reading and making the shared view, which is a grid of panes; pure. */
import type { Pane, View } from "./types";

/** A view that shows one pane and nothing else. */
export const onePane = (pane: Pane | null): View => ({
  arrangement: { rows: 1, columns: 1 },
  active: 0,
  panes: [pane],
  linked: false,
  links: [],
});

/** What a stack is dragged as, from the strip of series to a pane. */
export const CARRIED = "application/x-consilium-stack";

export const activePane = (view: View | null): Pane | null => view?.panes[view.active] ?? null;
