/** Shares my view while I hold the baton: samples while it moves, an ask when it rests; the viewer draws, not this. */
import type { Act, MoveView, View } from "../wire/types";

/** Even a view that never rests is journaled this often, so that a late joiner and the replay see it. */
const SETTLE_EVERY_MS = 2000;

export type PresentWorld = {
  now(): number;
  onFrame(run: () => void): void;
  /** Numbers must grow over a reload too: start from the clock. */
  first_n: number;
  isLive(): boolean;
  /** The term under which I hold the baton, null when I do not. */
  term(): number | null;
  ask(act: Act): void;
  send(message: MoveView): void;
};

export type Presenting = {
  /** My own hand moved my view; `settled` when it has come to rest. */
  moved(view: View, settled: boolean): void;
};

export function createPresenting(world: PresentWorld): Presenting {
  let n = world.first_n;
  let waiting: View | null = null;
  let isFrameDue = false;
  let settled_ms = Number.NEGATIVE_INFINITY;

  const settle = (view: View, term: number): void => {
    waiting = null;
    settled_ms = world.now();
    world.ask({ t: "view.settle", term, view });
  };

  const flush = (): void => {
    isFrameDue = false;
    const view = waiting;
    const term = world.term();
    waiting = null;
    if (view === null || term === null || !world.isLive()) return;
    n += 1;
    world.send({ t: "view.move", term, n, view });
    if (world.now() - settled_ms >= SETTLE_EVERY_MS) settle(view, term);
  };

  return {
    moved(view, settled) {
      const term = world.term();
      // Offline nothing is kept: what is true when the link is back is sent then.
      if (term === null || !world.isLive()) return;
      if (settled) return settle(view, term);
      if (waiting === null && !isFrameDue && n === world.first_n) settled_ms = world.now();
      waiting = view;
      if (isFrameDue) return;
      isFrameDue = true;
      world.onFrame(flush);
    },
  };
}
