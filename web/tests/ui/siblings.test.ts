import { expect, test } from "vitest";
import { siblingOf, siblingsOf } from "../../src/ui/siblings";
import type { Pane, StackEntry, StudyManifest } from "../../src/wire/types";

const stack = (number: number, siblings: number[]): StackEntry => ({ stack: number, siblings }) as StackEntry;
// A localizer apart, then three times of the same places, in another order than their numbers.
const stacks = [stack(0, []), stack(1, [1, 3, 2]), stack(2, [1, 3, 2]), stack(3, [1, 3, 2])];
const manifest = { study_uid: "1.2", series: [{ series_uid: "1.2.3", stacks }] } as unknown as StudyManifest;
const studies = [{ manifest: null }, { manifest }];
const pane = (number: number): Pane => ({ study_uid: "1.2", series_uid: "1.2.3", stack: number }) as Pane;

test("stand in the order of the series, not of their numbers", () => {
  expect(siblingsOf(studies, pane(2)).map((one) => one.stack)).toEqual([1, 3, 2]);
});

test("the next of the last is the first, and back", () => {
  expect(siblingOf(studies, pane(2), 1)?.stack.stack).toBe(1);
  expect(siblingOf(studies, pane(1), -1)?.stack.stack).toBe(2);
  expect(siblingOf(studies, pane(1), 1)?.stack.stack).toBe(3);
});

test("pictures without a place are stepped through one after the other, and past what has one", () => {
  const picture = (number: number): StackEntry => ({ ...stack(number, []), reason: "no_geometry" }) as StackEntry;
  const mixed = [picture(0), stack(1, []), picture(2), picture(3)];
  const series = [{ series_uid: "1.2.3", stacks: mixed }];
  const own = [{ manifest: { study_uid: "1.2", series } as unknown as StudyManifest }];
  expect(siblingsOf(own, pane(2)).map((one) => one.stack)).toEqual([0, 2, 3]);
  expect(siblingOf(own, pane(3), 1)?.stack.stack).toBe(0);
  expect(siblingsOf(own, pane(1))).toEqual([]);
});

test("a stack alone, and an empty pane, have none", () => {
  expect(siblingsOf(studies, pane(0))).toEqual([]);
  expect(siblingOf(studies, pane(0), 1)).toBeNull();
  expect(siblingOf(studies, null, 1)).toBeNull();
});
