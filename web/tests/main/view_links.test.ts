import { afterEach, expect, test, vi } from "vitest";
import { setLanguage } from "../../src/i18n/text";
import { createViewLinks } from "../../src/main/view_links";
import { EMPTY_STATE } from "../../src/room/fold";
import type { Live } from "../../src/room/live";
import { createModel } from "../../src/ui/model";
import type { Act, RoomPage, View } from "../../src/wire/types";
import * as make from "../wire/make";

const page = { room_id: "ROO-1", actor: "me", study_ids: [], links: {} } as unknown as RoomPage;
const view = make.view();

afterEach(() => vi.unstubAllGlobals());

/** A room whose server holds one view, under the number 41. */
function room({ presents = false, shared = view as View | null, isHere = true } = {}) {
  vi.stubGlobal("fetch", (path: string) =>
    Promise.resolve(
      path === "/api/rooms/ROO-1/views/41"
        ? new Response(JSON.stringify(view))
        : new Response("{}", { status: 404, headers: { "content-type": "application/json" } }),
    ),
  );
  setLanguage("en");
  const shown: View[] = [];
  const asked: Act[] = [];
  const toasts: string[] = [];
  const model = createModel(page, EMPTY_STATE);
  const live = {
    isPresenter: () => presents,
    state: () => make.state({ view: shared }),
    goTo: (one: View) => void shown.push(one),
  } as unknown as Live;
  const links = createViewLinks({
    model,
    live: () => live,
    catalogue: { find: (pane) => (isHere ? { ...pane, pack_url: "/pack" } : null) },
    ask: (act) => asked.push(act),
    toast: (text) => void toasts.push(text),
    listed: Promise.resolve(),
    origin: "https://consilium.example",
  });
  return { links, model, shown, asked, toasts };
}

test("a view is asked for, and its address holds the number of the answer", () => {
  const { links, model, asked } = room();
  links.make(view);
  expect(asked).toEqual([{ t: "view.mark", view }]);
  const marked = { t: "view.marked", view } as const;
  links.fact(make.fact(7, marked, { actor: "other", n: 1 }));
  expect(model.viewLink.value).toBeNull();
  links.fact(make.fact(8, marked, { actor: "me", n: 1 }));
  expect(model.viewLink.value).toBe("https://consilium.example/rooms/ROO-1#view=8");
});

test("whoever comes by an address sees the view, and is told that it is a link's until they go on", async () => {
  const { links, model, shown } = room();
  await links.open(41, "address");
  expect(shown).toEqual([view]);
  expect(model.linked.value?.at).toBe("shown");
  links.left();
  expect(model.linked.value).toBeNull();
});

test("an address does not change what everybody sees before its presenter says so", async () => {
  const { links, model, shown } = room({ presents: true });
  await links.open(41, "address");
  expect(shown).toEqual([]);
  expect(model.linked.value?.at).toBe("offered");
  links.present();
  expect(shown).toEqual([view]);
  expect(model.linked.value).toBeNull();
});

test("a view that is pressed in the room is presented at once by whoever presents", async () => {
  const { links, shown } = room({ presents: true });
  await links.open(41, "hand");
  expect(shown).toEqual([view]);
});

test("where there is no such view, or its series is gone, it is said and nothing is shown", async () => {
  const none = room();
  await none.links.open(42, "address");
  expect(none.model.linked.value).toMatchObject({ at: "failed", why: "This link leads to no view of this room." });
  const gone = room({ isHere: false });
  await gone.links.open(41, "hand");
  expect(gone.toasts).toEqual(["The series of this view can no longer be shown in this room."]);
  expect([...none.shown, ...gone.shown]).toEqual([]);
});
