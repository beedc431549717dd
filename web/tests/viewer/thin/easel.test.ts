import { expect, test } from "vitest";
import { firstScene, type Scene } from "../../../src/viewer/scene";
import { createStack } from "../../../src/viewer/stack";
import { type Asked, askedOf } from "../../../src/viewer/thin/asking";
import { createEasel, type Easel, type Fetching } from "../../../src/viewer/thin/easel";
import { NoPicture } from "../../../src/viewer/thin/fetching";
import type { Step } from "../../../src/viewer/thin/steps";
import { header } from "../make";

const stack = createStack("k", header());
const scene = firstScene(stack.geometry, { frame: 0, window: { center: 40, width: 80 } });
const at = (frame: number): { asked: Asked; of: Scene } => {
  const of = { ...scene, frame };
  return { asked: askedOf(of, stack, "stack", { width: 400, height: 400 }), of };
};

type Request = {
  name: string;
  isStopped(): boolean;
  giveWay(): void;
  answer(): Promise<void>;
  fail(failure: NoPicture): Promise<void>;
};

/** An easel whose clock and answers the test holds. `reading_ms`: what goes by with each look at the clock. */
function stand({ reading_ms = 0 } = {}): {
  easel: Easel<Scene, string>;
  requests: Request[];
  dropped: string[];
  failures: string[];
  pass(ms: number): void;
} {
  const requests: Request[] = [];
  const dropped: string[] = [];
  const failures: string[] = [];
  let now = 0;
  let timers: { due: number; run(): void }[] = [];
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  const easel = createEasel<Scene, string>({
    fetch: ({ of }, step: Step, { signal, giveWay }) =>
      new Promise<Fetching<string>>((resolve, reject) => {
        const name = `${of.frame} ${step}`;
        signal.addEventListener("abort", () => reject(signal.reason));
        requests.push({
          name,
          isStopped: () => signal.aborted,
          giveWay,
          answer() {
            resolve({ image: name, manner: { ratio: 1, quality: 85 } });
            return settled();
          },
          fail(failure) {
            reject(failure);
            return settled();
          },
        });
      }),
    firstStep: () => "draft",
    now_ms: () => {
      now += reading_ms;
      return now;
    },
    later(wait_ms, run) {
      // As browsers do: in whole milliseconds, the rest cut off.
      const timer = { due: now + Math.floor(wait_ms), run };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    painted: () => undefined,
    failed: (failure) => failures.push(failure.code),
    dropped: (image) => dropped.push(image),
  });
  return {
    easel,
    requests,
    dropped,
    failures,
    pass(ms) {
      now += ms;
      const due = timers.filter((one) => one.due <= now);
      timers = timers.filter((one) => one.due > now);
      for (const one of due) one.run();
    },
  };
}

const names = (requests: Request[]): string[] => requests.map((one) => one.name);

test("a view at rest comes small, then at full size, then lossless", async () => {
  const { easel, requests, pass } = stand();
  easel.want(at(3));
  await requests[0]?.answer();
  expect(easel.painted()?.image).toBe("3 draft");
  pass(200);
  await requests[1]?.answer();
  await requests[2]?.answer();
  pass(10_000);
  expect(names(requests)).toEqual(["3 draft", "3 full", "3 lossless"]);
  expect(easel.painted()?.step).toBe("lossless");
});

test("time that goes by while it is decided what comes next does not leave a small picture standing", async () => {
  for (const reading_ms of [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]) {
    const { easel, requests, pass } = stand({ reading_ms });
    easel.want(at(3));
    await requests[0]?.answer();
    for (let waited = 0; waited < 300; waited++) pass(1);
    expect(names(requests)).toEqual(["3 draft", "3 full"]);
  }
});

test("while things move one picture is on its way, and then the newest is asked for", async () => {
  const { easel, requests, pass } = stand();
  for (const frame of [1, 2, 3, 4]) {
    easel.want(at(frame));
    pass(20);
  }
  expect(names(requests)).toEqual(["1 draft"]);
  await requests[0]?.answer();
  // It is shown, as the picture of its own slice and no other.
  expect(easel.painted()?.of.frame).toBe(1);
  expect(names(requests)).toEqual(["1 draft", "4 draft"]);
});

test("a large picture of what is not looked at any more is given up at once", async () => {
  const { easel, requests, pass } = stand();
  easel.want(at(1));
  await requests[0]?.answer();
  pass(200);
  expect(names(requests)).toEqual(["1 draft", "1 full"]);
  easel.want(at(2));
  expect(requests[1]?.isStopped()).toBe(true);
  expect(names(requests)).toEqual(["1 draft", "1 full", "2 draft"]);
});

test("a small picture of an earlier view is given up when things have come to rest", () => {
  const { easel, requests, pass } = stand();
  easel.want(at(1));
  pass(10);
  easel.want(at(2));
  expect(requests[0]?.isStopped()).toBe(false);
  pass(200);
  expect(requests[0]?.isStopped()).toBe(true);
  expect(names(requests)).toEqual(["1 draft", "2 full"]);
});

test("an answer that comes after its request was given up is thrown away", async () => {
  const { easel, requests, dropped } = stand();
  easel.want(at(1));
  easel.want(null);
  await requests[0]?.answer();
  expect(easel.painted()).toBeNull();
  expect(dropped).toEqual([]);
  expect(requests[0]?.isStopped()).toBe(true);
});

test("moved within its plane, the picture that is there does until things rest", async () => {
  const { easel, requests, pass } = stand();
  easel.want(at(1));
  await requests[0]?.answer();
  const of: Scene = { ...scene, frame: 1, stack: { ...scene.stack, right_mm: 5 } };
  easel.want({ asked: askedOf(of, stack, "stack", { width: 400, height: 400 }), of });
  expect(names(requests)).toEqual(["1 draft"]);
  pass(200);
  expect(names(requests)).toEqual(["1 draft", "1 full"]);
});

test("a failed connection is tried again with longer waits, and not before the server wants it", async () => {
  const { easel, requests, failures, pass } = stand();
  easel.want(at(1));
  await requests[0]?.fail(new NoPicture("picture_retrying", 0, ""));
  pass(499);
  expect(requests).toHaveLength(1);
  pass(1);
  expect(requests).toHaveLength(2);
  await requests[1]?.fail(new NoPicture("picture_busy", 3000, ""));
  pass(2999);
  expect(requests).toHaveLength(2);
  pass(1);
  expect(requests).toHaveLength(3);
  expect(failures).toEqual(["picture_retrying", "picture_busy"]);
});

test("what the server refuses is not asked for again until something else is wanted", async () => {
  const { easel, requests, pass } = stand();
  easel.want(at(1));
  await requests[0]?.fail(new NoPicture("picture_refused", null, ""));
  pass(60_000);
  expect(requests).toHaveLength(1);
  easel.want(at(2));
  expect(requests).toHaveLength(2);
});

test("a picture that only improves gives way, and is asked for again", async () => {
  const { easel, requests, pass } = stand();
  easel.want(at(1));
  await requests[0]?.answer();
  pass(200);
  requests[1]?.giveWay();
  expect(requests[1]?.isStopped()).toBe(true);
  pass(200);
  expect(names(requests)).toEqual(["1 draft", "1 full", "1 full"]);
});
