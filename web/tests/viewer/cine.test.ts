import { expect, test } from "vitest";
import { createCine, intervalOf, timeBefore } from "../../src/viewer/cine";

function playing(count: number, missing: readonly number[] = []) {
  let due: (() => void) | null = null;
  let index = 0;
  const waits: number[] = [];
  const here = new Set(Array.from({ length: count }, (_, at) => at).filter((at) => !missing.includes(at)));
  const cine = createCine({
    place: () => ({ index, count }),
    isThere: (at) => here.has(at),
    goTo: (at) => {
      index = at;
    },
    later: (wait_ms, run) => {
      waits.push(wait_ms);
      due = run;
      return 1;
    },
    cancel: () => {
      due = null;
    },
  });
  const tick = (): number => {
    due?.();
    return index;
  };
  return { cine, tick, waits, arrive: (at: number) => here.add(at) };
}

test("goes round and round, one step after another", () => {
  const { cine, tick } = playing(3);
  cine.play(() => 100);
  expect([tick(), tick(), tick(), tick()]).toEqual([1, 2, 0, 1]);
});

test("waits for a frame that has not come instead of leaving it out", () => {
  const { cine, tick, arrive } = playing(4, [2]);
  cine.play(() => 100);
  expect([tick(), tick(), tick()]).toEqual([1, 1, 1]);
  arrive(2);
  expect(tick()).toBe(2);
});

test("stands still once stopped, and before a single image", () => {
  const { cine, tick } = playing(3);
  cine.play(() => 100);
  tick();
  cine.stop();
  expect(cine.isPlaying()).toBe(false);
  expect(tick()).toBe(1);
  const single = playing(1);
  single.cine.play(() => 100);
  single.tick();
  expect(single.cine.isPlaying()).toBe(false);
});

test("runs at the file's own rate, at ten a second where it gives none, never faster than screens", () => {
  expect(intervalOf(33.3, 1)).toBeCloseTo(33.3);
  expect(intervalOf(33.3, 0.5)).toBeCloseTo(66.6);
  expect(intervalOf(null, 1)).toBe(100);
  expect(intervalOf(0, 1)).toBe(100);
  expect(intervalOf(33.3, 4)).toBe(20);
});

test("a run whose images stand for different times shows each for its own, round and round", () => {
  const times = { frame_time_ms: 50, frame_times_ms: [0, 30, 60, 120] };
  const { cine, tick, waits } = playing(4);
  cine.play((index) => intervalOf(timeBefore(times, index), 1));
  for (let step = 0; step < 4; step++) tick();
  // Before the first one again, the mean: nothing tells how long the last one stood.
  expect(waits).toEqual([30, 60, 120, 70, 30]);
  expect(timeBefore({ frame_time_ms: 40 }, 2)).toBe(40);
});
