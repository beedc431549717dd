/** Brings a view to the screen, opening its series first where need be; decides nothing about which view. */
import type { View } from "../wire/types";
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
  find(view: View): StackRef | null;
  /** An image of the series that was opened is drawn. */
  drawn(): void;
};

export function createShowing({ screen, find, drawn }: ShowingWorld): Showing {
  let current: StackRef | null = null;

  const open = async (stack: StackRef, view?: View): Promise<boolean> => {
    current = stack;
    const isOpened = await screen.open(stack, view && placeOf(view)).then(
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
      if (isSameStack(current, view)) return screen.show(view, EVERYTHING);
      const stack = find(view);
      if (stack === null) return "elsewhere";
      void open(stack, view);
      // The viewer keeps it until the series' header is there.
      return screen.show(view, EVERYTHING);
    },
    open: (stack) => open(stack),
    isOpening: () => current !== null,
    compare: (view) => (isSameStack(current, view) ? screen.compare(view) : "elsewhere"),
  };
}
