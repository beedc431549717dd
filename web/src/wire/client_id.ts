/** The name of this browser tab: kept over a reload, new in a duplicated tab. */

export type KeyedStore = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export type TabEvents = {
  /** Calls back when the tab is put away (`true`) or shown again (`false`); returns the remover. */
  onPutAway(listener: (away: boolean) => void): () => void;
};

const KEY = "consilium.client_id";

export type ClientId = {
  client_id: string;
  is_new: boolean;
  release(): void;
  /** The name is another person's, who was signed in here before: the next load takes a new one. */
  forget(): void;
};

/**
 * A duplicated tab gets a copy of the session storage. The name is therefore in the storage only while the page is
 * away (reloading, or hidden and perhaps discarded by the system); a copy made while it is shown finds none.
 */
export function takeClientId(store: KeyedStore, events: TabEvents, fresh: () => string): ClientId {
  const kept = store.getItem(KEY);
  store.removeItem(KEY);
  const client_id = kept ?? fresh();
  const release = events.onPutAway((away) => {
    if (away) store.setItem(KEY, client_id);
    else store.removeItem(KEY);
  });
  const forget = (): void => {
    release();
    store.removeItem(KEY);
  };
  return { client_id, is_new: kept === null, release, forget };
}
