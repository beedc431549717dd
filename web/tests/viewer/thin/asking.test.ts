import { expect, test } from "vitest";
import { firstScene, type Scene, withLayout, withTurn } from "../../../src/viewer/scene";
import { createStack } from "../../../src/viewer/stack";
import { askedOf, isDrawnAs, isSameAsked, isSameContent, pixelsOf, queryOf } from "../../../src/viewer/thin/asking";
import type { DrawnPlane } from "../../../src/wire/types";
import { header } from "../make";

const SIZE = { width: 800, height: 600 };
const WINDOW = { center: 40, width: 80 };
const FULL = { ratio: 1, quality: 85 };
const stack = createStack("k", header());
const scene = firstScene(stack.geometry, { frame: 2, window: WINDOW });
const asked = (of: Scene = scene, size = SIZE) => askedOf(of, stack, of.active, size);

test("an image is asked for by its name, in its plane, at the scale of the screen", () => {
  const query = new URLSearchParams(queryOf(asked(), FULL, "v1"));
  expect(Object.fromEntries(query)).toEqual({
    version: "v1",
    width: "800",
    height: "600",
    // The middle of 512 x 512 pixels of 0.5 mm that begin at (-127.75, -127.75, 100), the third of slices 2 mm apart.
    point_world_mm: "0,0,104",
    normal: "0,0,-1",
    up: "0,-1,0",
    // 256 mm over 600 pixels.
    mm_per_px: String(256 / 600),
    mirrored: "false",
    invert: "false",
    markings: "false",
    quality: "85",
    sop: "1.2.3.3",
    frame: "1",
    window: "40,80,LINEAR",
  });
});

test("a plane through the volume names no image; colour has no window", () => {
  const plane = withLayout(scene, stack.geometry, "coronal");
  const query = new URLSearchParams(queryOf(asked(plane), FULL, "v1"));
  expect(query.has("sop")).toBe(false);
  expect(query.get("normal")).toBe("0,-1,0");
  const colour = askedOf(scene, createStack("k", header({ values: "rgb8" })), "stack", SIZE);
  expect(new URLSearchParams(queryOf(colour, FULL, "v1")).has("window")).toBe(false);
});

test("a LINEAR window is never narrower than 1 (PS3.3 C.11.2.1.2.1)", () => {
  const narrow = { ...scene, window: { center: 40, width: 0.25 } };
  expect(queryOf(asked(narrow), FULL, "v")).toContain("window=40%2C1%2CLINEAR");
});

test("fewer pixels show the same millimetres", () => {
  expect(pixelsOf(asked(), { ratio: 0.5, quality: 60 })).toEqual({
    width: 400,
    height: 300,
    mm_per_px: (2 * 256) / 600,
  });
});

test("moved or zoomed it is the same picture; another slice, window, turn or stack is not", () => {
  const moved: Scene = { ...scene, stack: { ...scene.stack, right_mm: 10, fov_mm: [100, 100] } };
  expect(isSameContent(asked(), asked(moved))).toBe(true);
  expect(isSameAsked(asked(), asked(moved))).toBe(false);
  expect(isSameAsked(asked(), asked())).toBe(true);
  expect(isSameAsked(asked(), asked(scene, { width: 801, height: 600 }))).toBe(false);
  const others: Scene[] = [
    { ...scene, frame: 3 },
    { ...scene, window: { center: 41, width: 80 } },
    { ...scene, isInverted: true },
    withTurn(scene, "stack", { quarters: 1, isMirrored: false }),
    withTurn(scene, "stack", { quarters: 0, isMirrored: true }),
    withLayout(scene, stack.geometry, "axial"),
  ];
  for (const other of others) expect(isSameContent(asked(), asked(other))).toBe(false);
  expect(isSameContent(asked(), askedOf(scene, { ...stack, key: "other" }, "stack", SIZE))).toBe(false);
});

test("planes of one volume differ by how far they lie along their normal", () => {
  const plane = withLayout(scene, stack.geometry, "axial");
  const { centre } = plane.planes.axial;
  const at = (x: number, z: number): Scene => ({
    ...plane,
    planes: { ...plane.planes, axial: { ...plane.planes.axial, centre: [centre[0] + x, centre[1], centre[2] + z] } },
  });
  expect(isSameContent(asked(plane), asked(at(5, 0)))).toBe(true);
  expect(isSameContent(asked(plane), asked(at(0, 1)))).toBe(false);
});

test("an answer of any other picture is not taken", () => {
  const of = asked();
  const { mm_per_px } = pixelsOf(of, FULL);
  const drawn: DrawnPlane = {
    version: "v1",
    width: 800,
    height: 600,
    sop_instance_uid: "1.2.3.3",
    frame: 1,
    point_world_mm: [0, 0, 104],
    normal: [0, 0, -1],
    up: [0, -1, 0],
    mm_per_px,
    mirrored: false,
    is_lossless: false,
  };
  expect(isDrawnAs(drawn, of, FULL, "v1")).toBe(true);
  const wrong: Partial<DrawnPlane>[] = [
    { version: "v2" },
    { sop_instance_uid: "1.2.3.4" },
    { sop_instance_uid: null, frame: null },
    { frame: 2 },
    { point_world_mm: [0, 0, 106] },
    { up: [0, 1, 0] },
    { mm_per_px: mm_per_px * 1.01 },
    { mirrored: true },
    { width: 400 },
  ];
  for (const change of wrong) expect(isDrawnAs({ ...drawn, ...change }, of, FULL, "v1")).toBe(false);
});
