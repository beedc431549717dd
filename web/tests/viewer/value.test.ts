import { expect, test } from "vitest";
import type { Vec3 } from "../../src/lib/vectors";
import { stackGeometry } from "../../src/viewer/geometry";
import type { PackHeader } from "../../src/viewer/pack";
import { firstScene, withLayout } from "../../src/viewer/scene";
import type { FrameQuality } from "../../src/viewer/memory";
import { valueWords } from "../../src/viewer/value";
import type { ViewportId } from "../../src/wire/types";
import { flatHeader, frame, header } from "./make";

const text = (_: string, blanks: object = {}): string => Object.values(blanks).join(" ");

/** Four slices of 4 x 3 pixels of 2 mm across and 1 mm down, 5 mm apart; the value is 100 slice + 10 row + column. */
function small(change: Partial<PackHeader> = {}, gain = 1) {
  const made = header({
    rows: 3,
    columns: 4,
    pixel_spacing_mm: [1, 2],
    spacing_mm: 5,
    frames: [0, 1, 2, 3].map((slice) =>
      frame({ sop_instance_uid: `9.${slice}`, position_mm: [0, 0, 5 * slice], intercept: 0 }),
    ),
    ...change,
  });
  const quality = [1, 1, 1, 1];
  const samples = made.values === "rgb8" ? 3 : 1;
  const series = {
    header: made,
    geometry: stackGeometry(made),
    gain,
    quality,
    valuesOf: (slice: number) =>
      Array.from({ length: made.rows * made.columns * samples }, (_, at) =>
        samples === 3 ? at % 251 : gain * (100 * slice + 10 * Math.floor(at / 4) + (at % 4)),
      ),
    frameIndex: (sop: string) => made.frames.findIndex((one) => one.sop_instance_uid === sop),
    lowest: (from: number, to: number) => Math.min(...quality.slice(from, to + 1)) as FrameQuality,
  };
  const scene = firstScene(series.geometry, { frame: 1, window: { center: 40, width: 80 } });
  const read = (id: ViewportId, point: Vec3, unit: string | null = null): string =>
    valueWords(id === "stack" ? scene : withLayout(scene, series.geometry, "mpr"), series, { id, point, unit }, text);
  return { read, quality };
}

test("is that of the pixel in whose square the hand rests, with its unit", () => {
  // 4.9 mm across is column 2 (3 to 5 mm), 0.6 mm down is row 1.
  expect(small().read("stack", [4.9, 0.6, 5])).toBe("112 HU");
  expect(small({}, 256).read("stack", [4.9, 0.6, 5])).toBe("112 HU");
});

test("is nothing beyond the last pixel's edge", () => {
  const { read } = small();
  expect(read("stack", [6.9, 2.4, 5])).toBe("123 HU");
  expect(read("stack", [7.1, 2.4, 5])).toBe("");
  expect(read("stack", [6.9, 2.6, 5])).toBe("");
  expect(read("stack", [-1.1, 0, 5])).toBe("");
});

test("is not told from a coarse image, nor where an image is still to come", () => {
  const { read, quality } = small();
  quality[1] = 0;
  expect(read("stack", [0, 0, 5])).toBe("…");
  quality[1] = -1;
  expect(read("stack", [0, 0, 5])).toBe("…");
  expect(read("stack", [-9, 0, 5])).toBe("");
});

test("on a plane through the volume is that of the nearest voxel", () => {
  // 12 mm up is slice 2 (7.5 to 12.5 mm).
  const { read } = small();
  expect(read("coronal", [4.9, 1, 12])).toBe("212 HU");
  expect(read("coronal", [4.9, 1, 18])).toBe("");
});

test("is nothing on padding", () => {
  expect(small({ pixel_padding: 112 }).read("stack", [4, 1, 5])).toBe("");
});

test("of PET is in the unit chosen, and in body weight SUV by itself", () => {
  const suv = [{ suv_type: "BW" as const, factor: 0.023, reason: null }];
  const { read } = small({ modality: "PT", unit: "BQML", suv });
  // 112 and 101 times 0.023 are 2.576 and 2.323.
  expect(read("stack", [4, 1, 5])).toBe("2.58 SUVbw");
  expect(read("stack", [2, 0, 5])).toBe("2.32 SUVbw");
  expect(read("stack", [4, 1, 5], "Bq/ml")).toBe("112 Bq/ml");
});

test("of colour is three numbers", () => {
  // Pixels where no spacing is known: column 2 of row 0 holds samples 6, 7, 8.
  const { frames, ...flat } = flatHeader();
  expect(small({ ...flat, frames: [...frames, ...frames] }).read("stack", [2, 0, 0])).toBe("6 7 8");
});
