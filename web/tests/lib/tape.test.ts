import { expect, test } from "vitest";
import { createTape, PAUSE_MS, PLAYED_PAUSE_MS } from "../../src/lib/tape";

const START = 1_764_000_000_000;

test("what happens without a pause plays as long as it took", () => {
  const tape = createTape([START, START + 4_000, START + 4_000, START + 9_000]);
  expect(tape.length_ms).toBe(9_000);
  expect(tape.recordedAt(4_500)).toBe(START + 4_500);
  expect(tape.playedAt(START + 4_500)).toBe(4_500);
  expect(tape.pauseAt(4_500)).toBeNull();
});

test("a pause is cut short, and said to be", () => {
  const hour_ms = 3_600_000;
  const tape = createTape([START, START + 1_000, START + 1_000 + hour_ms, START + 3_000 + hour_ms]);
  expect(tape.length_ms).toBe(1_000 + PLAYED_PAUSE_MS + 2_000);
  expect(tape.recordedAt(1_000 + PLAYED_PAUSE_MS / 2)).toBe(START + 1_000 + hour_ms / 2);
  expect(tape.pauseAt(1_000 + PLAYED_PAUSE_MS / 2)).toEqual({ from_ms: START + 1_000, to_ms: START + 1_000 + hour_ms });
  expect(tape.pauseAt(500)).toBeNull();
  expect(tape.recordedAt(1_000 + PLAYED_PAUSE_MS + 500)).toBe(START + 1_500 + hour_ms);
});

test("to an instant and back is the same instant", () => {
  const tape = createTape([START, START + 1_000, START + 1_000 + PAUSE_MS + 1, START + 60_000]);
  for (const at_ms of [START, START + 700, START + 1_000, START + 5_000, START + 30_000, START + 60_000])
    expect(tape.recordedAt(tape.playedAt(at_ms))).toBeCloseTo(at_ms, 3);
});

test("before the beginning and after the end there is nothing more", () => {
  const tape = createTape([START, START + 1_000]);
  expect(tape.recordedAt(-5)).toBe(START);
  expect(tape.recordedAt(9_999)).toBe(START + 1_000);
  expect(tape.playedAt(START + 9_999)).toBe(1_000);
});

test("a meeting of one fact, or of none, has no length", () => {
  expect(createTape([START]).length_ms).toBe(0);
  expect(createTape([START]).recordedAt(0)).toBe(START);
  expect(createTape([]).length_ms).toBe(0);
});
