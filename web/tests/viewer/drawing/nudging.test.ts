import { expect, test } from "vitest";
import type { Part } from "../../../src/viewer/drawing/holding";
import { createNudging } from "../../../src/viewer/drawing/nudging";
import { isCollapsed } from "../../../src/viewer/drawing/shapes";
import type { Drawing } from "../../../src/wire/types";

const LENGTH: Drawing = {
  kind: "length",
  study_uid: "1.2",
  series_uid: "1.2.3",
  stack: 0,
  frame_of_reference_uid: "1.2.9",
  sop_instance_uid: "9.1",
  frame: 1,
  normal: [0, 0, -1],
  up: [0, -1, 0],
  points: [
    [0, 0, 5],
    [10, 0, 5],
  ],
  text: "",
};
const PARTS: readonly Part[] = ["whole", 0, 1, "words"];

/** A screen of 0.5 mm a pixel that looks at an axial slice; `settled` is what was asked of the room. */
function keyboard() {
  const settled: Drawing[] = [];
  const timers: (() => void)[] = [];
  let drawing = LENGTH;
  let selected: string | null = "one";
  const nudging = createNudging({
    target: () =>
      selected === null ? null : { annotation_id: selected, drawing, parts: PARTS, text_point: [20, 0, 5] },
    way: ({ right_px, up_px }) => [0.5 * right_px, -0.5 * up_px, 0],
    isNothing: (next) => isCollapsed(next, 0.5),
    sketch(_, next) {
      drawing = next;
    },
    changed: (_, next) => settled.push(next),
    later: (_, run) => timers.push(run),
    cancel: (timer) => timers.splice(timer - 1, 1, () => undefined),
  });
  const pass = (): void => {
    for (const run of timers.splice(0)) run();
  };
  return { nudging, settled, pass, select: (next: string | null) => (selected = next), now: () => drawing };
}

test("an end does not step upon the other one", () => {
  const { nudging, now } = keyboard();
  for (let press = 0; press < 2; press++) nudging.next();
  // 10 mm are 20 pixels of this screen.
  for (let press = 0; press < 25; press++) nudging.nudge({ right_px: -1, up_px: 0 });
  expect(now().points[1]).toEqual([0.5, 0, 5]);
});

test("all of it moves by pixels of the screen, and is asked for once", () => {
  const { nudging, settled, pass } = keyboard();
  for (let press = 0; press < 4; press++) expect(nudging.nudge({ right_px: 1, up_px: 0 })).toBe(true);
  expect(settled).toEqual([]);
  pass();
  expect(settled.map((one) => one.points)).toEqual([
    [
      [2, 0, 5],
      [12, 0, 5],
    ],
  ]);
  pass();
  expect(settled).toHaveLength(1);
});

test("the next part is each point, then the words, then all of it again", () => {
  const { nudging, now } = keyboard();
  nudging.next();
  nudging.nudge({ right_px: 0, up_px: 10 });
  expect(now().points).toEqual([
    [0, -5, 5],
    [10, 0, 5],
  ]);
  nudging.next();
  expect(nudging.partOf("one")).toBe(1);
  nudging.next();
  nudging.nudge({ right_px: 2, up_px: 0 });
  expect(now().text_point).toEqual([21, 0, 5]);
  nudging.next();
  expect(nudging.partOf("one")).toBe("whole");
  expect(nudging.partOf("other")).toBeNull();
});

test("what was moved is asked for before another is", () => {
  const { nudging, settled, select } = keyboard();
  nudging.nudge({ right_px: 1, up_px: 0 });
  select("other");
  nudging.nudge({ right_px: 1, up_px: 0 });
  expect(settled).toHaveLength(1);
});

test("where nothing of mine is selected nothing moves", () => {
  const { nudging, settled, pass, select } = keyboard();
  select(null);
  expect(nudging.nudge({ right_px: 1, up_px: 0 })).toBe(false);
  expect(nudging.next()).toBe(false);
  pass();
  expect(settled).toEqual([]);
});
