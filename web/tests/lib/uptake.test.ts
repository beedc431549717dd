import { expect, test } from "vitest";
import type { StackUptake } from "../../src/wire/types";
import { chosenUnit, missingUptake, uptakeUnits, windowTimes } from "../../src/lib/uptake";

const bw: StackUptake = { suv_type: "BW", factor: 0.0002, reason: null };
const bsa: StackUptake = { suv_type: "BSA", factor: null, reason: "no_size" };

test("a CT has its own unit and no choice", () => {
  expect(uptakeUnits({ unit: "HU" })).toEqual([]);
  expect(chosenUnit({ unit: "HU" }, "SUVbw")).toEqual({ unit: "HU", factor: 1 });
});

test("a PET is read as SUV by body weight unless somebody chose otherwise", () => {
  const header = { unit: "BQML", suv: [bw, bsa] };
  expect(chosenUnit(header, null)).toEqual({ unit: "SUVbw", factor: 0.0002 });
  expect(chosenUnit(header, "Bq/ml")).toEqual({ unit: "Bq/ml", factor: 1 });
});

test("a unit that cannot be computed is never shown, and says why", () => {
  const header = { unit: "BQML", suv: [{ ...bw, factor: null, reason: "no_weight" }, bsa] };
  expect(chosenUnit(header, "SUVbsa")).toEqual({ unit: "Bq/ml", factor: 1 });
  expect(missingUptake(header)).toBe("no_weight");
  expect(uptakeUnits(header)[2]).toEqual({ unit: "SUVbsa", factor: null, reason: "no_size" });
});

test("a window of 0 to 5 SUV is 0 to 25,000 Bq/ml at 0.0002", () => {
  expect(windowTimes({ center: 12_500, width: 25_000 }, 0.0002)).toEqual({ center: 2.5, width: 5 });
});
