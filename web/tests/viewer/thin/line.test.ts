import { expect, test } from "vitest";
import { createLine } from "../../../src/viewer/thin/line";

type Job = { name: string; end(): void; hasGivenWay: boolean; stop: AbortController };

function stand() {
  const line = createLine(2);
  const begun: string[] = [];
  const put = (name: string, urgency: number): Job => {
    const job: Job = { name, end: () => undefined, hasGivenWay: false, stop: new AbortController() };
    const work = (): Promise<void> => {
      begun.push(name);
      return new Promise((resolve) => {
        job.end = resolve;
      });
    };
    const giveWay = (): void => {
      job.hasGivenWay = true;
    };
    line.run(urgency, work, { signal: job.stop.signal, giveWay }).catch(() => undefined);
    return job;
  };
  return { begun, put };
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

test("two at a time; the most urgent of those that wait comes next", async () => {
  const { begun, put } = stand();
  const first = put("a", 0);
  put("b", 0);
  put("later", -1);
  put("sooner", 0);
  await settled();
  expect(begun).toEqual(["a", "b"]);
  first.end();
  await settled();
  expect(begun).toEqual(["a", "b", "sooner"]);
});

test("what only improves is asked to give way to what moves, and not the other way round", async () => {
  const { put } = stand();
  const [low, high] = [put("low", -3), put("high", -1)];
  await settled();
  put("other", -3);
  expect([low.hasGivenWay, high.hasGivenWay]).toEqual([false, false]);
  put("urgent", -1);
  expect([low.hasGivenWay, high.hasGivenWay]).toEqual([true, false]);
});

test("what is given up while it waits never begins", async () => {
  const { begun, put } = stand();
  const first = put("a", 0);
  put("b", 0);
  const third = put("c", 0);
  await settled();
  third.stop.abort();
  first.end();
  await settled();
  expect(begun).toEqual(["a", "b"]);
});
