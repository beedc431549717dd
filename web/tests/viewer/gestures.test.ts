import { expect, test } from "vitest";
import { wheelSteps } from "../../src/viewer/gestures";

function roll(events: { deltaY: number; deltaMode: number }[]): number[] {
  let rest = 0;
  return events.map((event) => {
    const steps = wheelSteps(event, rest);
    rest = steps.rest;
    return steps.whole;
  });
}

test("a notch of a wheel is one slice, in pixels and in lines", () => {
  expect(roll([100, 120, -100].map((deltaY) => ({ deltaY, deltaMode: 0 })))).toEqual([1, 1, -1]);
  expect(roll([3, 3, -3].map((deltaY) => ({ deltaY, deltaMode: 1 })))).toEqual([1, 1, -1]);
});

test("the small steps of a trackpad add up to slices", () => {
  expect(roll(Array.from({ length: 9 }, () => ({ deltaY: 10, deltaMode: 0 })))).toEqual([0, 0, 0, 1, 0, 0, 0, 1, 0]);
});

test("turning back does not first have to undo what was left over", () => {
  expect(roll([39, -40].map((deltaY) => ({ deltaY, deltaMode: 0 })))).toEqual([0, -1]);
});
