import { expect, test } from "vitest";
import { draggedWindow, windowRange } from "../../src/lib/windows";

test("PS3.3 C.11.2.1.2.1 LINEAR: black up to c - 0.5 - (w - 1) / 2, white above c - 0.5 + (w - 1) / 2", () => {
  expect(windowRange(40, 81, "LINEAR")).toEqual({ lower: -0.5, upper: 79.5 });
  // The standard's own example: centre 2048, width 4096 spans 0 to 4095.
  expect(windowRange(2048, 4096, "LINEAR")).toEqual({ lower: 0, upper: 4095 });
});

test("C.11.2.1.3.2 LINEAR_EXACT: the width around the centre", () => {
  expect(windowRange(2.5, 5, "LINEAR_EXACT")).toEqual({ lower: 0, upper: 5 });
});

test("a width of 1 is a threshold at c - 0.5", () => {
  const { lower, upper } = windowRange(100, 1, "LINEAR");
  expect(lower).toBeLessThan(99.5);
  expect(upper).toBeGreaterThan(99.5);
  expect(upper - lower).toBeLessThan(0.01);
});

test("a drag widens to the right and raises the centre downwards, in proportion to the width", () => {
  const brain = draggedWindow({ center: 40, width: 80 }, { right_px: 40, down_px: 40 }, false);
  const bone = draggedWindow({ center: 600, width: 2800 }, { right_px: 40, down_px: 40 }, false);
  expect(brain).toEqual({ center: 48, width: 88.4 });
  expect(bone.center - 600).toBe(280);
});

test("a window never closes", () => {
  expect(draggedWindow({ center: 40, width: 80 }, { right_px: -9999, down_px: 0 }, false).width).toBe(1);
});
