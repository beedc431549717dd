import { expect, test } from "vitest";
import { stackGeometry } from "../../../src/viewer/geometry";
import { drawingsOf, objectWords } from "../../../src/viewer/layers/objects";
import { firstScene } from "../../../src/viewer/scene";
import type { ShownObject } from "../../../src/wire/objects";
import type { PackHeader } from "../../../src/wire/types";

const header = {
  frame_of_reference_uid: "1.9",
  kind: "volume",
  rows: 10,
  columns: 10,
  pixel_spacing_mm: [1, 1],
  spacing_mm: 2,
  orientation: [1, 0, 0, 0, 1, 0],
  values: "int16",
  frames: [0, 1, 2].map((index) => ({
    sop_instance_uid: `1.2.${index}`,
    frame: 1,
    position_mm: [0, 0, 2 * index],
    orientation: [1, 0, 0, 0, 1, 0],
  })),
} as unknown as PackHeader;
const under = { header, geometry: stackGeometry(header) };
const scene = firstScene(under.geometry, { frame: 1, window: { center: 40, width: 80 } });
const camera = { centre: [4.5, 4.5, 2], normal: [0, 0, -1], up: [0, -1, 0], mm_per_px: 1 } as never;
const at = { id: "stack" as const, camera, size: { width: 10, height: 10 } };
const words = (key: string): string => key;

function contours(z: number, frame_of_reference_uid = "1.9"): ShownObject {
  const points_mm = [0, 0, z, 4, 0, z, 4, 4, z];
  const contour = { kind: "CLOSED_PLANAR", sop_instance_uid: null, points_mm };
  const structure = { number: 1, label: "GTV", rgb: [255, 0, 0] as [number, number, number], frame_of_reference_uid };
  const structures = [{ ...structure, contours: [contour] }];
  return { uid: "9", hidden: [], opacity: 1, content: { type: "structures", title: "plan", structures } };
}

test("a contour is drawn on the slice in which it lies, at its patient points", () => {
  expect(drawingsOf(scene, under, at, [contours(2)])).toMatchObject([
    { draw: "path", isClosed: true, points: [[0.5, 0.5], [4.5, 0.5], [4.5, 4.5]] },
  ]);
});

test("a contour of another slice is not drawn", () => {
  expect(drawingsOf(scene, under, at, [contours(4)])).toEqual([]);
});

test("another frame of reference is refused, and said", () => {
  const other = contours(2, "1.8");
  expect(drawingsOf(scene, under, at, [other])).toEqual([]);
  expect(objectWords(scene, under, "stack", [other], words)).toBe("room.object.elsewhere");
});

test("a state of which parts are left out says so", () => {
  const state = { type: "presentation", title: "", images: [{ sop_instance_uid: "1.2.1" }], annotations: [], areas: [] };
  const whole = { ...state, layers: [], windows: [], rotation_deg: 0, flipped: false, shutter: null, unsupported: [] };
  const said = (more: object): string =>
    objectWords(scene, under, "stack", [{ ...contours(2), content: { ...whole, ...more } as never }], words);
  expect(said({})).toBe("room.object.presentation");
  for (const more of [{ rotation_deg: 90 }, { flipped: true }, { shutter: {} }, { unsupported: ["voi_table"] }])
    expect(said(more)).toBe("room.object.presentation_partly");
  expect(said({ images: [{ sop_instance_uid: "9.9" }] })).toBe("room.object.other_images");
});

test("a part that is switched off is not drawn", () => {
  expect(drawingsOf(scene, under, at, [{ ...contours(2), hidden: [1] }])).toEqual([]);
});

test("a mask is drawn on its slice only", () => {
  const content = {
    type: "segmentation" as const,
    title: "",
    fractional: false,
    frame_of_reference_uid: "1.9",
    rows: 10,
    columns: 10,
    pixel_spacing_mm: [1, 1] as [number, number],
    segments: [{ number: 1, label: "liver", rgb: null, algorithm: "" }],
    planes: [2, 4].map((z) => ({
      segment: 1,
      position_mm: [0, 0, z] as [number, number, number],
      orientation: [1, 0, 0, 0, 1, 0] as [number, number, number, number, number, number],
      sop_instance_uid: null,
      frame: null,
      bits: "",
    })),
  };
  const drawn = drawingsOf(scene, under, at, [{ uid: "8", hidden: [], opacity: 0.4, content }]);
  expect(drawn).toMatchObject([{ draw: "mask", plane: { position_mm: [0, 0, 2] }, placing: [1, 0, 0, 1, 0.5, 0.5] }]);
});
