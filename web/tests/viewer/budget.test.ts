import { expect, test } from "vitest";
import { budgetOf } from "../../src/viewer/budget";

test.each([
  [32, 1000],
  [8, 1000],
  [4, 600],
  [2, 300],
  [0.25, 300],
  [undefined, 600],
])("a device that tells %s GB gives %i MB to images", (device_gb, budget_mb) => {
  expect(budgetOf(device_gb)).toBe(budget_mb * 1024 * 1024);
});
