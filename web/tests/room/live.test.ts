import { describe, expect, test } from "vitest";
import { createLive, type LiveEvents } from "../../src/room/live";
import { isSameStack, type Screen, type StackRef } from "../../src/room/screen";
import { type Away, EVERYTHING, NOTHING, walks } from "../../src/wire/facets";
import type { Passing } from "../../src/wire/socket";
import type { Whole } from "../../src/wire/pointing";
import type { Act, Done, Drawing, Facets, View } from "../../src/wire/types";
import { activePane } from "../../src/wire/view";
import * as make from "../wire/make";

const slice = (mm: number): View => make.view({ window: { center: mm, width: 80, unit: "HU" } });
const other = make.view({ series_uid: "9.9" });

/** A tab whose room, viewer and clock are the test's. */
function tab({ actor = "me", is_principal = true } = {}) {
  let shown: View | null = null;
  let away: Away | null = null;
  let followed: Facets | null = null;
  const outside: (Away | null)[] = [];
  let opened: StackRef | null = null;
  let seq = 0;
  let isLive = true;
  const asked: Act[] = [];
  const sent: Passing[] = [];
  const refused: string[] = [];
  const pointing: string[][] = [];
  const drawing: string[][] = [];
  const later: (() => void)[] = [];
  const screen: Screen = {
    async open(stack) {
      opened = stack;
    },
    async hang(_, stacks) {
      opened = stacks[0] ?? null;
    },
    view: () => shown,
    show(view, stacks, facets) {
      if (facets.zoom) shown = view;
      followed = facets;
      opened = stacks[view.active] ?? opened;
      return "same";
    },
    // The window of these views tells one slice from another.
    compare: (view, facets = EVERYTHING) =>
      !facets.zoom || JSON.stringify(view) === JSON.stringify(shown) ? "same" : "elsewhere",
    away: () => away,
  };
  const ignore = (): void => undefined;
  const events: LiveEvents = {
    state: ignore,
    seats: ignore,
    following: ignore,
    sketches: (sketches) => void drawing.push(sketches.map((one) => one.annotation_id)),
    undoing: ignore,
    pointers: (pointers) => void pointing.push(pointers.map((one) => one.actor)),
    seen: (_, why) => void outside.push(why),
    welcomed: ignore,
    fact: ignore,
    refused: (code) => void refused.push(code),
    signal: ignore,
    draft: ignore,
  };
  const live = createLive({
    actor,
    is_principal,
    client_id: () => "here",
    screen,
    now: () => 0,
    clock_ms: () => 1000,
    onFrame: (run) => run(),
    later: (_, run) => void later.push(run),
    find: ({ study_uid, series_uid, stack }) => ({ study_uid, series_uid, stack, pack_url: "/pack" }),
    ask: (act) => asked.push(act),
    send: (message) => sent.push(message) > 0,
    isLive: () => isLive,
    events,
  });
  return {
    live,
    asked,
    sent,
    refused,
    pointing,
    drawing,
    later,
    shown: () => shown,
    opened: () => opened,
    outside,
    facets: () => followed,
    leaves() {
      away = "outside";
    },
    /** What the viewer shows after a movement of the hand. */
    hand(view: View, isSettled = true, parts: Facets = { ...NOTHING, slice: true }) {
      shown = view;
      live.took(parts);
      live.moved(view, isSettled);
    },
    welcome: (over: Parameters<typeof make.state>[0]) => live.receive(make.welcome({ state: make.state(over) })),
    /** By my own hand it is in this window; the answer to my last ask. */
    happens(done: Done, by = "other") {
      seq += 1;
      const here = by === actor ? { client_id: "here", n: asked.length } : {};
      live.receive(make.fact(seq, done, { actor: by, ...here }));
    },
    /** In another window of mine. */
    happensBeside(done: Done) {
      seq += 1;
      live.receive(make.fact(seq, done, { actor, client_id: "beside" }));
    },
    lose() {
      isLive = false;
    },
    comeBack() {
      isLive = true;
      live.receive(make.welcome({ state: null }));
    },
    told: () => sent.filter((one) => one.t === "tell").at(-1),
  };
}

