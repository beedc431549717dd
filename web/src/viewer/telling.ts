/** Tells the room what the local hand has done: once a frame while it moves, once more when it has come to rest. */
import type { Pointer, View } from "../wire/types";

export type Teller = {
  /** The local user has changed the view. */
  changed(): void;
  /** Somebody else's view has come over it: what was not told yet would be an echo. */
  forget(): void;
  pointed(): void;
  destroy(): void;
};

export type TellerSource = {
  view(): View | null;
  pointer(): Pointer | null;
  viewChanged(view: View, settled: boolean): void;
  pointerMoved(pointer: Pointer | null): void;
};

// Long enough to span the pause between two notches of a wheel, short enough to be "at once" for the journal.
const SETTLE_MS = 150;

export function createTeller(source: TellerSource): Teller {
  let frame = 0;
  let settling = 0;
  let isViewDue = false;
  let isPointerDue = false;
  let lastPointer = "null";

  const tellView = (settled: boolean): void => {
    const view = source.view();
    if (view) source.viewChanged(view, settled);
  };

  const tellPointer = (): void => {
    const pointer = source.pointer();
    const told = JSON.stringify(pointer);
    if (told === lastPointer) return;
    lastPointer = told;
    source.pointerMoved(pointer);
  };

  const flush = (): void => {
    frame = 0;
    if (isViewDue) tellView(false);
    if (isPointerDue) tellPointer();
    isViewDue = false;
    isPointerDue = false;
  };

  const later = (): void => {
    if (frame === 0) frame = requestAnimationFrame(flush);
  };

  const settle = (): void => {
    settling = 0;
    isViewDue = false;
    tellView(true);
  };

  const forget = (): void => {
    isViewDue = false;
    clearTimeout(settling);
    settling = 0;
  };

  return {
    changed() {
      isViewDue = true;
      clearTimeout(settling);
      settling = window.setTimeout(settle, SETTLE_MS);
      later();
    },
    forget,
    pointed() {
      isPointerDue = true;
      later();
    },
    destroy() {
      forget();
      cancelAnimationFrame(frame);
    },
  };
}
