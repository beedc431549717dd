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
  windows: [],
  invert: false,
  frames: [0, 1, 2].map((index) => ({
    sop_instance_uid: `1.2.${index}`,
    frame: 1,
    slope: 1,
    intercept: 0,
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

test("a state of which parts are left out, or that was changed since, says so", () => {
  const state = { type: "presentation", title: "", images: [{ sop_instance_uid: "1.2.1" }], annotations: [], areas: [] };
  const bare = { layers: [], rotation_deg: 0, flipped: false, shutter: null, overlays: [], unsupported: [], inverse: false };
  const grey = { modality: {}, modality_table: null, windows: [], voi_tables: [], presentation_table: null };
  const said = (more: object): string =>
    objectWords(scene, under, "stack", [{ ...contours(2), content: { ...state, ...bare, ...grey, ...more } as never }], words);
  expect(said({ inverse: header.invert })).toBe("room.object.presentation");
  expect(said({ presentation_table: {} })).toBe("room.object.presentation_partly");
  expect(said({ rotation_deg: 90 })).toBe("room.object.presentation_changed");
  for (const more of [{ modality_table: {} }, { unsupported: ["mask"] }])
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

test("a contour that names an image of another series is drawn where it lies", () => {
  const foreign = contours(2);
  const content = foreign.content as { structures: { contours: { sop_instance_uid: string | null }[] }[] };
  (content.structures[0]?.contours[0] as { sop_instance_uid: string | null }).sop_instance_uid = "7.7.7";
  expect(drawingsOf(scene, under, at, [foreign])).toHaveLength(1);
});

test("half way between two slices a contour is drawn on one of them", () => {
  const between = contours(3);
  const drawn = [0, 1, 2].map((frame) => drawingsOf({ ...scene, frame }, under, at, [between]).length);
  expect(drawn.reduce((sum, one) => sum + one)).toBe(1);
});

test("planes through the volume cut the contours", () => {
  const coronal = { centre: [4.5, 2, 2], normal: [0, -1, 0], up: [0, 0, 1], mm_per_px: 1 } as never;
  const standing = { ...scene, layout: "coronal" as const };
  standing.planes = { ...standing.planes, coronal: { ...standing.planes.coronal, centre: [4.5, 2, 2] } };
  const drawn = drawingsOf(standing, under, { ...at, id: "coronal", camera: coronal }, [contours(2)]);
  // The triangle (0, 0), (4, 0), (4, 4) is cut at y = 2 from x = 2 to x = 4; a lone contour is 1 mm thick.
  expect(drawn.map((one) => one.draw === "path" && one.points)).toEqual([
    [[2.5, 5.5], [2.5, 4.5], [4.5, 4.5], [4.5, 5.5]],
    [[2.5, 5.5], [2.5, 4.5]],
    [[4.5, 4.5], [4.5, 5.5]],
  ]);
  expect(objectWords(standing, under, "coronal", [contours(2)], words)).toBe("room.object.structures");
});