const led = { holder: "other", term: 3, view: slice(1) };

describe("following", () => {
  test("a late joiner is brought to what is shown, and says so", () => {
    const me = tab();
    me.welcome(led);
    expect(isSameStack(me.opened(), activePane(slice(1)))).toBe(true);
    expect(me.shown()).toEqual(slice(1));
    expect(me.told()).toEqual({ t: "tell", seen: "same", follows: EVERYTHING });
  });

  test("the presenter's moving view is shown as it comes", () => {
    const me = tab();
    me.welcome(led);
    me.live.receive({ t: "view.moved", frame: 1, actor: "other", term: 3, n: 1, view: slice(2) });
    expect(me.shown()).toEqual(slice(2));
  });

  test("the presenter's other series is opened", () => {
    const me = tab();
    me.welcome(led);
    me.happens({ t: "view.settled", term: 3, view: other });
    expect(isSameStack(me.opened(), activePane(other))).toBe(true);
  });
});

describe("following in parts", () => {
  const OWN_ZOOM = { ...EVERYTHING, zoom: false };

  test("a closer look of my own is told as that, and not as being elsewhere", () => {
    const me = tab();
    me.welcome(led);
    me.hand(slice(7), true, { ...NOTHING, zoom: true });
    expect(me.told()).toEqual({ t: "tell", seen: "partly", follows: OWN_ZOOM });
    me.happens({ t: "view.settled", term: 3, view: slice(2) });
    expect(me.facets()).toEqual(OWN_ZOOM);
  });

  test("the hand is heard before the presenter's next sample comes over it", () => {
    const me = tab();
    me.welcome(led);
    me.live.took({ ...NOTHING, zoom: true });
    me.live.receive({ t: "view.moved", frame: 1, actor: "other", term: 3, n: 1, view: slice(2) });
    expect(me.facets()).toEqual(OWN_ZOOM);
  });

  test("one key takes over all of it again, as does whoever is given the baton", () => {
    const me = tab();
    me.welcome(led);
    me.live.took({ ...NOTHING, zoom: true });
    me.live.rejoin();
    expect(me.facets()).toEqual(EVERYTHING);
    me.live.took({ ...NOTHING, window: true });
    me.happens({ t: "control.taken", holder: "me", term: 4, how: "given" });
    expect(me.live.following().follows).toEqual(EVERYTHING);
  });

  test("in a series of my own the presenter's slice is followed, or said to lie outside of it", async () => {
    const me = tab();
    me.welcome(led);
    me.live.follow({ ...EVERYTHING, layout: false });
    await me.live.open({ study_uid: "1.2.3", series_uid: "9.9", stack: 0, pack_url: "/pack" });
    expect(me.facets()).toEqual({ ...EVERYTHING, layout: false });
    expect(me.outside.at(-1)).toBeNull();
    me.leaves();
    me.happens({ t: "view.settled", term: 3, view: slice(2) });
    expect(me.outside.at(-1)).toBe("outside");
  });

  test("a question that is in the state instead of a fact is asked, once", () => {
    const me = tab();
    me.welcome({ ...led, seq: 4 });
    me.hand(slice(7));
    me.welcome({ ...led, seq: 300, gathered: 200 });
    expect(me.live.following().isCalled).toBe(true);
    me.live.stay();
    me.welcome({ ...led, seq: 700, gathered: 200 });
    expect(me.live.following().isCalled).toBe(false);
  });
});

