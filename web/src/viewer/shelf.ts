/** What is kept in memory so that switching back is instant: the least recently used leave when room is needed. */
export type Kept = {
  bytes(): number;
  /** Somebody looks at it: it stays whatever happens. */
  isHeld(): boolean;
  discard(): void;
};

export type Shelf<Item extends Kept> = {
  find(key: string): Item | null;
  /** Puts an item in and makes it the most recent one. */
  put(key: string, item: Item): void;
  /** Discards the oldest until `bytes` more would fit in the budget, or nothing is left that may leave. */
  makeRoom(bytes: number, except: string): void;
  /** What is left of the budget beside all other items. */
  room(except: string): number;
  /** Whether so many bytes fit and nothing has to leave. */
  hasRoom(bytes: number): boolean;
  remove(key: string): void;
  items(): Item[];
};

export function createShelf<Item extends Kept>(budget: number): Shelf<Item> {
  // A Map iterates in order of insertion: putting again makes an item the last to leave.
  const items = new Map<string, Item>();
  const used = (): number => [...items.values()].reduce((sum, item) => sum + item.bytes(), 0);
  const remove = (key: string): void => {
    items.get(key)?.discard();
    items.delete(key);
  };
  return {
    find(key) {
      const item = items.get(key);
      if (!item) return null;
      items.delete(key);
      items.set(key, item);
      return item;
    },
    put: (key, item) => void items.set(key, item),
    makeRoom(bytes, except) {
      for (const [key, item] of [...items]) {
        if (used() + bytes <= budget) return;
        if (key !== except && !item.isHeld()) remove(key);
      }
    },
    room: (except) => budget - used() + (items.get(except)?.bytes() ?? 0),
    hasRoom: (bytes) => used() + bytes <= budget,
    remove,
    items: () => [...items.values()],
  };
}
