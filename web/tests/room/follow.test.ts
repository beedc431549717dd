import { expect, test } from "vitest";
import { type FollowEvent, type Following, follow, isStale, NOT_YET } from "../../src/room/follow";
import { EVERYTHING, NOTHING } from "../../src/wire/facets";
import * as make from "../wire/make";

const after = (events: readonly FollowEvent[], from: Following = NOT_YET): Following => events.reduce(follow, from);
/** Parts that a hand has changed. */
const took = (...parts: ("slice" | "window" | "zoom" | "layout")[]): FollowEvent => ({
  on: "took",
  parts: { ...NOTHING, ...Object.fromEntries(parts.map((part) => [part, true])) },
});
const SCROLLED = took("slice");

const wide = make.view({ window: { center: 40, width: 200, unit: "HU" } });
const narrow = make.view({ window: { center: 40, width: 40, unit: "HU" } });

test("the newest sample of the present holder wins", () => {
  const now = after([
    { on: "control.taken", term: 3 },
    { on: "moved", view: wide, term: 3, n: 1, now_ms: 0 },
    { on: "moved", view: narrow, term: 3, n: 2, now_ms: 16 },
  ]);
  expect(now.shared).toBe(narrow);
});

test("a sample that was overtaken on the way is dropped", () => {
  const now = after([
    { on: "moved", view: narrow, term: 3, n: 2, now_ms: 0 },
    { on: "moved", view: wide, term: 3, n: 1, now_ms: 16 },
  ]);
  expect(now.shared).toBe(narrow);
});

test("a late sample of an earlier holder cannot win", () => {
  const now = after([
    { on: "settled", view: narrow, term: 4 },
    { on: "control.taken", term: 5 },
    { on: "moved", view: wide, term: 4, n: 900, now_ms: 16 },
  ]);
  expect(now.shared).toBe(narrow);
});

test("a view that stops arriving while it moves is late after a second, one at rest never", () => {
  const moving = after([{ on: "moved", view: wide, term: 1, n: 1, now_ms: 0 }]);
  expect(isStale(moving, 1000)).toBe(false);
  expect(isStale(moving, 1001)).toBe(true);
  const resting = follow(moving, { on: "settled", view: wide, term: 1 });
  expect(isStale(resting, 60_000)).toBe(false);
});

test("walking freely keeps hold of the shared view, for the way back", () => {
  const away = after([{ on: "settled", view: wide, term: 1 }, SCROLLED, { on: "settled", view: narrow, term: 1 }]);
  expect(away).toMatchObject({ follows: NOTHING, shared: narrow });
  expect(follow(away, { on: "rejoined" })).toMatchObject({ follows: EVERYTHING, shared: narrow });
});

test("a holder who takes the baton anew begins counting anew", () => {
  const now = after([
    { on: "moved", view: wide, term: 1, n: 500, now_ms: 0 },
    { on: "control.taken", term: 2 },
    { on: "moved", view: narrow, term: 2, n: 1, now_ms: 5 },
  ]);
  expect(now.shared).toBe(narrow);
});

test("who walks is asked to follow again, and is not moved by it", () => {
  const walking = follow(NOT_YET, SCROLLED);
  const called = follow(walking, { on: "gathered" });
  expect(called).toEqual({ ...walking, isCalled: true });
  expect(follow(called, { on: "stayed" })).toEqual(walking);
  expect(follow(called, { on: "rejoined" })).toEqual(NOT_YET);
});

test("who follows is not asked, and a new holder of the baton has asked nobody", () => {
  expect(follow(NOT_YET, { on: "gathered" })).toBe(NOT_YET);
  const called = follow(follow(NOT_YET, SCROLLED), { on: "gathered" });
  expect(follow(called, { on: "control.taken", term: 2 })).toMatchObject({ follows: NOTHING, isCalled: false });
});

test("a window or a closer look of one's own leaves the rest with the presenter", () => {
  const own = after([took("window"), took("zoom")]);
  expect(own.follows).toEqual({ slice: true, window: false, zoom: false, layout: true });
  expect(follow(own, took("window", "zoom"))).toBe(own);
  expect(follow(own, { on: "rejoined" }).follows).toEqual(EVERYTHING);
});

test("another slice, or another series, leaves the presenter altogether", () => {
  expect(after([took("slice", "zoom")]).follows).toEqual(NOTHING);
  expect(after([took("window"), took("layout")]).follows).toEqual(NOTHING);
});

test("with series of one's own, opening another one leaves the slice with the presenter", () => {
  const own = after([{ on: "chose", follows: { ...EVERYTHING, layout: false } }]);
  expect(follow(own, took("layout"))).toBe(own);
  expect(follow(own, took("slice")).follows).toEqual(NOTHING);
});

test("who keeps a window of their own is asked to follow in all, and is not asked any more once they do", () => {
  const called = after([took("window"), { on: "gathered" }]);
  expect(called).toMatchObject({ isCalled: true, follows: { window: false } });
  expect(follow(called, { on: "chose", follows: EVERYTHING })).toMatchObject({ isCalled: false });
});

test("a question put while the room was not heard is asked by the state that comes instead", () => {
  const snapshot = { on: "snapshot", view: wide, term: 1 } as const;
  const walking = after([{ on: "settled", view: wide, term: 1 }, { on: "control.taken", term: 1 }, SCROLLED]);
  expect(follow(walking, { ...snapshot, isCalled: true }).isCalled).toBe(true);
  const called = follow(walking, { on: "gathered" });
  expect(follow(called, { ...snapshot, isCalled: false }).isCalled).toBe(true);
  // Another term: whoever asked does not present any more.
  expect(follow(called, { ...snapshot, term: 2, isCalled: false }).isCalled).toBe(false);
  expect(follow(NOT_YET, { ...snapshot, isCalled: true }).isCalled).toBe(false);
});
