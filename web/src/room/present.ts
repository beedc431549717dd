/** Shares my view while I hold the baton: samples while it moves, an ask when it rests; the viewer draws, not this. */
import type { Act, MoveView, View } from "../wire/types";

/** Even a view that never rests is journaled this often, so that a late joiner and the replay see it. */
const SETTLE_EVERY_MS = 2000;
/** 60 Hz, whatever the screen's own rate: the room takes no more. */
const MOVE_EVERY_MS = 15;
/** A viewport is about 500 bytes of a view, and the room takes 256 KiB a second (R32): nine go at 27 Hz. */
const MOVE_EVERY_MS_A_VIEWPORT = 4;

export type PresentWorld = {
  now(): number;
  onFrame(run: () => void): void;
  /** Numbers must grow over a reload too: start from the clock. */
  first_n: number;
  isLive(): boolean;
  /** The term under which I hold the baton, null when I do not. */
  term(): number | null;
  ask(act: Act): number;
  send(message: MoveView): void;
};

export type Presenting = {
  /** My own hand moved my view; `isSettled` when it has come to rest. */
  moved(view: View, isSettled: boolean): void;
  /** An ask of this number has been answered, and so have all before it (R11). */
  answered(n: number): void;
  /** My hand rests, and the room has answered to where. */
  isAtRest(): boolean;
  /** My hand has moved while the room did not hear it. */
  isUntold(): boolean;
};

export function createPresenting(world: PresentWorld): Presenting {
  let n = world.first_n;
  let waiting: View | null = null;
  let isFrameDue = false;
  let moved_ms = Number.NEGATIVE_INFINITY;
  let settled_ms: number | null = null;
  let asked_n = 0;
  let answered_n = 0;
  let isUntold = false;

  const settle = (view: View, term: number): void => {
    waiting = null;
    settled_ms = null;
    isUntold = false;
    asked_n = world.ask({ t: "view.settle", term, view });
  };

  const share = (view: View, term: number): void => {
    const now_ms = world.now();
    moved_ms = now_ms;
    settled_ms ??= now_ms;
    n += 1;
    world.send({ t: "view.move", term, n, view });
    if (now_ms - settled_ms >= SETTLE_EVERY_MS) settle(view, term);
  };

  const take = (view: View, term: number): void => {
    waiting = null;
    share(view, term);
  };

  const flush = (): void => {
    isFrameDue = false;
    const term = world.term();
    if (waiting === null || term === null || !world.isLive()) return;
    if (world.now() - moved_ms < paceOf(waiting)) flushOnFrame();
    else take(waiting, term);
  };

  const flushOnFrame = (): void => {
    if (isFrameDue) return;
    isFrameDue = true;
    world.onFrame(flush);
  };

  const paceOf = ({ panes }: View): number =>
    Math.max(
      MOVE_EVERY_MS,
      MOVE_EVERY_MS_A_VIEWPORT * panes.reduce((sum, pane) => sum + (pane?.viewports.length ?? 0), 0),
    );

  return {
    moved(view, isSettled) {
      const term = world.term();
      if (term === null) return;
      // Offline nothing is kept: what is true when the link is back is sent then.
      isUntold ||= !world.isLive();
      if (!world.isLive()) return;
      if (isSettled) return settle(view, term);
      waiting = view;
      flushOnFrame();
    },
    answered(n) {
      answered_n = Math.max(answered_n, n);
    },
    isAtRest: () => waiting === null && settled_ms === null && !isUntold && answered_n >= asked_n,
    isUntold: () => isUntold,
  };
}
