/** Brings a view to the screen, with the stacks that its panes are made of; decides nothing about which view. */
import { EVERYTHING } from "../wire/facets";
import type { Arrangement, Facets, Pane, View } from "../wire/types";
import type { Place, Screen, ShowResult, StackRef } from "./screen";

export type Showing = {
  /** Shows the view now, in all or in the parts named; what of it is not there yet, as soon as it is. */
  show(view: View, facets?: Facets): ShowResult;
  /** Opens a series for its own sake. False when something else was asked for meanwhile, or it cannot be shown. */
  open(stack: StackRef, at?: Place): Promise<boolean>;
  /** Opens several, one a pane; as `open`. */
  hang(arrangement: Arrangement, stacks: readonly StackRef[]): Promise<boolean>;
  /** Something was asked for, whether it is there yet or not. */
  isOpening(): boolean;
  /** How far the screen agrees with a view, in all or in the parts named. */
  compare(view: View, facets?: Facets): ShowResult;
};

export type ShowingWorld = {
  screen: Screen;
  find(pane: Pane): StackRef | null;
  /** An image of the series that was opened is drawn. */
  drawn(): void;
};

export function createShowing({ screen, find, drawn }: ShowingWorld): Showing {
  let asked = 0;

  async function opened(opening: Promise<void>): Promise<boolean> {
    asked += 1;
    const mine = asked;
    const isOpened = await opening.then(
      () => screen.view() !== null,
      // The viewer has said why in its own event.
      () => false,
    );
    if (mine !== asked) return false;
    drawn();
    return isOpened;
  }

  return {
    show(view, facets = EVERYTHING) {
      const stacks = view.panes.map((pane) => pane && find(pane));
      // Nothing of it is known (yet): what stands on the screen stays.
      if (view.panes.some((pane) => pane !== null) && stacks.every((stack) => stack === null)) return "elsewhere";
      asked += 1;
      return screen.show(view, stacks, facets);
    },
    open: (stack, at) => opened(screen.open(stack, at)),
    hang: (arrangement, stacks) => opened(screen.hang(arrangement, stacks)),
    isOpening: () => asked > 0,
    compare: screen.compare,
  };
}
