import { describe, expect, test } from "vitest";
import { blankValue, enlarge, keptAs, rescale } from "../../src/lib/rescale";

const line = (slope: number, intercept: number) => ({ slope, intercept });

describe("modality values are kept", () => {
  test("as they are stored where nothing is rescaled", () => {
    expect(keptAs("uint16", [line(1, 0)], "")).toBe("uint16");
    expect(keptAs("uint8", [line(1, 0)], "")).toBe("uint8");
  });
  test("as int16 for Hounsfield units and where every stored value fits", () => {
    expect(keptAs("uint16", [line(1, -1024)], "HU")).toBe("int16");
    expect(keptAs("uint16", [line(1, -32768)], "")).toBe("int16");
    expect(keptAs("uint8", [line(2, -100)], "")).toBe("int16");
  });
  test("as float32 where a line has fractions or leaves int16", () => {
    expect(keptAs("int16", [line(0.52, 0)], "BQML")).toBe("float32");
    expect(keptAs("uint16", [line(1, -1024)], "")).toBe("float32");
    expect(keptAs("uint16", [line(2, 0)], "")).toBe("float32");
  });
  test("by the worst of all lines: PET has one a slice", () => {
    expect(keptAs("int16", [line(1, 0), line(0.5, 0)], "BQML")).toBe("float32");
  });
});

test("PS3.3 C.11.1.1.2: output = slope x stored + intercept, and the range is told", () => {
  const stored = new Uint16Array([0, 1024, 1064, 4095]);
  const { values, min, max } = rescale(stored, "int16", line(1, -1024));
  expect([...values]).toEqual([-1024, 0, 40, 3071]);
  expect([min, max]).toEqual([-1024, 3071]);
});

test("beyond int16 Hounsfield values saturate instead of wrapping round to black", () => {
  const { values } = rescale(new Uint16Array([65535, 0]), "int16", line(1, -1024));
  expect([...values]).toEqual([32767, -1024]);
});

test("what has not come is black on either side of an inversion", () => {
  expect(blankValue("int16", false)).toBe(-32768);
  expect(blankValue("int16", true)).toBe(32767);
  expect(blankValue("uint16", true)).toBe(65535);
  expect(blankValue("rgb8", true)).toBe(0);
});

describe("a reduced image spread over the full one", () => {
  test("puts sample k around pixel k x 2^drop, with no shift", () => {
    const out = enlarge(new Int16Array([1, 2, 3, 4]), { columns: 4, rows: 4, samples: 1 }, 1);
    expect([...out]).toEqual([1, 2, 2, 2, 3, 4, 4, 4, 3, 4, 4, 4, 3, 4, 4, 4]);
  });
  test("keeps type, odd sizes and colours", () => {
    const out = enlarge(new Uint8Array([1, 2, 3, 4, 5, 6]), { columns: 3, rows: 1, samples: 3 }, 1);
    expect(out).toBeInstanceOf(Uint8Array);
    expect([...out]).toEqual([1, 2, 3, 4, 5, 6, 4, 5, 6]);
  });
});
