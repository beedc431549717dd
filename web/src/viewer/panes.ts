/** The panes of the page: made as an arrangement asks for them, one of them active; what holds for all is set here. */
import type { Arrangement } from "../wire/types";
import type { Grid } from "./grid";
import type { Pane } from "./pane_contract";
import { type Places, placesOn } from "./places";

export type Panes = {
  /** Those of the arrangement; there may be more, kept empty for the next one. */
  shown(): Pane[];
  at(index: number): Pane | undefined;
  all(): readonly Pane[];
  active(): Pane;
  activeIndex(): number;
  /** The pane in which the hand was before. */
  before(): Pane | undefined;
  arrangement(): Arrangement;
  arrange(next: Arrangement, active: number): void;
  /** Tells whether another pane has become active. */
  activate(index: number): boolean;
  /** Gives the panes their places anew: the page has another size. */
  place(): void;
  /** Whether this screen has room for the pane. */
  isOnScreen(index: number): boolean;
  /** Does it to every pane, and to those that come later; the last act of a name holds. */
  everywhere(name: string, act: (pane: Pane) => void): void;
  destroy(): void;
};

export function createPanes(grid: Grid, make: (index: number) => Pane): Panes {
  const panes: Pane[] = [];
  const standing = new Map<string, (pane: Pane) => void>();
  let arrangement: Arrangement = { rows: 1, columns: 1 };
  let active = 0;
  let before = 0;
  let places: Places = { rows: 1, columns: 1, shown: [0] };

  const count = (): number => arrangement.rows * arrangement.columns;
  const shown = (): Pane[] => panes.slice(0, count());

  function place(): void {
    places = placesOn({ width: grid.root.clientWidth, height: grid.root.clientHeight }, arrangement, active);
    grid.arrange(places, { count: count(), active });
    for (const pane of shown()) pane.resized();
  }

  function add(): void {
    const pane = make(panes.length);
    for (const act of standing.values()) act(pane);
    panes.push(pane);
  }

  return {
    shown,
    at: (index) => shown()[index],
    all: () => panes,
    active: () => panes[active] as Pane,
    activeIndex: () => active,
    before: () => panes[before],
    arrangement: () => arrangement,
    arrange(next, nextActive) {
      arrangement = next;
      active = nextActive;
      while (panes.length < count()) add();
      for (const pane of panes.slice(count())) pane.close();
      place();
      shown()[active]?.activate();
    },
    activate(index) {
      if (index === active || index >= count()) return false;
      before = active;
      active = index;
      place();
      shown()[active]?.activate();
      return true;
    },
    place,
    isOnScreen: (index) => places.shown.includes(index),
    everywhere(name, act) {
      standing.set(name, act);
      for (const pane of panes) act(pane);
    },
    destroy() {
      for (const pane of panes) pane.destroy();
    },
  };
}
