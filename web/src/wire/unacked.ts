/** The asks that the room has not answered yet, and how often it was called; kept over a reload of the tab, no longer. */
import type { KeyedStore } from "./client_id";
import type { Act, Ask } from "./types";

export type Unacked = {
  /** Gives the act its number and keeps it. */
  add(act: Act): Ask;
  /** A fact or a refusal has answered ask `n`; false when it was not one of ours. */
  answered(n: number): boolean;
  /** The room knows everything up to `acked`. */
  resume(acked: number): void;
  /** Gives up what has no answer yet; how many these were. */
  abandon(): number;
  /** What comes after ask `n`, in order. */
  waiting(n: number): readonly Ask[];
  /** Number of the first ask that has had no answer; everything before it is done with. */
  first(): number;
  /** Number of the next connection. */
  attempt(): number;
};

type Kept = { next: number; asks: readonly Ask[]; attempts: number };

const PREFIX = "consilium.unacked.";

/** Session storage, not IndexedDB: an ask may hold words about the patient, and these must not outlive the tab. */
export function createUnacked(store: KeyedStore, room_id: string, client_id: string): Unacked {
  const key = `${PREFIX}${room_id}.${client_id}`;
  let { next, asks, attempts } = read(store, key);

  const keep = (): void => {
    try {
      store.setItem(key, JSON.stringify({ next, asks, attempts } satisfies Kept));
    } catch {
      // Storage full or forbidden: the asks live on in memory and only a reload would lose them.
    }
  };

  return {
    add(act) {
      const ask: Ask = { t: "ask", n: next, act };
      next += 1;
      asks = [...asks, ask];
      keep();
      return ask;
    },
    answered(n) {
      const left = asks.filter((ask) => ask.n !== n);
      const found = left.length < asks.length;
      asks = left;
      if (found) keep();
      return found;
    },
    resume(acked) {
      asks = asks.filter((ask) => ask.n > acked);
      next = Math.max(next, acked + 1);
      keep();
    },
    abandon() {
      const { length } = asks;
      asks = [];
      keep();
      return length;
    },
    waiting: (n) => asks.filter((ask) => ask.n > n),
    first: () => asks[0]?.n ?? next,
    attempt() {
      attempts += 1;
      keep();
      return attempts;
    },
  };
}

/** A new tab name means that what a copied storage holds belongs to another tab. */
export function forgetOthers(store: Storage): void {
  const names = Array.from({ length: store.length }, (_, index) => store.key(index));
  for (const name of names) if (name?.startsWith(PREFIX)) store.removeItem(name);
}

function read(store: KeyedStore, key: string): Kept {
  const text = store.getItem(key);
  return text === null ? { next: 1, asks: [], attempts: 0 } : (JSON.parse(text) as Kept);
}
