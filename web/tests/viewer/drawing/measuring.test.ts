import { describe, expect, test } from "vitest";
import type { Vec3 } from "../../../src/lib/vectors";
import { isShown, refusalOf, trustOf } from "../../../src/viewer/drawing/placing";
import { statisticsOf, type Voxels } from "../../../src/viewer/drawing/statistics";
import { wordsOf } from "../../../src/viewer/drawing/words";
import { stackGeometry } from "../../../src/viewer/geometry";
import type { PackHeader } from "../../../src/viewer/pack";
import { atStep, firstScene, withLayout } from "../../../src/viewer/scene";
import type { Drawing } from "../../../src/wire/types";
import { frame, header } from "../make";

const WINDOW = { center: 40, width: 80 };

/** Four slices of 4 x 3 pixels of 2 mm across and 1 mm down, 5 mm apart; the value is 100 slice + 10 row + column. */
function small(change: Partial<PackHeader> = {}, gain = 1) {
  const made = header({
    rows: 3,
    columns: 4,
    pixel_spacing_mm: [1, 2],
    spacing_mm: 5,
    frames: [0, 1, 2, 3].map((slice) => frame({ sop_instance_uid: `9.${slice}`, position_mm: [0, 0, 5 * slice] })),
    ...change,
  });
  const quality = [1, 1, 1, 1];
  const voxels: Voxels & { header: PackHeader } = {
    header: made,
    geometry: stackGeometry(made),
    gain,
    quality,
    valuesOf: (slice) =>
      Array.from({ length: 12 }, (_, at) => gain * (100 * slice + 10 * Math.floor(at / 4) + (at % 4))),
    frameIndex: (sop) => made.frames.findIndex((one) => one.sop_instance_uid === sop),
  };
  return { voxels, quality, made };
}

const drawing = (over: Partial<Drawing> = {}): Drawing => ({
  kind: "rectangle",
  study_uid: "1.2",
  series_uid: "1.2.3",
  stack: 0,
  frame_of_reference_uid: "1.2.9",
  sop_instance_uid: "9.1",
  frame: 1,
  normal: [0, 0, -1],
  up: [0, -1, 0],
  points: [
    [1, -0.5, 5],
    [5, 1.5, 5],
  ],
  text: "",
  ...over,
});

const text = (key: string, blanks: object = {}): string => `${key} ${Object.values(blanks).join(" ")}`.trim();

describe("statistics", () => {
  test("are those of the pixels whose middle lies inside, on the image named", () => {
    // Columns 1 and 2 (2 and 4 mm), rows 0 and 1: 101, 102, 111, 112.
    const { voxels } = small();
    expect(statisticsOf(drawing(), voxels)).toEqual({
      mean: 106.5,
      sd: expect.closeTo(Math.sqrt((5.5 ** 2 + 4.5 ** 2 + 4.5 ** 2 + 5.5 ** 2) / 4), 10),
      min: 101,
      max: 112,
      count: 4,
    });
  });

  test("are of modality values where these are kept scaled", () => {
    expect(statisticsOf(drawing(), small({}, 256).voxels)).toMatchObject({ mean: 106.5, min: 101, max: 112 });
  });

  test("wait for the full image", () => {
    const { voxels, quality } = small();
    quality[1] = 0;
    expect(statisticsOf(drawing(), voxels)).toBe("waiting");
    expect(wordsOf(drawing(), voxels, { isFull: false, unit: null }, text)).toEqual(["room.measure.waiting"]);
  });

  test("are not given where the values are not in memory, the area is", () => {
    const { header, geometry } = small().voxels;
    // 4 x 2 mm, see the points of `drawing`.
    const words = wordsOf(drawing(), { header, geometry }, { isFull: true, unit: null }, text);
    expect(words).toEqual(["room.measure.area 8.0", "room.measure.no_values"]);
  });

  test("of a reslice take the nearest voxels of every slice that it passes through", () => {
    const { voxels, quality } = small();
    const coronal = drawing({
      sop_instance_uid: null,
      frame: null,
      normal: [0, -1, 0],
      up: [0, 0, 1],
      points: [
        [1.5, 1, -0.5],
        [2.5, 1, 10.5],
      ] as Vec3[],
    });
    // Row 1, column 1 of slices 0, 1 and 2.
    expect(statisticsOf(coronal, voxels)).toMatchObject({ min: 11, max: 211 });
    quality[2] = 0;
    expect(statisticsOf(coronal, voxels)).toBe("waiting");
  });
});

