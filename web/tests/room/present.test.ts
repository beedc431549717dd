import { expect, test } from "vitest";
import { createPresenting } from "../../src/room/present";
import type { Act, MoveView } from "../../src/wire/types";
import * as make from "../wire/make";

function hand(term: number | null = 7) {
  let now_ms = 0;
  let isLive = true;
  let frames: (() => void)[] = [];
  const sent: MoveView[] = [];
  const asked: Act[] = [];
  const presenting = createPresenting({
    now: () => now_ms,
    onFrame: (run) => void frames.push(run),
    first_n: 1000,
    isLive: () => isLive,
    term: () => term,
    ask: (act) => asked.push(act),
    send: (message) => void sent.push(message),
  });
  return {
    presenting,
    sent,
    asked,
    lose() {
      isLive = false;
    },
    frame(ms = 17) {
      now_ms += ms;
      const due = frames;
      frames = [];
      for (const run of due) run();
    },
  };
}

const at = (width: number) => make.view({ window: { center: 40, width, unit: "HU" } });

test("many moves within one picture are one sample, the newest", () => {
  const { presenting, sent, frame } = hand();
  presenting.moved(at(80), false);
  presenting.moved(at(81), false);
  presenting.moved(at(82), false);
  frame();
  expect(sent).toEqual([{ t: "view.move", term: 7, n: 1001, view: at(82) }]);
});

test("a screen of 120 Hz sends no more than 60 samples a second", () => {
  const { presenting, sent, frame } = hand();
  for (let picture = 0; picture < 120; picture += 1) {
    presenting.moved(at(picture + 1), false);
    frame(1000 / 120);
  }
  expect(sent.length).toBeLessThanOrEqual(60);
});

test("a view at rest is asked to be kept, under the term that was seen", () => {
  const { presenting, asked, sent, frame } = hand();
  presenting.moved(at(80), false);
  presenting.moved(at(90), true);
  frame();
  expect(asked).toEqual([{ t: "view.settle", term: 7, view: at(90) }]);
  expect(sent).toEqual([]);
});

test("a view that never rests is kept every two seconds", () => {
  const { presenting, asked, frame } = hand();
  for (let picture = 0; picture < 300; picture += 1) {
    presenting.moved(at(picture + 1), false);
    frame(17);
  }
  expect(asked.length).toBe(2);
});

test("without the baton nothing is sent", () => {
  const { presenting, asked, sent, frame } = hand(null);
  presenting.moved(at(80), false);
  presenting.moved(at(80), true);
  frame();
  expect([...sent, ...asked]).toEqual([]);
});

test("offline nothing is kept for later: it would no longer be true", () => {
  const { presenting, asked, sent, frame, lose } = hand();
  presenting.moved(at(80), false);
  lose();
  frame();
  presenting.moved(at(80), true);
  expect([...sent, ...asked]).toEqual([]);
});
