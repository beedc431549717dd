import { expect, test } from "vitest";
import { createHearing, createPointing } from "../../src/wire/pointing";
import type { PointerMoved, PointerSlid } from "../../src/wire/types";
import * as make from "./make";

const named = (actor: string, image_n: number, frame: number): PointerMoved => ({
  t: "pointer.moved",
  frame: image_n,
  actor,
  n: image_n,
  pointer: make.pointer([0, 0, 0], frame),
  image_n,
});

const slid = (actor: string, image_n: number, x_mm: number): PointerSlid => ({
  t: "pointer.slid",
  frame: 99,
  actor,
  image_n,
  point_world_mm: [x_mm, 0, 0],
});

test("r48: a pointer that slides is on the image that this actor's last one named", () => {
  const { whole } = createHearing();
  whole(named("one", 5, 7));
  whole(named("other", 6, 8));
  expect(whole(slid("one", 5, 2))).toMatchObject([{ t: "pointer.moved", pointer: make.pointer([2, 0, 0], 7) }]);
});

test.each([
  ["another number", 4, "one"],
  ["another actor's number", 6, "one"],
  ["nobody's name", 5, "nobody"],
])("r48: a pointer with %s is left out", (_, image_n, actor) => {
  const { whole } = createHearing();
  whole(named("one", 5, 7));
  whole(named("other", 6, 8));
  expect(whole(slid(actor, image_n, 2))).toEqual([]);
});

test("r48: another image is named", () => {
  const { brief } = createPointing();
  const at = (n: number, frame: number) => brief({ t: "pointer.move", n, pointer: make.pointer([n, 0, 0], frame) }, 0);
  expect([at(1, 7), at(2, 7), at(3, 8), at(4, 8), at(5, 7)]).toEqual([
    { t: "pointer.move", n: 1, pointer: make.pointer([1, 0, 0], 7) },
    { t: "pointer.slide", n: 2, image_n: 1, point_world_mm: [2, 0, 0] },
    { t: "pointer.move", n: 3, pointer: make.pointer([3, 0, 0], 8) },
    { t: "pointer.slide", n: 4, image_n: 3, point_world_mm: [4, 0, 0] },
    { t: "pointer.move", n: 5, pointer: make.pointer([5, 0, 0], 7) },
  ]);
});

test("r48: after a pause, and once a second, the image is named again", () => {
  const { brief } = createPointing();
  const at = (n: number, now_ms: number) => brief({ t: "pointer.move", n, pointer: make.pointer([n, 0, 0]) }, now_ms).t;
  expect([at(1, 0), at(2, 999), at(3, 1000)]).toEqual(["pointer.move", "pointer.slide", "pointer.move"]);
  brief({ t: "pointer.move", n: 4, pointer: null }, 1001);
  expect(at(5, 1002)).toBe("pointer.move");
});
