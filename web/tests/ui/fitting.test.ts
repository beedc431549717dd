import { expect, test } from "vitest";
import { fitting } from "../../src/ui/fitting";

const bar = { width_px: 100, rows: 1, gap_px: 10, more_px: 20 };

test("what fits needs no menu", () => {
  expect(fitting([40, 50], bar)).toBe(2);
});

test("where something stays behind, the menu's button has its place too", () => {
  // 40 + 10 + 50 + 10 + 5 is too wide, and with the button so is 40 + 10 + 50 + 10 + 20; 40 + 10 + 20 is not.
  expect(fitting([40, 50, 5], bar)).toBe(1);
});

test("groups that show nothing take no room", () => {
  expect(fitting([40, 0, 50, 0], bar)).toBe(4);
});

test("a group that does not fit beside the others goes into the next row, whole", () => {
  expect(fitting([60, 50, 50], { ...bar, rows: 2 })).toBe(2);
  expect(fitting([60, 30, 70], { ...bar, rows: 2 })).toBe(3);
});

test("where nothing fits only the menu is left", () => {
  expect(fitting([200], bar)).toBe(0);
});
