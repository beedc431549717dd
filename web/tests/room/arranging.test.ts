import { expect, test } from "vitest";
import { nextPane, rearranged, withPane } from "../../src/room/arranging";
import type { Pane, View } from "../../src/wire/types";
import * as make from "../wire/make";

const pane = (name: string): Pane => make.pane({ series_uid: name });
const grid = (rows: number, columns: number, names: (string | null)[], active = 0): View => ({
  ...make.view(),
  arrangement: { rows, columns },
  active,
  panes: names.map((name) => (name === null ? null : pane(name))),
});
const names = ({ panes }: View): (string | null)[] => panes.map((one) => one?.series_uid ?? null);

test("a larger grid keeps every pane and leaves the new places empty", () => {
  const next = rearranged(grid(1, 2, ["a", "b"], 1), { rows: 2, columns: 2 });
  expect([names(next), next.active]).toEqual([["a", "b", null, null], 1]);
});

test("a smaller grid lets empty places go first", () => {
  const next = rearranged(grid(2, 2, ["a", null, "b", null], 2), { rows: 1, columns: 2 });
  expect([names(next), next.active]).toEqual([["a", "b"], 1]);
});

test("the active pane stays, whatever else must go", () => {
  for (const [active, kept] of [["a"], ["b"], ["c"], ["d"]].entries()) {
    const next = rearranged(grid(2, 2, ["a", "b", "c", "d"], active), { rows: 1, columns: 1 });
    expect([names(next), next.active]).toEqual([kept, 0]);
  }
  const next = rearranged(grid(2, 2, ["a", null, null, null], 3), { rows: 1, columns: 1 });
  expect(names(next)).toEqual([null]);
});

test("closing a pane leaves its place, and the next one comes after the last the first", () => {
  const closed = withPane(grid(1, 2, ["a", "b"]), 1, null);
  expect([names(closed), closed.active, nextPane(closed)]).toEqual([["a", null], 1, 0]);
});