describe("walking freely", () => {
  test("my own movement lets go of the presenter, and everybody is told", () => {
    const me = tab();
    me.welcome(led);
    me.hand(slice(7));
    expect(me.told()).toEqual({ t: "tell", seen: "elsewhere", follows: NOTHING });
    me.happens({ t: "view.settled", term: 3, view: slice(2) });
    expect(me.shown()).toEqual(slice(7));
    expect(me.asked).toEqual([]);
  });

  test("one key brings me back to where the presenter is by then", () => {
    const me = tab();
    me.welcome(led);
    me.hand(slice(7));
    me.happens({ t: "view.settled", term: 3, view: slice(2) });
    me.live.rejoin();
    expect(me.shown()).toEqual(slice(2));
    expect(me.told()).toEqual({ t: "tell", seen: "same", follows: EVERYTHING });
  });

  test("a series that was opened because none was shown is no walk", async () => {
    const me = tab();
    me.welcome({ holder: "other", term: 1, view: null });
    await me.live.openFirst({ study_uid: "1.2.3", series_uid: "9.9", stack: 0, pack_url: "/pack" });
    me.happens({ t: "view.settled", term: 1, view: slice(2) });
    expect(walks(me.live.following().follows)).toBe(false);
    expect(me.shown()).toEqual(slice(2));
  });

  test("with nobody presenting there is nobody to walk away from", () => {
    const me = tab();
    me.welcome({ holder: null, term: 4, view: slice(1) });
    me.hand(slice(7));
    expect(walks(me.live.following().follows)).toBe(false);
    me.happens({ t: "control.taken", holder: "other", term: 5, how: "taken" });
    me.happens({ t: "view.settled", term: 5, view: slice(3) });
    expect(me.shown()).toEqual(slice(3));
  });
});

describe("presenting", () => {
  test("whoever is given the baton shows what they see, under the new term", () => {
    const me = tab();
    me.welcome(led);
    me.hand(slice(7));
    me.happens({ t: "control.taken", holder: "me", term: 4, how: "given" });
    expect(me.asked).toEqual([{ t: "view.settle", term: 4, view: slice(7) }]);
    expect(walks(me.live.following().follows)).toBe(false);
  });

  test("my own view, coming back late from the room, does not pull my hand back", () => {
    const me = tab();
    me.welcome({ holder: "me", term: 3, view: slice(1) });
    me.hand(slice(2));
    me.hand(slice(3), false);
    me.happens({ t: "view.settled", term: 3, view: slice(2) }, "me");
    expect(me.shown()).toEqual(slice(3));
  });

  test("a presenter who reloads comes back to what the others see", () => {
    const me = tab();
    me.welcome({ holder: "me", term: 3, view: slice(5) });
    expect(me.shown()).toEqual(slice(5));
  });

  test("losing the baton means being led", () => {
    const me = tab();
    me.welcome({ holder: "me", term: 3, view: slice(1) });
    me.hand(slice(2));
    me.happens({ t: "control.taken", holder: "other", term: 4, how: "taken" });
    me.happens({ t: "view.settled", term: 4, view: slice(8) });
    expect(me.shown()).toEqual(slice(8));
  });
});

describe("a baton that was never held", () => {
  test("is picked up by whoever answers for the case", () => {
    const me = tab();
    me.welcome({});
    expect(me.asked).toEqual([{ t: "control.take", term: 0 }]);
  });

  test("is left to them by everybody else", () => {
    const me = tab({ is_principal: false });
    me.welcome({});
    expect(me.asked).toEqual([]);
  });

  test("of two who pick it up at once, the second need not hear of it", () => {
    const me = tab();
    me.welcome({});
    me.live.receive({ t: "refused", n: 1, code: "control_moved" });
    me.live.receive({ t: "refused", n: 2, code: "not_here" });
    expect(me.refused).toEqual(["not_here"]);
  });
});

test("a member's pointer goes with them", () => {
  const me = tab();
  me.welcome(led);
  const pointer = {
    series_uid: "1",
    frame_of_reference_uid: null,
    point_world_mm: [0, 0, 0] as [number, number, number],
  };
  me.live.receive({ t: "pointer.moved", frame: 1, actor: "other", n: 1, pointer });
  expect(me.pointing.at(-1)).toEqual(["other"]);
  me.happens({ t: "member.left", actor: "other" });
  expect(me.pointing.at(-1)).toEqual([]);
});

test("where the pointer came to rest is sent even when it came too soon after another", () => {
  const me = tab();
  me.welcome(led);
  const at = (x: number) => ({
    series_uid: "1",
    frame_of_reference_uid: null,
    point_world_mm: [x, 0, 0] as [number, number, number],
  });
  for (const x of [1, 2, 3]) me.live.pointed(at(x));
  const places = () =>
    me.sent.flatMap((one) => (one.t === "pointer.move" && one.pointer !== null ? [one.pointer.point_world_mm[0]] : []));
  expect(places()).toEqual([1]);
  for (const run of me.later.splice(0)) run();
  expect(places()).toEqual([1, 3]);
});

