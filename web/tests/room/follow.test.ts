import { expect, test } from "vitest";
import { type FollowEvent, type Following, follow, isStale, NOT_YET } from "../../src/room/follow";
import * as make from "../wire/make";

const after = (events: readonly FollowEvent[], from: Following = NOT_YET): Following => events.reduce(follow, from);
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
  const away = after([
    { on: "settled", view: wide, term: 1 },
    { on: "walked" },
    { on: "settled", view: narrow, term: 1 },
  ]);
  expect(away).toMatchObject({ walks: true, shared: narrow });
  expect(follow(away, { on: "rejoined" })).toMatchObject({ walks: false, shared: narrow });
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
  const walking = follow(NOT_YET, { on: "walked" });
  const called = follow(walking, { on: "gathered" });
  expect(called).toEqual({ ...walking, isCalled: true });
  expect(follow(called, { on: "stayed" })).toEqual(walking);
  expect(follow(called, { on: "rejoined" })).toEqual(NOT_YET);
});

test("who follows is not asked, and a new holder of the baton has asked nobody", () => {
  expect(follow(NOT_YET, { on: "gathered" })).toBe(NOT_YET);
  const called = follow(follow(NOT_YET, { on: "walked" }), { on: "gathered" });
  expect(follow(called, { on: "control.taken", term: 2 })).toMatchObject({ walks: true, isCalled: false });
});
