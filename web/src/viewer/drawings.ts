/** Annotations over the images of all panes, as one board: what is shown of them, and the tool that makes them. */
import type { Pane } from "./pane_contract";
import type { Panes } from "./panes";
import type { Drawings } from "./viewer_contract";

/** What the first pane that knows it says. */
export const firstOf = <Found>(panes: Panes, of: (pane: Pane) => Found | null): Found | null =>
  panes.shown().reduce<Found | null>((found, pane) => found ?? of(pane), null);

export const drawingsOn = (panes: Panes): Drawings => ({
  show: (list) => panes.everywhere("drawings", (pane) => pane.drawings.show(list)),
  setKind: (...next) => panes.everywhere("pencil", (pane) => pane.drawings.setKind(...next)),
  escape: () =>
    panes
      .all()
      .map((pane) => pane.drawings.escape())
      .includes(true),
  select(annotation_id) {
    for (const pane of panes.all()) pane.drawings.select(annotation_id);
  },
  nudge: (step) => panes.active().drawings.nudge(step),
  nextPart: () => panes.active().drawings.nextPart(),
  words: (drawing) => firstOf(panes, (pane) => pane.drawings.words(drawing)),
});
