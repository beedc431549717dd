import { expect, test } from "vitest";
import { nextSlab, thickened, thicknessOf } from "../../src/ui/slabs";

test("one key goes through highest, lowest, mean and back to the thin plane, at one thickness", () => {
  const first = nextSlab(null, 10);
  expect(first).toEqual({ blend: "mip", thickness_mm: 10 });
  const thick = { blend: "mip" as const, thickness_mm: 25 };
  expect(nextSlab(thick, 10)).toEqual({ blend: "minip", thickness_mm: 25 });
  expect(nextSlab({ ...thick, blend: "minip" }, 10)).toEqual({ blend: "mean", thickness_mm: 25 });
  expect(nextSlab({ ...thick, blend: "mean" }, 10)).toBeNull();
});

test("thicker and thinner go to the next of the usual thicknesses, and end there", () => {
  const at = (thickness_mm: number) => ({ blend: "mip" as const, thickness_mm });
  expect(thickened(at(10), 1).thickness_mm).toBe(15);
  expect(thickened(at(12), -1).thickness_mm).toBe(10);
  expect(thickened(at(200), 1).thickness_mm).toBe(200);
  expect(thickened(at(1), -1).thickness_mm).toBe(1);
});

test("what is typed stays between a millimetre and what the volume is worth", () => {
  expect(thicknessOf(12.5)).toBe(12.5);
  expect(thicknessOf(900)).toBe(200);
  expect(thicknessOf(0)).toBeNull();
  expect(thicknessOf(Number.NaN)).toBeNull();
});
