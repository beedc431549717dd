import { expect, test } from "vitest";
import { type Grips, holdAmong, REACH, REACH_TOUCH } from "../../../src/viewer/drawing/holding";

/** A line from (100, 100) to (200, 100), its words below. */
const LINE: Grips = {
  points: [
    [100, 100],
    [200, 100],
  ],
  runs: [
    [
      [100, 100],
      [200, 100],
    ],
  ],
  box: { left: 120, top: 110, right: 180, bottom: 125 },
};

test("a point is taken within its reach, which is wider under a finger", () => {
  expect(holdAmong([LINE], [194, 106], REACH)).toEqual({ of: LINE, part: 1 });
  expect(holdAmong([LINE], [215, 110], REACH)).toBeNull();
  expect(holdAmong([LINE], [215, 110], REACH_TOUCH)).toEqual({ of: LINE, part: 1 });
});

test("the line between the points takes all of it", () => {
  expect(holdAmong([LINE], [150, 104], REACH)).toEqual({ of: LINE, part: "whole" });
  expect(holdAmong([LINE], [150, 94], REACH)).toBeNull();
  // Beyond its end a line is no longer there.
  expect(holdAmong([{ ...LINE, points: [] }], [206, 100], REACH)).toBeNull();
});

test("words are taken anywhere on them, before a line that runs below, and not beside them", () => {
  expect(holdAmong([LINE], [121, 124], REACH)).toEqual({ of: LINE, part: "words" });
  const under: Grips = { points: [], runs: [[[120, 118], [180, 118]]], box: null };
  expect(holdAmong([under, LINE], [150, 118], REACH)).toEqual({ of: LINE, part: "words" });
  expect(holdAmong([{ ...LINE, box: null }], [150, 118], REACH)).toBeNull();
});

test("of several the nearest is taken", () => {
  const other: Grips = { points: [[104, 100]], runs: [], box: null };
  expect(holdAmong([LINE, other], [103, 100], REACH)).toEqual({ of: other, part: 0 });
});

test("among nothing there is nothing to hold", () => {
  expect(holdAmong([], [0, 0], REACH)).toBeNull();
  expect(holdAmong([{ points: [], runs: [], box: null }], [0, 0], REACH)).toBeNull();
});
