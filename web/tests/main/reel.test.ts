import { beforeEach, expect, test } from "vitest";
import { createReel, type ReelWorld } from "../../src/main/reel";
import type { ShowResult } from "../../src/room/screen";
import { createReplayModel, type ReplayModel } from "../../src/ui/replay_model";
import type { Trail } from "../../src/wire/trail";
import type { Fact, ReplayPage, View } from "../../src/wire/types";

const START = 1_764_000_000_000;
const EPOCH = 2 ** 32;
const view = (name: string): View => ({ active: 0, panes: [], name }) as unknown as View;

const facts: Fact[] = [
  { t: "member.joined", member: { t: "member", actor: "a", name: "Dr A", color: 1 } },
  { t: "control.taken", holder: "a", term: 1, how: "taken" },
  { t: "view.settled", term: 1, view: view("first") },
  { t: "view.settled", term: 1, view: view("second") },
].map((done, n) => {
  const at = { seq: n + 1, at_ms: START + n * 1000, actor: "a", client_id: "", n: 0 };
  return { t: "fact", ...at, done } as unknown as Fact;
});

const moved = (after_ms: number, name: string): Trail["steps"][number] => [
  START + after_ms,
  { t: "view.moved", frame: 0, actor: "a", term: 1, n: EPOCH + after_ms, view: view(name) },
];

let model: ReplayModel;
let shown: unknown[];
let result: ShowResult;
let frames: (() => void)[];
let now_ms: number;

function reel(kept_from_ms = 0) {
  model = createReplayModel({ kept_from_ms } as ReplayPage);
  const world: ReelWorld = {
    show(next) {
      shown.push((next as unknown as { name: string }).name);
      return result;
    },
    compare: () => result,
    viewer: () => null,
    registrations: () => undefined,
    colorOf: () => "",
    onFrame: (run) => void frames.push(run),
    now: () => now_ms,
  };
  return createReel(model, world);
}

beforeEach(() => {
  [shown, frames, now_ms, result] = [[], [], 0, "same"];
});

/** A frame of the screen, so much later. */
function frame(passed_ms: number): void {
  now_ms += passed_ms;
  for (const run of frames.splice(0)) run();
}

test("it plays from the beginning, through what moved, and stops at the end", () => {
  const { load, actions } = reel();
  load(facts, { steps: [moved(2500, "between")], lost: 0 });
  actions.toggle();
  for (let n = 0; n < 8; n++) frame(500);
  expect(shown).toEqual(["first", "between", "second"]);
  expect(model.playing.value.isPlaying).toBe(false);
  frame(500);
  expect(frames).toEqual([]);
});

test("arrows go from fact to fact, and not beyond the first and the last", () => {
  const { load, actions } = reel();
  load(facts, { steps: [], lost: 0 });
  const seqs = ([1, 1, 1, 1, -1, -1, -1, -1] as const).map((by) => {
    actions.step(by);
    return model.moment.value?.fact?.seq;
  });
  expect(seqs).toEqual([2, 3, 4, 4, 3, 2, 1, 1]);
});

test("a view that is not on this screen is never passed off as shown, and is asked for again", () => {
  const { load, actions, draw } = reel();
  result = "elsewhere";
  load(facts, { steps: [], lost: 0 });
  actions.toEnd("last");
  expect(model.seen.value).toBe("elsewhere");
  result = "same";
  draw();
  expect(model.seen.value).toBe("same");
  expect(shown).toEqual(["second", "second"]);
});

test("before anything was shown no image counts as shown", () => {
  const { load } = reel();
  load(facts, { steps: [], lost: 0 });
  expect(model.moment.value?.view).toBeNull();
  expect(model.seen.value).toBe("loading");
});

test.each([
  ["there", { steps: [], lost: 0 }, START - 1],
  ["expired", { steps: [], lost: 0 }, START + 60_000],
  ["expired", { steps: [moved(2500, "later")], lost: 0 }, START + 60_000],
  ["there", { steps: [moved(0, "kept longer than promised")], lost: 0 }, START + 60_000],
  ["lost", { steps: [], lost: 3 }, START - 1],
  ["failed", null, START - 1],
] as const)("of what moved it says: %s", (says, trail, kept_from_ms) => {
  reel(kept_from_ms).load(facts, trail as Trail | null);
  expect(model.trail.value).toBe(says);
});

test("facts that could not be had, and a room without any, are told apart", () => {
  reel().load(null, null);
  expect(model.at.value).toBe("failed");
  reel().load([], null);
  expect(model.at.value).toBe("empty");
});

test("a fact that speaks of a view shows that view, and the meeting goes on with what was presented", () => {
  const spoken = { t: "chat.said", text: "Ici ?", view: view("spoken of"), caption: "" };
  const fact = { t: "fact", seq: 5, at_ms: START + 4000, actor: "a", client_id: "", n: 0, done: spoken } as unknown as Fact;
  const played = reel();
  played.load([...facts, fact], null);
  played.actions.jumpTo(fact);
  expect(shown.at(-1)).toBe("spoken of");
  played.actions.step(-1);
  expect(shown.at(-1)).toBe("second");
});
