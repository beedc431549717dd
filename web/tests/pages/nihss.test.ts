import { expect, test } from "vitest";
import { countNihss } from "../../src/pages/nihss";

test("a missing item is said, never counted as zero", () => {
  expect(countNihss(["2", "", "3"])).toEqual({ total: 5, missing: 1 });
});

test("an untestable item counts zero and is not missing", () => {
  expect(countNihss(["UN", "4"])).toEqual({ total: 4, missing: 0 });
});

test("an untouched score has all of its items missing", () => {
  expect(countNihss(["", ""])).toEqual({ total: 0, missing: 2 });
});
