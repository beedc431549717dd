import { expect, test } from "vitest";
import { letteringOf } from "../../../src/viewer/drawing/lettering";

const SIZE = { width: 400, height: 300 };

test("words stand right of their place, around its height", () => {
  const found = letteringOf(["12.5 mm"], { beside: [100, 150], moved: null }, SIZE);
  expect(found).toMatchObject({ anchor: "start", x_px: 109 });
  expect(found?.box.left).toBe(109);
  expect(((found?.box.top ?? 0) + (found?.box.bottom ?? 0)) / 2).toBe(150);
});

test("words that would leave the picture on the right stand on the left", () => {
  const found = letteringOf(["12.5 mm"], { beside: [390, 150], moved: null }, SIZE);
  expect(found).toMatchObject({ anchor: "end", x_px: 381 });
  expect(found?.box.right).toBe(381);
});

test("words that were moved have their middle where they were put", () => {
  const found = letteringOf(["a", "bb"], { beside: [100, 150], moved: [200, 60] }, SIZE);
  expect(found).toMatchObject({ anchor: "middle", x_px: 200 });
  expect(found?.baselines_px).toHaveLength(2);
  expect(((found?.box.top ?? 0) + (found?.box.bottom ?? 0)) / 2).toBe(60);
});

test.each([
  [-50, -50],
  [900, 900],
])("words moved beyond the picture are held at its edge", (x, y) => {
  const { box } = letteringOf(["12.5 mm"], { beside: [100, 150], moved: [x, y] }, SIZE) ?? { box: null };
  expect(box?.left).toBeGreaterThanOrEqual(0);
  expect(box?.top).toBeGreaterThanOrEqual(0);
  expect(box?.right).toBeLessThanOrEqual(SIZE.width);
  expect(box?.bottom).toBeLessThanOrEqual(SIZE.height);
});

test("where there is nothing to say nothing stands", () => {
  expect(letteringOf([], { beside: [100, 150], moved: null }, SIZE)).toBeNull();
});
