import { describe, expect, test } from "vitest";
import type { Vec3 } from "../../../src/lib/vectors";
import { inMillimetres, pixelScale } from "../../../src/viewer/drawing/calibration";
import { refusalOf } from "../../../src/viewer/drawing/placing";
import { areaMm2, lengthMm } from "../../../src/viewer/drawing/shapes";
import { stackGeometry } from "../../../src/viewer/geometry";
import type { AnnotationKind, Drawing, PackRegion, UsRegion } from "../../../src/wire/types";
import { flatHeader, header } from "../make";

/** An ultrasound screen of 320 x 240: tissue at 0.05 cm across and 0.02 cm down, a spectrum of time and speed below. */
const TISSUE: UsRegion = {
  min_x_image_px: 20,
  min_y_image_px: 10,
  max_x_image_px: 299,
  max_y_image_px: 149,
  shape: "2d",
  data_type: 1,
  x_unit: "cm",
  y_unit: "cm",
  delta_x: -0.05,
  delta_y: 0.02,
};
const SPECTRUM: UsRegion = {
  ...TISSUE,
  min_y_image_px: 160,
  max_y_image_px: 229,
  shape: "spectral",
  data_type: 3,
  x_unit: "s",
  y_unit: "cm/s",
};
const SCREEN: UsRegion = { ...TISSUE, min_x_image_px: 0, min_y_image_px: 0, max_x_image_px: 319, max_y_image_px: 239, delta_x: 1 };

function stack(...regions: PackRegion[]) {
  const header = flatHeader();
  return { header: { ...header, regions }, geometry: stackGeometry(header) };
}

const both = (region: UsRegion): PackRegion => ({ frames: [0, 1], region });

const drawing = (kind: AnnotationKind, ...points: Vec3[]): Drawing => {
  const { study_uid, series_uid, frames } = flatHeader();
  const { sop_instance_uid = "", frame = 1 } = frames[0] ?? {};
  return {
    kind,
    study_uid,
    series_uid,
    stack: 0,
    frame_of_reference_uid: null,
    sop_instance_uid,
    frame,
    normal: [0, 0, -1],
    up: [0, -1, 0],
    points,
    text: "",
  };
};

describe("in an ultrasound region", () => {
  const shown = stack(both(SPECTRUM), both(TISSUE));

  test("a length is that of its pixels, each way by its own size", () => {
    // 60 columns of 0.5 mm and 80 rows of 0.2 mm: 30 and 16 mm, together 34.
    const found = inMillimetres(drawing("length", [100, 20, 0], [160, 100, 0]), shown);
    expect(found && lengthMm(found)).toBeCloseTo(34, 10);
  });

  test("an area is that of its pixels", () => {
    const found = inMillimetres(drawing("rectangle", [100, 20, 0], [160, 100, 0]), shown);
    expect(found && areaMm2(found)).toBeCloseTo(30 * 16, 9);
  });

  test("of several in one another the inner one counts", () => {
    const found = inMillimetres(drawing("length", [100, 20, 0], [160, 100, 0]), stack(both(SCREEN), both(TISSUE)));
    expect(found && lengthMm(found)).toBeCloseTo(34, 10);
  });

  test("its outermost pixels still belong to it, and no more", () => {
    expect(inMillimetres(drawing("length", [19.5, 10, 0], [299.5, 10, 0]), shown)).not.toBeNull();
    expect(inMillimetres(drawing("length", [19.4, 10, 0], [299, 10, 0]), shown)).toBeNull();
  });
});

describe("nothing is measured", () => {
  const shown = stack(both(SPECTRUM), both(TISSUE));
  const inTissue: Vec3 = [100, 20, 0];

  test.each<[string, Vec3, Vec3]>([
    ["in a spectrum", [100, 170, 0], [160, 200, 0]],
    ["from one region into another", inTissue, [160, 200, 0]],
    ["outside all", [5, 5, 0], [10, 10, 0]],
  ])("%s", (_, one, other) => {
    expect(inMillimetres(drawing("length", one, other), shown)).toBeNull();
    expect(refusalOf(drawing("length", one, other), shown)).toBe("outside_region");
    expect(refusalOf(drawing("arrow", one, other), shown)).toBeNull();
  });

  test("on a frame that the region is not of", () => {
    const others = stack({ frames: [1], region: TISSUE });
    expect(inMillimetres(drawing("length", inTissue, [160, 100, 0]), others)).toBeNull();
  });

  test("by the spacing of the whole image where a region says otherwise", () => {
    const header = { ...flatHeader(), pixel_spacing_mm: [0.3, 0.3] as [number, number], regions: [both(SPECTRUM)] };
    const found = inMillimetres(drawing("length", [30, 51, 0], [48, 60, 0]), { header, geometry: stackGeometry(header) });
    expect(found).toBeNull();
  });
});

describe("a bar for the whole picture", () => {
  const even: UsRegion = { ...TISSUE, delta_x: 0.02, delta_y: -0.02 };

  test("has the scale of its regions where all lengths in it are of one scale", () => {
    expect(pixelScale(stack(both(even), both(SPECTRUM)), 0)).toBeCloseTo(0.2, 10);
    expect(pixelScale(stack(both(even), both({ ...even, delta_x: 0.04, delta_y: 0.04 })), 0)).toBeNull();
    expect(pixelScale(stack(both(TISSUE)), 0)).toBeNull();
  });

  test("is not there where nothing is a length", () => {
    expect(pixelScale(stack(both(SPECTRUM)), 0)).toBeNull();
    expect(pixelScale(stack(), 0)).toBeNull();
  });

  test("is in millimetres where the pixels have a size", () => {
    const sized = header();
    expect(pixelScale({ header: sized, geometry: stackGeometry(sized) }, 0)).toBe(1);
  });
});
