import { expect, test } from "vitest";
import { newPair, type PairAct, pairMoved } from "../../src/viewer/fingers";
import type { Place } from "../../src/viewer/gestures";

const at = (x_px: number, y_px: number): Place => ({ x_px, y_px });

/** Two fingers 100 px apart; each move names a finger and where it goes, as browsers tell them: one at a time. */
function play(moves: [1 | 2, Place][]): PairAct[] {
  let pair = newPair({ id: 1, at: at(100, 100) }, { id: 2, at: at(200, 100) });
  return moves.flatMap(([id, to]) => {
    const moved = pairMoved(pair, id, to);
    pair = moved.pair;
    return moved.act ? [moved.act] : [];
  });
}

const total = (acts: PairAct[]): [number, number] => [
  acts.reduce((sum, act) => sum + act.right_px, 0),
  acts.reduce((sum, act) => sum + act.down_px, 0),
];

test("two fingers that go the same way set the window by the way of their middle, and zoom nothing", () => {
  const acts = play([
    [1, at(120, 100)],
    [2, at(220, 100)],
    [1, at(140, 110)],
    [2, at(240, 110)],
  ]);
  expect(acts.map((act) => act.do)).toEqual(["window", "window", "window"]);
  expect(total(acts)).toEqual([40, 10]);
});

test("fingers that part zoom by how far they have parted, around their middle", () => {
  const acts = play([
    [1, at(80, 100)],
    [2, at(220, 100)],
    [1, at(50, 100)],
    [2, at(250, 100)],
  ]);
  expect(acts.every((act) => act.do === "pinch")).toBe(true);
  expect(acts.reduce((factor, act) => factor * (act.do === "pinch" ? act.factor : 1), 1)).toBeCloseTo(2, 9);
  expect(acts.at(-1)).toMatchObject({ around: at(150, 100) });
});

test("one finger that moves alone zooms against the resting one", () => {
  const acts = play([
    [2, at(220, 100)],
    [2, at(300, 100)],
  ]);
  expect(acts).toEqual([{ do: "pinch", right_px: 50, down_px: 0, factor: 2, around: at(200, 100) }]);
});

test("what the two fingers do stays what it was until one is lifted", () => {
  const acts = play([
    [1, at(120, 100)],
    [2, at(220, 100)],
    [2, at(320, 100)],
  ]);
  expect(acts.map((act) => act.do)).toEqual(["window", "window"]);
});

test("a trembling of resting fingers does nothing", () => {
  expect(
    play([
      [1, at(103, 102)],
      [2, at(198, 101)],
    ]),
  ).toEqual([]);
});
