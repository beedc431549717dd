import { describe, expect, test } from "vitest";
import { haematomaMl } from "../../../src/lib/abc2";
import type { Vec3 } from "../../../src/lib/vectors";
import { angleDegrees, areaMm2, carried, completed, dragged, isCollapsed, lengthMm, outline, type Shape } from "../../../src/viewer/drawing/shapes";
import type { Drawing } from "../../../src/wire/types";

const shape = (kind: Shape["kind"], ...points: Vec3[]): Shape => ({ kind, normal: [0, 0, -1], up: [0, -1, 0], points });

test("a length is that of space, whatever the plane", () => {
  expect(lengthMm(shape("length", [1, 2, 3], [3, 5, 9]))).toBe(7);
});

test("an angle is that at its middle point", () => {
  expect(angleDegrees(shape("angle", [10, 0, 0], [0, 0, 0], [0, 0, 5]))).toBeCloseTo(90, 10);
  expect(angleDegrees(shape("angle", [1, 0, 0], [0, 0, 0], [-1, 0, 0]))).toBeCloseTo(180, 10);
  expect(angleDegrees(shape("angle", [2, 0, 0], [0, 0, 0], [1, Math.sqrt(3), 0]))).toBeCloseTo(60, 10);
});

test("areas of a box of 6 by 4 mm", () => {
  expect(areaMm2(shape("rectangle", [0, 0, 0], [6, -4, 0]))).toBeCloseTo(24, 10);
  expect(areaMm2(shape("ellipse", [6, 4, 0], [0, 0, 0]))).toBeCloseTo(Math.PI * 6, 10);
});

test("an ellipse touches the sides of its box", () => {
  const [run] = outline(shape("ellipse", [0, 0, 0], [6, 4, 0]));
  expect(Math.max(...(run ?? []).map((point) => point[0]))).toBeCloseTo(6, 10);
  expect(Math.min(...(run ?? []).map((point) => point[1]))).toBeCloseTo(0, 10);
});

test("the short axis stands across the long one, from its beginning and when an end is dragged", () => {
  const points = completed("bidirectional", [
    [0, 0, 0],
    [10, 0, 0],
    [4, 3, 0],
  ]);
  expect(points[3]).toEqual([4, -3, 0]);
  const turned = dragged(shape("bidirectional", ...points), 1, [0, 10, 0]);
  expect(lengthMm(shape("bidirectional", ...turned), 2)).toBeCloseTo(6, 10);
  expect(turned[2]?.[1]).toBeCloseTo(4, 10);
  const wider = dragged(shape("bidirectional", ...points), 2, [5, 6, 0]);
  expect(lengthMm(shape("bidirectional", ...wider), 2)).toBeCloseTo(9, 10);
  expect(wider[3]?.[0]).toBeCloseTo(5, 10);
});

test("ABC/2: 60 x 40 x 30 mm are 36 mL, and nothing is computed from what is no length", () => {
  expect(haematomaMl(60, 40, 30)).toBe(36);
  expect(haematomaMl(60, 40, Number.NaN)).toBeNull();
  expect(haematomaMl(60, 0, 30)).toBeNull();
});

describe("what a hand carries", () => {
  const length: Drawing = {
    ...shape("length", [0, 0, 5], [10, 0, 5]),
    study_uid: "1.2",
    series_uid: "1.2.3",
    stack: 0,
    frame_of_reference_uid: "1.2.9",
    sop_instance_uid: "9.1",
    frame: 1,
    text: "",
  };

  test("stays in its plane, also where another plane shows it", () => {
    const { points } = carried(length, "whole", { by: [1, 2, 30], text_point: null });
    expect(points).toEqual([
      [1, 2, 5],
      [11, 2, 5],
    ]);
    expect(carried(length, 1, { by: [0, 3, 30], text_point: null }).points[1]).toEqual([10, 3, 5]);
  });

  test("are its words alone, or its words with it once they were moved", () => {
    const aside = carried(length, "words", { by: [0, 4, 0], text_point: [20, 0, 5] });
    expect(aside).toEqual({ ...length, text_point: [20, 4, 5] });
    expect(carried(aside, "whole", { by: [1, 0, 0], text_point: null }).text_point).toEqual([21, 4, 5]);
    expect(carried(length, "whole", { by: [1, 0, 0], text_point: [20, 0, 5] }).text_point).toBeNull();
  });

  test("is the place of a text by its words", () => {
    const text: Drawing = { ...length, kind: "text", points: [[0, 0, 5]], text: "valve" };
    const { points, text_point } = carried(text, "words", { by: [1, 2, 0], text_point: [8, 0, 5] });
    expect(points).toEqual([[1, 2, 5]]);
    expect(text_point).toBeNull();
  });
});

test("what has two ends at one place, or no width, has collapsed; a text never has", () => {
  const near: Vec3[] = [[0, 0, 0], [0.3, 0, 0]];
  const far: Vec3[] = [[0, 0, 0], [3, 0, 0]];
  expect([near, far].map((points) => isCollapsed(shape("length", ...points), 0.5))).toEqual([true, false]);
  expect(isCollapsed(shape("angle", [3, 0, 0], [0, 0, 0], [0, 0.1, 0]), 0.5)).toBe(true);
  // 3 mm wide and no height.
  expect(isCollapsed(shape("rectangle", ...far), 0.5)).toBe(true);
  expect(isCollapsed(shape("ellipse", [0, 0, 0], [3, 2, 0]), 0.5)).toBe(false);
  expect(isCollapsed(shape("bidirectional", [0, 0, 0], [9, 0, 0], [4, 0.1, 0], [4, -0.1, 0]), 0.5)).toBe(true);
  expect(isCollapsed(shape("text", [0, 0, 0]), 0.5)).toBe(false);
});
