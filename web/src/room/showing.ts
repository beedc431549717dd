/** Brings a view to the screen, opening its series first where need be; decides nothing about which view. */
import type { View } from "../wire/types";
import { EVERYTHING, isSameStack, placeOf, type Screen, type ShowResult, type StackRef } from "./screen";

export type Showing = {
  /** Shows the view now, or as soon as its series is there; a later call wins. */
  show(view: View): ShowResult;
  /** Opens a series for its own sake. True when nothing else was asked for meanwhile. */
  open(stack: StackRef): Promise<boolean>;
  /** How far the screen agrees with a view. */
  compare(view: View): ShowResult;
};

export type ShowingWorld = {
  screen: Screen;
  find(view: View): StackRef | null;
  /** A series has opened and its view is shown. */
  shown(result: ShowResult): void;
};

export function createShowing({ screen, find, shown }: ShowingWorld): Showing {
  let opening: StackRef | null = null;
  let open: StackRef | null = null;
  let wanted: View | null = null;

  const openStack = async (stack: StackRef, view?: View): Promise<boolean> => {
    opening = stack;
    const isOpened = await screen.open(stack, view && placeOf(view)).then(
      () => true,
      // The viewer has said why in its own event.
      () => false,
    );
    if (opening !== stack) return false;
    opening = null;
    open = isOpened ? stack : null;
    return isOpened;
  };

  const openFor = async (stack: StackRef, view: View): Promise<void> => {
    // `wanted` may have moved on within the same series meanwhile.
    if ((await openStack(stack, view)) && wanted !== null) shown(screen.show(wanted, EVERYTHING));
  };

  return {
    show(view) {
      wanted = view;
      if (opening !== null && isSameStack(opening, view)) return "loading";
      if (opening === null && isSameStack(open, view)) return screen.show(view, EVERYTHING);
      const stack = find(view);
      if (stack === null) return "elsewhere";
      void openFor(stack, view);
      return "loading";
    },
    async open(stack) {
      wanted = null;
      if (opening === null && isSameStack(open, stack)) return true;
      return openStack(stack);
    },
    compare(view) {
      if (opening !== null) return isSameStack(opening, view) ? "loading" : "elsewhere";
      return screen.compare(view);
    },
  };
}
