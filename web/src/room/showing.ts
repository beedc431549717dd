/** Brings a view to the screen, with the stacks that its panes are made of; decides nothing about which view. */
import type { Arrangement, Pane, View } from "../wire/types";
import { EVERYTHING, type Place, type Screen, type ShowResult, type StackRef } from "./screen";

export type Showing = {
  /** Shows the view now; what of it is not there yet, as soon as it is. */
  show(view: View): ShowResult;
  /** Opens a series for its own sake. False when something else was asked for meanwhile, or it cannot be shown. */
  open(stack: StackRef, at?: Place): Promise<boolean>;
  /** Opens several, one a pane; as `open`. */
  hang(arrangement: Arrangement, stacks: readonly StackRef[]): Promise<boolean>;
  /** Something was asked for, whether it is there yet or not. */
  isOpening(): boolean;
  /** How far the screen agrees with a view. */
  compare(view: View): ShowResult;
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
    show(view) {
      const stacks = view.panes.map((pane) => pane && find(pane));
      // Nothing of it is known (yet): what stands on the screen stays.
      if (view.panes.some((pane) => pane !== null) && stacks.every((stack) => stack === null)) return "elsewhere";
      asked += 1;
      return screen.show(view, stacks, EVERYTHING);
    },
    open: (stack, at) => opened(screen.open(stack, at)),
    hang: (arrangement, stacks) => opened(screen.hang(arrangement, stacks)),
    isOpening: () => asked > 0,
    compare: screen.compare,
  };
}
