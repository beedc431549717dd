import { describe, expect, test } from "vitest";
import { createAnnotating } from "../../src/room/annotating";
import { fold } from "../../src/room/fold";
import type { Passing } from "../../src/wire/socket";
import type { Act, Done, Drawing, RoomState } from "../../src/wire/types";
import * as make from "../wire/make";

const there: Drawing["points"] = [
  [1, 1, 30],
  [2, 2, 30],
];

/** A room that grants everything when it is told to answer. */
function desk() {
  let state: RoomState = make.state();
  let answered = 0;
  const asked: Act[] = [];
  const sent: Passing[] = [];
  const later: (() => void)[] = [];
  const mine = createAnnotating({
    actor: "me",
    first_n: 10,
    now: () => 0,
    later: (_, run) => void later.push(run),
    ask: (act) => asked.push(act),
    send: (message) => sent.push(message) > 0,
    annotations: () => state.annotations,
    changed: () => undefined,
  });
  const happens = (done: Done, n: number, actor = "me"): void => {
    const fact = make.fact(state.seq + 1, done, { actor, n });
    state = fold(state, fact);
    mine.receive(fact);
  };
  const doneOf = (act: Act): Done => {
    if (act.t === "annotation.draw") return { ...act, t: "annotation.drawn" };
    if (act.t === "annotation.change") return { ...act, t: "annotation.changed", version: act.version + 1 };
    if (act.t === "annotation.remove") return { t: "annotation.removed", annotation_id: act.annotation_id };
    throw new Error(act.t);
  };
  const answer = (): void => {
    while (answered < asked.length) {
      answered += 1;
      happens(doneOf(asked[answered - 1] as Act), answered);
    }
  };
  return { mine, asked, sent, later, answer, happens, standing: () => state.annotations };
}

describe("my annotations", () => {
  test("each act is undone and redone, back to nothing and forth again", () => {
    const { mine, answer, standing } = desk();
    const step = (run: () => void): unknown => {
      run();
      answer();
      return standing().map((one) => one.drawing.points);
    };
    step(() => mine.draw("an", make.length()));
    step(() => mine.change("an", { points: there, text: "" }));
    step(() => mine.remove("an"));
    expect(standing()).toEqual([]);
    expect(step(mine.undo)).toEqual([there]);
    expect(step(mine.undo)).toEqual([make.length().points]);
    expect(step(mine.undo)).toEqual([]);
    expect(mine.canUndo()).toBe(false);
    expect(step(mine.redo)).toEqual([make.length().points]);
    expect(step(mine.redo)).toEqual([there]);
    expect(step(mine.redo)).toEqual([]);
    expect(mine.canRedo()).toBe(false);
  });

  test("undo pressed before the room has answered takes back what is on its way, and then what was before", () => {
    const { mine, asked, answer, standing } = desk();
    mine.draw("an", make.length());
    answer();
    mine.change("an", { points: there, text: "" });
    mine.undo();
    mine.undo();
    expect(asked).toHaveLength(2);
    answer();
    expect(asked.map((act) => act.t)).toEqual([
      "annotation.draw",
      "annotation.change",
      "annotation.change",
      "annotation.remove",
    ]);
    expect(standing()).toEqual([]);
    mine.redo();
    mine.redo();
    answer();
    expect(standing().map((one) => one.drawing.points)).toEqual([there]);
  });

  test("another's are neither changed nor undone", () => {
    const { mine, asked, happens } = desk();
    happens({ t: "annotation.drawn", annotation_id: "an", drawing: make.length() }, 1, "other");
    mine.change("an", { points: there, text: "" });
    mine.undo();
    expect(asked).toEqual([]);
  });

  test("a change bears the version that was seen; the newest waits for the answer to the one before", () => {
    const { mine, asked, answer, standing } = desk();
    mine.draw("an", make.length());
    answer();
    mine.change("an", { points: there, text: "" });
    mine.change("an", { points: there, text: "overtaken" });
    mine.change("an", { points: there, text: "newest" });
    expect(asked.slice(1)).toMatchObject([{ t: "annotation.change", version: 1 }]);
    expect(mine.newest("an")?.text).toBe("newest");
    answer();
    expect(asked.slice(2)).toMatchObject([{ t: "annotation.change", version: 2, text: "newest" }]);
    expect([standing()[0]?.drawing.text, mine.newest("an")]).toEqual(["newest", null]);
    // One step each.
    mine.undo();
    answer();
    expect(standing()[0]?.drawing).toMatchObject({ points: there, text: "" });
  });

  test("what is changed before the room has answered to its drawing is changed afterwards", () => {
    const { mine, answer, standing } = desk();
    mine.draw("an", make.length());
    mine.change("an", { points: there, text: "" });
    answer();
    expect(standing()[0]?.drawing.points).toEqual(there);
  });

  test("what is removed before the room has answered is removed afterwards, whatever was changed meanwhile", () => {
    const { mine, answer, standing } = desk();
    mine.draw("an", make.length());
    mine.change("an", { points: there, text: "" });
    mine.remove("an");
    answer();
    expect(standing()).toEqual([]);
  });

  test("after a refusal the newest is asked for all the same", () => {
    const { mine, asked, answer } = desk();
    mine.draw("an", make.length());
    answer();
    mine.change("an", { points: there, text: "" });
    mine.change("an", { points: there, text: "newest" });
    mine.refused(2);
    expect(asked.slice(2)).toMatchObject([{ t: "annotation.change", version: 1, text: "newest" }]);
  });

  test("what was refused is not undone", () => {
    const { mine, asked } = desk();
    mine.draw("an", make.length());
    mine.refused(1);
    mine.undo();
    expect(asked.length).toBe(1);
    expect(mine.canUndo()).toBe(false);
  });

  test("R40: while the hand moves the newest is shown, and nothing any more when it is done", () => {
    const { mine, sent, later } = desk();
    mine.sketch("an", make.length());
    mine.sketch("an", make.length({ text: "2" }));
    mine.sketch("an", make.length({ text: "3" }));
    expect(sent).toMatchObject([{ n: 11 }]);
    later.shift()?.();
    expect(sent).toMatchObject([{ n: 11 }, { n: 12, drawing: { text: "3" } }]);
  });
});