describe("R40: what somebody is drawing", () => {
  const moved = (annotation_id: string, drawing = make.length() as Drawing | null): Whole => ({
    t: "annotation.moved",
    frame: 1,
    actor: "other",
    n: 1,
    annotation_id,
    drawing,
  });

  test("is shown until it stands in the room", () => {
    const { live, drawing, welcome, happens } = tab();
    welcome({});
    live.receive(moved("an"));
    expect(drawing.at(-1)).toEqual(["an"]);
    happens({ t: "annotation.drawn", annotation_id: "an", drawing: make.length() });
    expect(drawing.at(-1)).toEqual([]);
    expect(live.state().annotations).toEqual([
      { annotation_id: "an", author: "other", version: 1, drawing: make.length() },
    ]);
  });

  test("is let go", () => {
    const { live, drawing, welcome } = tab();
    welcome({});
    live.receive(moved("an"));
    live.receive(moved("an", null));
    expect(drawing.at(-1)).toEqual([]);
  });
});

describe("two windows of the one who presents", () => {
  const settled = (mm: number): Done => ({ t: "view.settled", term: 3, view: slice(mm) });
  const settles = (me: ReturnType<typeof tab>): View[] =>
    me.asked.flatMap((act) => (act.t === "view.settle" ? [act.view] : []));

  function presenting() {
    const me = tab();
    me.welcome({ ...led, holder: "me" });
    me.live.receive(make.welcome({ state: null }));
    return me;
  }

  test("one shows what the other's hand does, while it moves and when it rests", () => {
    const me = presenting();
    me.hand(slice(2));
    me.happens(settled(2), "me");
    me.live.receive({ t: "view.moved", frame: 1, actor: "me", term: 3, n: 1, view: slice(4) });
    expect(me.shown()).toEqual(slice(4));
    me.happensBeside(settled(5));
    expect(me.shown()).toEqual(slice(5));
    expect(me.live.following().sample_ms).toBeNull();
    expect(me.told()).toMatchObject({ seen: "same" });
    expect(settles(me)).toEqual([slice(2)]);
  });

  test("of two views at once the one that the room took last stands in both", () => {
    const me = presenting();
    me.hand(slice(2));
    // Before mine in the journal, so mine comes last everywhere.
    me.happensBeside(settled(7));
    me.live.receive({ t: "view.moved", frame: 1, actor: "me", term: 3, n: 1, view: slice(8) });
    expect(me.shown()).toEqual(slice(2));
    me.happens(settled(2), "me");
    expect(me.shown()).toEqual(slice(2));
    expect(me.told()).toMatchObject({ seen: "same" });
    me.happensBeside(settled(9));
    expect(me.shown()).toEqual(slice(9));
  });

  test("the hand goes on before what it did earlier comes back", () => {
    const me = presenting();
    me.happensBeside(settled(7));
    me.hand(slice(2));
    me.hand(slice(3), false);
    me.happens(settled(2), "me");
    expect(me.shown()).toEqual(slice(3));
  });

  test("only the one that has taken the baton shows its images to all", () => {
    const me = tab();
    me.welcome(led);
    me.hand(slice(9));
    me.happensBeside({ t: "control.taken", holder: "me", term: 4, how: "taken" });
    expect(settles(me)).toEqual([]);
    me.happensBeside({ t: "view.settled", term: 4, view: slice(6) });
    expect(me.shown()).toEqual(slice(6));
  });

  test("one that comes back shows what happened meanwhile, and shares only what its own hand did", () => {
    const still = presenting();
    still.hand(slice(2));
    still.happens(settled(2), "me");
    still.lose();
    still.comeBack();
    expect(settles(still)).toEqual([slice(2)]);

    const moved = presenting();
    moved.lose();
    moved.hand(slice(8));
    expect(settles(moved)).toEqual([]);
    moved.comeBack();
    expect(settles(moved)).toEqual([slice(8)]);
  });
});
