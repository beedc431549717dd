import { describe, expect, test } from "vitest";
import {
  type Line,
  type LineEvent,
  NEW_LINE,
  PING_EVERY_MS,
  PONG_WITHIN_MS,
  type Step,
  step,
} from "../../src/wire/link";
import * as make from "./make";

const at = (now_ms: number, chance = 0) => ({ now_ms, chance });

/** The line after a conversation of (instant, event). */
function lineAfter(events: readonly (readonly [number, LineEvent])[], from: Line = NEW_LINE): Step {
  return events.reduce<Step>(({ line }, [now_ms, event]) => step(line, event, at(now_ms)), { line: from, effects: [] });
}

const message = (m: ReturnType<typeof make.fact> | ReturnType<typeof make.welcome>): LineEvent => ({
  on: "message",
  message: m,
});

const live = lineAfter([
  [0, { on: "start" }],
  [20, { on: "opened" }],
  [60, message(make.welcome({ state: make.state({ seq: 5 }) }))],
]).line;

/** Live for long enough to count as a success. */
const proven: Line = { ...live, link: { ...live.link, since_ms: -9000 } as Line["link"] };

describe("coming in", () => {
  test("says hello with the last fact it has", () => {
    const { effects } = lineAfter([
      [0, { on: "start" }],
      [20, { on: "opened" }],
    ]);
    expect(effects).toEqual([{ do: "hello", seq: 0 }]);
  });

  test("is live once welcomed, at the snapshot's fact, and measures the round trip at once", () => {
    expect(live.link.at).toBe("live");
    expect(live.seq).toBe(5);
    const { line } = lineAfter([[100, { on: "message", message: { t: "pong", n: 1 } }]], live);
    expect(line.link).toMatchObject({ rtt_ms: 40, awaits: null });
  });

  test("asks again for what has no answer before it hands the welcome on", () => {
    const { effects } = lineAfter([
      [0, { on: "start" }],
      [20, { on: "opened" }],
      [60, message(make.welcome({ acked: 3 }))],
    ]);
    expect(effects.map((one) => one.do)).toEqual(["resume", "deliver", "ping"]);
  });

  test("gives up an opening that leads nowhere", () => {
    const { effects, line } = lineAfter([
      [0, { on: "start" }],
      [10_000, { on: "tick" }],
    ]);
    expect(effects).toEqual([{ do: "drop" }]);
    expect(line.link.at).toBe("waiting");
  });
});

describe("facts", () => {
  test("are delivered in order, each once", () => {
    const next = lineAfter([[70, message(make.fact(6))]], live);
    expect(next.effects).toEqual([{ do: "deliver", message: make.fact(6) }]);
    expect(lineAfter([[80, message(make.fact(6))]], next.line).effects).toEqual([]);
  });

  test("a hole is never applied over: the line comes back for what is missing", () => {
    const { line, effects } = lineAfter([[70, message(make.fact(8))]], proven);
    expect(effects).toEqual([{ do: "drop" }]);
    expect(line.seq).toBe(5);
    expect(line.link).toEqual({ at: "waiting", attempt: 0, until_ms: 70 });
  });

  test("a whole state may come while live, in place of facts that were too many", () => {
    const { line, effects } = lineAfter([[70, message(make.welcome({ state: make.state({ seq: 900 }) }))]], live);
    expect(line.seq).toBe(900);
    expect(line.link.at).toBe("live");
    expect(effects.map((one) => one.do)).toEqual(["resume", "deliver"]);
  });

  test("an owner of an earlier epoch is not believed", () => {
    const back = lineAfter(
      [
        [10_000, { on: "closed", code: 1006 }],
        [10_001, { on: "tick" }],
        [10_002, { on: "opened" }],
        [10_003, message(make.welcome({ epoch: 0 }))],
      ],
      { ...live, epoch: 2 },
    );
    expect(back.effects).toEqual([{ do: "drop" }]);
  });
});

