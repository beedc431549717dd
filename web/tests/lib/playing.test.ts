import { expect, test } from "vitest";
import { AT_START, advanced, atSpeed, movedTo, toggled } from "../../src/lib/playing";

test("it goes as fast as it was told, and stands still at the end", () => {
  const playing = { ...AT_START, isPlaying: true, speed: 4 as const };
  expect(advanced(playing, 100, 1_000).played_ms).toBe(400);
  expect(advanced(playing, 300, 1_000)).toEqual({ ...playing, played_ms: 1_000, isPlaying: false });
});

test("time that passes moves nothing that stands still", () => {
  const standing = { ...AT_START, fact: 3 };
  expect(advanced(standing, 100, 1_000)).toBe(standing);
});

test("a fact that was jumped to is left as soon as it goes on", () => {
  const playing = toggled({ ...AT_START, played_ms: 500, fact: 3 }, 1_000);
  expect(playing).toMatchObject({ isPlaying: true, played_ms: 500, fact: 3 });
  expect(advanced(playing, 10, 1_000).fact).toBeNull();
  expect(movedTo(playing, 200, 1_000).fact).toBeNull();
});

test("from the end it begins again", () => {
  expect(toggled({ ...AT_START, played_ms: 1_000, fact: 9 }, 1_000)).toMatchObject({
    played_ms: 0,
    fact: null,
    isPlaying: true,
  });
});

test("a hand cannot lead out of it", () => {
  expect(movedTo(AT_START, -5, 1_000).played_ms).toBe(0);
  expect(movedTo(AT_START, 5_000, 1_000).played_ms).toBe(1_000);
});

test("the speeds end at once and eight times", () => {
  const speeds = [1, 1, 1, 1, -1].reduce<number[]>((all, by) => {
    const before = { ...AT_START, speed: (all.at(-1) ?? 1) as 1 };
    return [...all, atSpeed(before, by as 1 | -1).speed];
  }, []);
  expect(speeds).toEqual([2, 4, 8, 8, 4]);
  expect(atSpeed(AT_START, -1).speed).toBe(1);
});
