import { describe, expect, test } from "vitest";
import type { Vec3 } from "../../src/lib/vectors";
import { windowOfValues } from "../../src/lib/windows";
import { stackGeometry } from "../../src/viewer/geometry";
import type { PackHeader } from "../../src/viewer/pack";
import { isPadding } from "../../src/viewer/padding";
import { windowedByRegion } from "../../src/viewer/regions";
import { firstScene, withLayout } from "../../src/viewer/scene";
import type { FrameQuality } from "../../src/viewer/memory";
import { frame, header } from "./make";

/** Four slices of 4 x 3 pixels of 2 mm across and 1 mm down, 5 mm apart; the value is 100 slice + 10 row + column. */
function small(change: Partial<PackHeader> = {}, gain = 1) {
  const made = header({
    rows: 3,
    columns: 4,
    pixel_spacing_mm: [1, 2],
    spacing_mm: 5,
    windows: [{ center: 40, width: 80, function: "LINEAR_EXACT", explanation: "" }],
    frames: [0, 1, 2, 3].map((slice) =>
      frame({ sop_instance_uid: `9.${slice}`, position_mm: [0, 0, 5 * slice], intercept: 0 }),
    ),
    ...change,
  });
  const quality = [1, 1, 1, 1];
  const series = {
    header: made,
    geometry: stackGeometry(made),
    gain,
    quality,
    valuesOf: (slice: number) =>
      Array.from({ length: 12 }, (_, at) => gain * (100 * slice + 10 * Math.floor(at / 4) + (at % 4))),
    frameIndex: (sop: string) => made.frames.findIndex((one) => one.sop_instance_uid === sop),
    lowest: (from: number, to: number) => Math.min(...quality.slice(from, to + 1)) as FrameQuality,
  };
  const scene = firstScene(series.geometry, { frame: 1, window: { center: 40, width: 80 } });
  return { series, quality, scene };
}

// Columns 1 and 2 (2 and 4 mm), rows 0 and 1 of slice 1: 101, 102, 111, 112.
const CORNERS: [Vec3, Vec3] = [
  [1, -0.5, 5],
  [5, 1.5, 5],
];
// numpy.percentile([101, 102, 111, 112], [2, 98]) is [101.06, 111.94].
const WINDOW = { center: expect.closeTo(106.5, 9), width: expect.closeTo(10.88, 9) };
const OF_STACK = { id: "stack", corners: CORNERS } as const;

describe("the window of values", () => {
  test("leaves out two in a hundred at either end, as numpy.percentile has them", () => {
    const values = Float64Array.from({ length: 101 }, (_, at) => 100 - at);
    expect(windowOfValues(values, true)).toEqual({ center: 50, width: 96 });
  });

  test("spans width - 1 around centre - 0.5 where it is LINEAR (PS3.3 C.11.2.1.2.1)", () => {
    const values = Float64Array.from({ length: 101 }, (_, at) => at);
    // Black at 2, white at 98: 50.5 - 0.5 - 96/2 and + 96/2.
    expect(windowOfValues(values, false)).toEqual({ center: 50.5, width: 97 });
  });

  test("is none where all are alike: nothing would be seen in it", () => {
    expect(windowOfValues(Float64Array.from([7, 7, 7]), true)).toBeNull();
  });
});

describe("a region", () => {
  test("waits for the full image", () => {
    const { series, quality, scene } = small();
    quality[1] = 0;
    expect(windowedByRegion(scene, series, OF_STACK)).toBe("waiting");
  });

  test("has no window in colour, beside the image, and in one single value", () => {
    const { series, scene } = small();
    expect(windowedByRegion(scene, small({ values: "rgb8" }).series, OF_STACK)).toBe("colour");
    const beside: [Vec3, Vec3] = [
      [50, 50, 5],
      [60, 60, 5],
    ];
    expect(windowedByRegion(scene, series, { id: "stack", corners: beside })).toBe("empty");
    const onePixel: [Vec3, Vec3] = [
      [1.5, -0.5, 5],
      [2.5, 0.5, 5],
    ];
    expect(windowedByRegion(scene, series, { id: "stack", corners: onePixel })).toBe("flat");
  });

  test("has the window of the pixels inside, also where they are kept scaled", () => {
    for (const gain of [1, 256]) {
      const { series, scene } = small({}, gain);
      expect(windowedByRegion(scene, series, OF_STACK)).toMatchObject({ frame: 1, window: WINDOW });
    }
  });

  test("on a plane through the volume goes by the voxels that the plane passes through", () => {
    const { series, quality, scene } = small();
    const planes = withLayout(scene, series.geometry, "mpr");
    // Row 1, column 1 (2 mm) of slices 0 to 2: 11, 111 and 211, each as often as the 1 mm steps from -0.5 to 10.5 meet it.
    const corners: [Vec3, Vec3] = [
      [1.5, 1, -0.5],
      [2.5, 1, 10.5],
    ];
    const found = windowedByRegion(planes, series, { id: "coronal", corners });
    expect(found).toMatchObject({
      layout: "mpr",
      window: { center: expect.closeTo(111, 9), width: expect.closeTo(200, 9) },
    });
    quality[3] = 0;
    expect(windowedByRegion(planes, series, { id: "coronal", corners })).toBe("waiting");
  });
});

describe("padding", () => {
  test("is a stored value and goes through its frame's slope and intercept", () => {
    const frames = [frame({ slope: 2, intercept: -1024 })];
    const padded = header({ frames, pixel_padding: -2000 });
    expect(isPadding({ header: padded, gain: 1 }, -5024, 0)).toBe(true);
    expect(isPadding({ header: padded, gain: 1 }, -2000, 0)).toBe(false);
    expect(isPadding({ header: padded, gain: 4 }, -20096, 0)).toBe(true);
    expect(isPadding({ header: header({ frames }), gain: 1 }, -5024, 0)).toBe(false);
  });

  test("is left out of a region", () => {
    // Without 101: numpy.percentile([102, 111, 112], [2, 98]) is [102.36, 111.96].
    const { series, scene } = small({ pixel_padding: 101 });
    expect(windowedByRegion(scene, series, OF_STACK)).toMatchObject({
      window: { center: expect.closeTo(107.16, 9), width: expect.closeTo(9.6, 9) },
    });
  });
});