describe("a lost link", () => {
  test("is tried again after 0, 0.3, 1.2, 2.7, 4.8, 7, 7 s", () => {
    const waits: number[] = [];
    let line = lineAfter([[1000, { on: "closed", code: 1006 }]], proven).line;
    for (let tries = 0; tries < 7; tries += 1) {
      if (line.link.at !== "waiting") throw new Error(line.link.at);
      waits.push(line.link.until_ms - 1000);
      line = lineAfter(
        [
          [line.link.until_ms, { on: "tick" }],
          [1000, { on: "closed", code: 1006 }],
        ],
        line,
      ).line;
    }
    expect(waits).toEqual([0, 300, 1200, 2700, 4800, 7000, 7000]);
  });

  test("that broke at once after its welcome is not tried any sooner than before", () => {
    const again = lineAfter(
      [
        [1000, { on: "closed", code: 1006 }],
        [1001, { on: "tick" }],
        [1002, { on: "opened" }],
        [1003, message(make.welcome({ state: null }))],
        [1004, { on: "closed", code: 1011 }],
      ],
      proven,
    ).line;
    expect(again.link).toMatchObject({ at: "waiting", attempt: 1, until_ms: 1304 });
  });

  test("for having talked too fast is given some seconds", () => {
    const { line } = lineAfter([[9000, { on: "closed", code: 4029 }]], live);
    expect(line.link).toMatchObject({ at: "waiting", until_ms: 11_700 });
  });

  test("by a room that did not hear us is tried again, as any other", () => {
    const { line } = lineAfter([[1000, { on: "closed", code: 4009 }]], proven);
    expect(line.link).toEqual({ at: "waiting", attempt: 0, until_ms: 1000 });
    expect(lineAfter([[1001, { on: "tick" }]], line).effects).toEqual([{ do: "open" }]);
  });

  test("for something that is no message gives up what would end the next one too", () => {
    expect(lineAfter([[9000, { on: "closed", code: 1003 }]], live).effects).toEqual([{ do: "abandon" }]);
  });

  test("remembers since when, over all the tries", () => {
    const { line } = lineAfter(
      [
        [1000, { on: "closed", code: 1006 }],
        [1001, { on: "tick" }],
        [2000, { on: "closed", code: 1006 }],
      ],
      live,
    );
    expect(line.lost_ms).toBe(1000);
  });

  test("is tried at once when the network is back", () => {
    const waiting = lineAfter(
      [
        [1000, { on: "closed", code: 1006 }],
        [1001, { on: "tick" }],
        [1002, { on: "closed", code: 1006 }],
      ],
      live,
    ).line;
    expect(lineAfter([[1010, { on: "online" }]], waiting).effects).toEqual([{ do: "open" }]);
  });

  test("is noticed when a ping stays without any answer", () => {
    const answered = lineAfter([[100, { on: "message", message: { t: "pong", n: 1 } }]], live).line;
    const pinged = lineAfter([[60 + PING_EVERY_MS, { on: "tick" }]], answered);
    expect(pinged.effects).toEqual([{ do: "ping", n: 2 }]);
    const silent = lineAfter([[60 + PING_EVERY_MS + PONG_WITHIN_MS, { on: "tick" }]], pinged.line);
    expect(silent.effects).toEqual([{ do: "drop" }]);
    expect(silent.line.lost_ms).toBe(100);
  });

  test("is not suspected because a hidden tab's clock slept for a minute", () => {
    const answered = lineAfter([[100, { on: "message", message: { t: "pong", n: 1 } }]], live).line;
    const woken = lineAfter([[60_000, { on: "tick" }]], answered);
    expect(woken.effects).toEqual([{ do: "ping", n: 2 }]);
    expect(woken.line.link.at).toBe("live");
  });

  test("a room that asks whether we are there is answered, and has been heard", () => {
    const asked = lineAfter([[9000, { on: "message", message: { t: "ping", n: 3 } }]], live);
    expect(asked.effects).toEqual([{ do: "pong", n: 3 }]);
    expect(asked.line.link).toMatchObject({ at: "live", heard_ms: 9000 });
  });

  test("any message counts as a sign of life", () => {
    const heard = lineAfter(
      [
        [7000, message(make.fact(6))],
        [7100, { on: "tick" }],
      ],
      live,
    );
    expect(heard.line.link.at).toBe("live");
  });

  test.each([
    [4001, "replaced"],
    [4401, "signed_out"],
    [4403, "not_allowed"],
    [4410, "room_closed"],
    [4426, "outdated"],
  ])("is not tried again after code %i", (code, end) => {
    const { line } = lineAfter([[1000, { on: "closed", code }]], live);
    expect(line.link).toEqual({ at: "ended", code: end });
    expect(lineAfter([[9000, { on: "tick" }]], line).effects).toEqual([]);
  });
});
