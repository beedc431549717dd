import { describe, expect, test } from "vitest";
import { stackGeometry } from "../../src/viewer/geometry";
import { greyOf, greyWords, planeGreyWords } from "../../src/viewer/greys";
import type { PackHeader } from "../../src/viewer/pack";
import { levelOf } from "../../src/viewer/presenting";
import { firstScene, withLayout } from "../../src/viewer/scene";
import type { Series } from "../../src/viewer/series";
import type { Kept } from "../../src/lib/rescale";
import { frame, header } from "./make";

const WINDOW = { center: 40, width: 401, function: "LINEAR" } as const;
const text = (key: string): string => key;

/** Values are Hounsfield units as stored; nothing of them is needed here. */
function made(change: Partial<PackHeader>, kept: Kept = "int16") {
  const of = header({ windows: [WINDOW], frames: [frame({ intercept: 0 })], ...change });
  const geometry = stackGeometry(of);
  const series = { header: of, geometry, kept, gain: 1 } as unknown as Series;
  const scene = firstScene(geometry, { frame: 0, window: { center: WINDOW.center, width: WINDOW.width } });
  return { series, scene };
}

const STACK = { id: "stack", state: null } as const;

function levels({ series, scene }: ReturnType<typeof made>, values: number[], isInverted = false): number[] {
  const shown = greyOf({ ...scene, isInverted }, series, STACK, () => undefined);
  return values.map((value) => Math.round(levelOf(shown, 1)(value)));
}

// The window 40/401 is black up to -160.5 and white from 239.5 on (PS3.3 C.11.2.1.2.1).
describe("padding", () => {
  test("is drawn by the window itself where that is black, as it mostly is", () => {
    const one = made({ pixel_padding: -2000 });
    expect(greyOf(one.scene, one.series, STACK, () => undefined).curve).toBeNull();
    expect(levels(one, [-2000, -200, 300])).toEqual([0, 0, 255]);
  });

  test("stays black on an inverted picture, where air is white", () => {
    const one = made({ pixel_padding: -2000 });
    expect(levels(one, [-2000, -2001, -1999, -1000, 300], true)).toEqual([0, 255, 255, 255, 0]);
  });

  test("is black inside of a window, and its neighbours are what the window says", () => {
    // (v - 39.5) * 255 / 400 + 127.5 for -10 and 10.
    expect(levels(made({ pixel_padding: 0 }), [-10, 0, 10])).toEqual([96, 0, 109]);
  });

  test("may be a range", () => {
    const one = made({ pixel_padding: 300, pixel_padding_limit: 310 });
    expect(levels(one, [299, 300, 305, 310, 311])).toEqual([255, 0, 0, 0, 255]);
  });

  test("that no table can hold is told of", () => {
    const one = made({ pixel_padding: 100 }, "float32");
    expect(greyWords(one.scene, one.series, STACK, text)).toBe("room.grey.padding");
    expect(greyWords(one.scene, made({ pixel_padding: 100 }).series, STACK, text)).toBe("");
  });

  test("on planes through the volume is told of where it is not black", () => {
    const one = made({ pixel_padding: -2000 });
    const at = { id: "axial", state: null } as const;
    expect(greyWords(one.scene, one.series, at, text)).toBe("");
    expect(greyWords({ ...one.scene, isInverted: true }, one.series, at, text)).toBe("room.grey.padding");
  });
});

test("a sigmoid window of floats is drawn as a straight line, and that is said", () => {
  const windows = [{ ...WINDOW, function: "SIGMOID" as const }];
  const floats = made({ windows }, "float32");
  expect(greyOf(floats.scene, floats.series, STACK, () => undefined)).toMatchObject({ isSigmoid: false, curve: null });
  expect(greyWords(floats.scene, floats.series, STACK, text)).toBe("room.grey.sigmoid");
  const whole = made({ windows });
  expect(greyWords(whole.scene, whole.series, STACK, text)).toBe("");
});

test("that a file's table is not applied to planes is said while its own window stands there", () => {
  const table = { first_mapped: 0, bits: 8, entries: "", explanation: "" };
  const of = header({ windows: [WINDOW], voi_tables: [{ frames: [0], table }] } as unknown as Partial<PackHeader>);
  const scene = firstScene(stackGeometry(of), { frame: 0, window: WINDOW });
  const planes = withLayout(scene, stackGeometry(of), "mpr");
  expect(planeGreyWords(planes, of, "coronal", text)).toBe("room.grey.table");
  expect(planeGreyWords(planes, of, "stack", text)).toBe("");
  const other = { ...planes, window: { center: 0, width: 10 } };
  expect(planeGreyWords(other, of, "coronal", text)).toBe("");
});
