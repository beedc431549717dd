import { expect, test } from "vitest";
import { entriesOf, sigmoidCurve, tableCurve } from "../../src/lib/curves";

test("a sigmoid is half way at its centre and bends as PS3.3 C.11.2.1.3.1 says", () => {
  const curve = sigmoidCurve({ center: 100, width: 200 });
  const at = (value: number): number => curve?.levels[value - curve.first] as number;
  // 255 / 2 = 127.5; half a width above, 255 / (1 + e^-2) = 224.6; below, 255 / (1 + e^2) = 30.4.
  expect(at(100)).toBe(128);
  expect(at(200)).toBe(225);
  expect(at(0)).toBe(30);
  expect(at(curve?.first as number)).toBe(0);
  expect(curve?.levels.at(-1)).toBe(255);
});

test("a sigmoid without width bends nothing", () => {
  expect(sigmoidCurve({ center: 100, width: 0 })).toBe(null);
});

test("a table's entries are white at the highest that its bits hold", () => {
  const curve = tableCurve("curve", { first: -5, bits: 12, entries: Uint16Array.of(0, 2048, 4095) });
  // 2048 * 255 / 4095 = 127.53.
  expect([...curve.levels]).toEqual([0, 128, 255]);
  expect(curve.first).toBe(-5);
});

test("entries travel low byte first", () => {
  expect([...entriesOf(Uint8Array.of(1, 0, 255, 15))]).toEqual([1, 4095]);
});
