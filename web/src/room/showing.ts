/** Brings a view to the screen, opening its series first where need be; decides nothing about which view. */
import type { Pane, View } from "../wire/types";
import { activePane } from "../wire/view";
import { EVERYTHING, isSameStack, placeOf, type Screen, type ShowResult, type StackRef } from "./screen";

export type Showing = {
  /** Shows the view now; where its series is not open yet, as soon as that is there. */
  show(view: View): ShowResult;
  /** Opens a series for its own sake. False when something else was asked for meanwhile, or it cannot be shown. */
  open(stack: StackRef): Promise<boolean>;
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
  let current: StackRef | null = null;

  const open = async (stack: StackRef, pane?: Pane): Promise<boolean> => {
    current = stack;
    const isOpened = await screen.open(stack, pane && placeOf(pane)).then(
      () => screen.view() !== null,
      // The viewer has said why in its own event.
      () => false,
    );
    if (current !== stack) return false;
    drawn();
    return isOpened;
  };

  return {
    show(view) {
      const pane = activePane(view);
      if (isSameStack(current, pane)) return screen.show(view, EVERYTHING);
      const stack = pane && find(pane);
      if (pane === null || stack === null) return "elsewhere";
      void open(stack, pane);
      // The viewer keeps it until the series' header is there.
      return screen.show(view, EVERYTHING);
    },
    open: (stack) => open(stack),
    isOpening: () => current !== null,
    compare: (view) => (isSameStack(current, activePane(view)) ? screen.compare(view) : "elsewhere"),
  };
}
