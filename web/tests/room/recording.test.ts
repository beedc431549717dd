import { describe, expect, test } from "vitest";
import cases from "../../../tests/golden/room/fold.json";
import { EMPTY_STATE, fold } from "../../src/room/fold";
import { createRecording } from "../../src/room/recording";
import type { TrailStep } from "../../src/wire/trail";
import type { Drawing, Fact, Pointer, View } from "../../src/wire/types";

const EPOCH = 2 ** 32;
const view = (name: string): View => ({ active: 0, panes: [], name }) as unknown as View;
const pointer = { series_uid: "2.25.2" } as Pointer;
const drawing = { kind: "length" } as Drawing;

let seq = 0;
const fact = (at_ms: number, done: Fact["done"], actor = "expert"): Fact => {
  seq += 1;
  return { t: "fact", seq, at_ms, actor, client_id: "c", n: seq, done };
};
const facts = (...made: (readonly [number, Fact["done"], string?])[]): Fact[] => {
  seq = 0;
  return made.map(([at_ms, done, actor]) => fact(at_ms, done, actor));
};
const moved = (at_ms: number, name: string, term = 1, n = EPOCH + at_ms): TrailStep => [
  at_ms,
  { t: "view.moved", frame: n, actor: "expert", term, n, view: view(name) },
];
const pointed = (at_ms: number, actor: string, at: Pointer | null, epoch = 1): TrailStep => [
  at_ms,
  { t: "pointer.moved", frame: 0, actor, n: epoch * EPOCH + at_ms, pointer: at },
];
const sketched = (at_ms: number, actor: string, what: Drawing | null): TrailStep => [
  at_ms,
  { t: "annotation.moved", frame: 0, actor, n: EPOCH + at_ms, annotation_id: "an", drawing: what },
];
const taken = { t: "control.taken", holder: "expert", term: 1, how: "taken" } as const;
const settled = (name: string) => ({ t: "view.settled", term: 1, view: view(name) }) as const;

describe("the view of a moment", () => {
  const { at, atFact, facts: all } = createRecording(
    facts([100, taken], [200, settled("rest 1")], [500, settled("rest 2")]),
    [moved(300, "moving 1"), moved(400, "moving 2"), moved(500, "after rest 2")],
  );

  test.each([
    [50, null],
    [150, null],
    [250, "rest 1"],
    [300, "moving 1"],
    [450, "moving 2"],
    [500, "after rest 2"],
  ])("at %i ms is %s", (ms, name) => {
    expect(at(ms).view).toEqual(name === null ? null : view(name));
  });

  test("just after a fact is that fact's, whatever moved in the same millisecond", () => {
    expect(atFact(all[2] as Fact)).toMatchObject({ view: view("rest 2"), fact: { seq: 3 } });
  });

  test("in any order of asking is the same", () => {
    const names = [500, 250, 450, 50, 300].map((ms) => at(ms).view);
    expect(names).toEqual([view("after rest 2"), view("rest 1"), view("moving 2"), null, view("moving 1")]);
  });
});

test("what moved under an earlier term is not shown after the baton has changed", () => {
  const other = { t: "control.taken", holder: "requester", term: 2, how: "taken" } as const;
  const { at } = createRecording(facts([100, taken], [150, settled("rest")], [300, other]), [
    moved(200, "moving", 1),
    moved(310, "late", 1),
  ]);
  expect(at(250).view).toEqual(view("moving"));
  expect(at(400).view).toEqual(view("rest"));
});

test("hands come, stop, leave with their member, and are new with another owner", () => {
  const left = { t: "member.left", actor: "b" } as const;
  const { at } = createRecording(facts([400, left]), [
    pointed(100, "a", pointer),
    pointed(200, "b", pointer),
    pointed(300, "a", null),
    pointed(500, "c", pointer),
    pointed(600, "d", pointer, 2),
  ]);
  const hands = [100, 200, 300, 400, 500, 600].map((ms) => at(ms).pointers.map(({ actor }) => actor));
  expect(hands).toEqual([["a"], ["a", "b"], ["b"], [], ["c"], ["d"]]);
});

test("what was being drawn ends with its fact, or when its hand lets go", () => {
  const drawn = { t: "annotation.drawn", annotation_id: "an", drawing } as const;
  const { at } = createRecording(facts([200, drawn, "a"]), [
    sketched(100, "a", drawing),
    sketched(150, "b", drawing),
    sketched(300, "b", null),
  ]);
  expect(at(150).sketches.map(({ actor }) => actor)).toEqual(["a", "b"]);
  expect(at(200).sketches.map(({ actor }) => actor)).toEqual(["b"]);
  expect(at(200).state.annotations).toHaveLength(1);
  expect(at(300).sketches).toEqual([]);
});

test("r13 the state of each moment is that of the fold, back and forth over a long meeting", () => {
  const done = (cases as unknown as { fact: Fact }[]).map((one) => one.fact.done);
  const many = facts(...Array.from({ length: 1000 }, (_, n) => [n * 10, done[n % done.length] as Fact["done"]] as const));
  const states = many.reduce((all, one) => [...all, fold(all.at(-1) ?? EMPTY_STATE, one)], [EMPTY_STATE]);
  const { at } = createRecording(many, []);
  for (const n of [999, 0, 511, 512, 513, 255, 256, 700, 699, 3])
    expect(at(n * 10).state, `after fact ${n + 1}`).toEqual(states[n + 1]);
});

test("an empty room has one empty moment", () => {
  const { at, instants, trail_from_ms } = createRecording([], []);
  expect([at(100).state, at(100).view, instants, trail_from_ms]).toEqual([EMPTY_STATE, null, [], null]);
});
