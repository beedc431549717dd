import { expect, test } from "vitest";
import { takeClientId } from "../../src/wire/client_id";
import { forgetOthers } from "../../src/wire/unacked";
import * as make from "./make";

function tab(store: Storage, fresh: string) {
  let listener: (away: boolean) => void = () => undefined;
  const taken = takeClientId(
    store,
    {
      onPutAway(run) {
        listener = run;
        return () => undefined;
      },
    },
    () => fresh,
  );
  return { ...taken, putAway: (away: boolean) => listener(away) };
}

test("a reloaded tab keeps its name", () => {
  const store = make.storage();
  tab(store, "first").putAway(true);
  expect(tab(store, "second").client_id).toBe("first");
});

test("a duplicated tab gets a name of its own", () => {
  const store = make.storage();
  const original = tab(store, "first");
  const copy = make.storage();
  for (let index = 0; index < store.length; index += 1) copy.setItem(store.key(index) ?? "", "copied");
  expect(tab(copy, "second")).toMatchObject({ client_id: "second", is_new: true });
  expect(original.client_id).toBe("first");
});

test("a tab that was hidden and is shown again leaves no name to copy", () => {
  const store = make.storage();
  const original = tab(store, "first");
  original.putAway(true);
  original.putAway(false);
  expect(tab(store, "second").client_id).toBe("second");
});

test("a new tab forgets the asks that were copied with another's storage", () => {
  const store = make.storage();
  store.setItem("consilium.unacked.room.other", "{}");
  store.setItem("something.else", "1");
  forgetOthers(store);
  expect(store.length).toBe(1);
});