describe("millimetres", () => {
  test("are refused where the spacing is not known; arrow and text are not", () => {
    const { voxels } = small({ pixel_spacing_mm: null });
    expect(refusalOf(drawing({ kind: "length" }), voxels)).toBe("no_spacing");
    expect(refusalOf(drawing({ kind: "angle" }), voxels)).toBe("no_spacing");
    expect(refusalOf(drawing({ kind: "arrow" }), voxels)).toBeNull();
    expect(wordsOf(drawing(), voxels, { isFull: true, unit: null }, text)).toEqual(["room.measure.no_value"]);
  });

  test("of a projection say that they are the detector's, or an estimate (PS3.3 10.7.1.3)", () => {
    expect(trustOf(header({ modality: "DX", warnings: [{ code: "spacing_at_detector", facts: {} }] }))).toBe("at_detector");
    expect(trustOf(header({ modality: "XA" }))).toBe("estimated");
    expect(trustOf(header())).toBe("true");
  });
});

describe("padding", () => {
  test("does not count, as it is stored: 111 of what is drawn over 101, 102, 111, 112", () => {
    // numpy.mean([101, 102, 112]) is 105, numpy.std 4.96656.
    const identity = [0, 1, 2, 3].map((slice) =>
      frame({ sop_instance_uid: `9.${slice}`, position_mm: [0, 0, 5 * slice], intercept: 0 }),
    );
    const { voxels } = small({ pixel_padding: 111, frames: identity });
    const lines = wordsOf(drawing(), voxels, { isFull: true, unit: null }, text);
    expect(lines[0]).toBe("room.measure.mean 105.0 5.0 HU");
    expect(lines[1]).toBe("room.measure.range 101.0 112.0 HU");
  });

  test("alone has no statistics, and still an area", () => {
    const { voxels, made } = small();
    const padded = { ...voxels, header: { ...made, pixel_padding: 0, frames: made.frames.map((one) => ({ ...one, intercept: 7 })) }, valuesOf: () => Array(12).fill(7) };
    expect(wordsOf(drawing(), padded, { isFull: true, unit: null }, text)).toEqual(["room.measure.area 8.0"]);
  });

  test("of a PET are uptake where that can be computed, in the unit wished for, else the file's own", () => {
    const suv = [
      { suv_type: "BW" as const, factor: 0.01, reason: null },
      { suv_type: "BSA" as const, factor: 0.1, reason: null },
      { suv_type: "LBMJANMA" as const, factor: null, reason: "no_size" },
    ];
    const pet = small({ modality: "PT", unit: "BQML", suv }).voxels;
    const told = (unit: string | null): string | undefined => wordsOf(drawing(), pet, { isFull: true, unit }, text)[1];
    // 101 to 112 Bq/ml.
    expect(told(null)).toBe("room.measure.range 1.01 1.12 SUVbw");
    expect(told("SUVbsa")).toBe("room.measure.range 10.1 11.2 SUVbsa");
    expect(told("Bq/ml")).toBe("room.measure.range 101.0 112.0 Bq/ml");
    expect(told("SUVlbm (Janma)")).toBe("room.measure.range 1.01 1.12 SUVbw");
  });
});

describe("where it is shown", () => {
  const { voxels, made } = small();
  const { geometry } = voxels;
  const at = (slice: number) => firstScene(geometry, { frame: slice, window: WINDOW });
  const shown = { header: made, geometry };

  test("on its own image and on no other", () => {
    expect([0, 1, 2, 3].map((slice) => isShown(drawing(), at(slice), shown, "stack"))).toEqual([false, true, false, false]);
  });

  test("not in another series, though it is of the same place", () => {
    expect(isShown(drawing({ series_uid: "1.2.4" }), at(1), shown, "stack")).toBe(false);
  });

  test("on the plane through the volume that passes there, not on those beside and across", () => {
    const planes = withLayout(at(1), geometry, "mpr");
    expect(isShown(drawing(), planes, shown, "axial")).toBe(true);
    expect(isShown(drawing(), atStep(planes, geometry, "axial", 3), shown, "axial")).toBe(false);
    expect(isShown(drawing(), planes, shown, "coronal")).toBe(false);
  });
});
