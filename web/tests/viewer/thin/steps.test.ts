import { expect, test } from "vitest";
import { firstStep, fullRatio, mannerOf, nextStep, ratedWith } from "../../../src/viewer/thin/steps";

const SIZE = { width: 1000, height: 800 };

test("while things move a small picture is asked for, once; at rest the full size, then lossless, then nothing", () => {
  expect(nextStep(null, false, "draft")).toBe("draft");
  expect(nextStep("draft", false, "draft")).toBeNull();
  expect(nextStep("draft", true, "draft")).toBe("full");
  expect(nextStep(null, true, "draft")).toBe("full");
  expect(nextStep("full", true, "draft")).toBe("lossless");
  expect(nextStep("lossless", true, "draft")).toBeNull();
});

test("a fast line brings the full size at once", () => {
  // 800,000 pixels at 0.2 bytes are 160 kB: 128 ms at 10 Mbit/s, 64 at 20.
  expect(firstStep(SIZE, 1, { bytes_per_ms: 1250 })).toBe("draft");
  expect(firstStep(SIZE, 1, { bytes_per_ms: 2500 })).toBe("full");
  expect(firstStep(SIZE, 1, null)).toBe("draft");
});

test("a draft has as many pixels as the line brings in time", () => {
  const ratioAt = (bytes_per_ms: number): number => mannerOf("draft", SIZE, 1, { bytes_per_ms }).ratio;
  // 1 Mbit/s brings 15 kB in 120 ms, 75,000 pixels: 0.306 of each side.
  expect(ratioAt(125)).toBe(0.25);
  expect(ratioAt(250)).toBe(0.35);
  expect(ratioAt(1)).toBe(0.25);
  expect(mannerOf("draft", SIZE, 1, null).ratio).toBe(0.5);
});

test("a screen of many pixels is served with two a CSS pixel, and never more than the server draws", () => {
  expect(fullRatio(SIZE, 1)).toBe(1);
  expect(fullRatio(SIZE, 3)).toBe(2);
  expect(fullRatio({ width: 4096, height: 100 }, 2)).toBe(1);
  expect(mannerOf("lossless", SIZE, 2, null)).toEqual({ ratio: 2, quality: "lossless" });
});

test("the rate follows what comes; a few bytes tell nothing", () => {
  expect(ratedWith(null, 500, 10)).toBeNull();
  expect(ratedWith(null, 10_000, 100)).toEqual({ bytes_per_ms: 100 });
  expect(ratedWith({ bytes_per_ms: 100 }, 20_000, 100)?.bytes_per_ms).toBeCloseTo(140);
});
