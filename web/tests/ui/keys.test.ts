import { expect, test } from "vitest";
import { ageAt, formatDay } from "../../src/i18n/dates";
import { keyAct } from "../../src/ui/keys";
import { isPreset, PRESETS, takesPresets } from "../../src/ui/presets";

const press = (key: string, over = {}) => keyAct({ key, ctrlKey: false, metaKey: false, altKey: false, ...over });

test("number keys are windows, as DOMAIN 4.5 has them", () => {
  expect(PRESETS.map(({ key, width, center }) => `${key} ${width}/${center}`)).toEqual([
    "1 80/40",
    "2 40/40",
    "3 2800/600",
    "4 200/75",
    "5 600/200",
    "6 350/50",
    "7 1500/-600",
    "8 120/40",
  ]);
  expect(press("2")).toEqual({ do: "preset", index: 1 });
  expect(press("9")).toBeNull();
});

test("letters are obeyed in either case", () => {
  expect(press("F")).toEqual({ do: "follow" });
  expect(press("f")).toEqual({ do: "follow" });
});

test("combinations are left to the browser", () => {
  expect(press("r", { ctrlKey: true })).toBeNull();
  expect(press("1", { altKey: true })).toBeNull();
});

test("windows in Hounsfield units are for Hounsfield units only", () => {
  expect(takesPresets("HU")).toBe(true);
  expect(takesPresets("")).toBe(false);
  expect(takesPresets(undefined)).toBe(false);
});

test("a window that a follower received is recognised as its preset", () => {
  const [brain] = PRESETS;
  expect(brain && isPreset(brain, { center: 40.0000001, width: 80 })).toBe(true);
});

test("a birth date that is not whole is shown as it came", () => {
  expect(formatDay("19510312", "fr")).toBe("12/03/1951");
  expect(formatDay("1951", "fr")).toBe("1951");
  expect(ageAt("1951", new Date())).toBeNull();
});

test("age counts birthdays, and months below two years", () => {
  expect(ageAt("19510312", new Date(2026, 2, 11))?.years).toBe(74);
  expect(ageAt("19510312", new Date(2026, 2, 12))?.years).toBe(75);
  expect(ageAt("20260801", new Date(2026, 10, 24))).toEqual({ years: 0, months: 3 });
});

test("with the shift key a letter that is taken means something else", () => {
  expect(press("H", { shiftKey: true })).toEqual({ do: "hand" });
  expect(press("H")).toEqual({ do: "flip" });
  expect(press("F", { shiftKey: true })).toEqual({ do: "gather" });
  expect(press("R", { shiftKey: true })).toEqual({ do: "reset" });
});
