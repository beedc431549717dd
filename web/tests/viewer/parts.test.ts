import { describe, expect, test } from "vitest";
import { stackGeometry } from "../../src/viewer/geometry";
import { partsChanged } from "../../src/viewer/parts";
import { atStep, firstScene, panned, type Scene, withLayout, withTurn, zoomed } from "../../src/viewer/scene";
import { withSlab } from "../../src/viewer/slabs";
import { tilted } from "../../src/viewer/tilting";
import { rotated } from "../../src/viewer/turning";
import { NOTHING } from "../../src/wire/facets";
import { header } from "./make";

const geometry = stackGeometry(header());
const SIZE = { width: 400, height: 900 };
const stack = firstScene(geometry, { frame: 2, window: { center: 40, width: 80 } });
const mpr = withLayout(stack, geometry, "mpr");

const changedFrom = (before: Scene, after: Scene): string[] =>
  Object.entries(partsChanged(before, after))
    .filter(([, isChanged]) => isChanged)
    .map(([part]) => part);

describe.each([
  ["a stack", stack, "stack"],
  ["planes through a volume", mpr, "axial"],
] as const)("on %s the hand has changed", (_, scene, id) => {
  test("the window, also by inverting it", () => {
    expect(changedFrom(scene, { ...scene, window: { center: 600, width: 2000 } })).toEqual(["window"]);
    expect(changedFrom(scene, { ...scene, isInverted: true })).toEqual(["window"]);
  });

  test("how near and where the image is looked at", () => {
    const at = { id, size: SIZE };
    expect(changedFrom(scene, zoomed(scene, geometry, { ...at, factor: 2, around: null }))).toEqual(["zoom"]);
    expect(changedFrom(scene, zoomed(scene, geometry, { ...at, factor: 0.5, around: null }))).toEqual(["zoom"]);
    expect(changedFrom(scene, panned(scene, geometry, { ...at, right_px: 30, down_px: -10 }))).toEqual(["zoom"]);
  });

  test("the slice, also by turning it", () => {
    expect(changedFrom(scene, atStep(scene, geometry, id, 1))).toEqual(["slice"]);
    expect(changedFrom(scene, withTurn(scene, id, rotated({ quarters: 0, isMirrored: false })))).toContain("slice");
  });
});

test("a tilted or thicker plane is another slice", () => {
  expect(changedFrom(mpr, tilted(mpr, "axial", 0.2))).toContain("slice");
  expect(changedFrom(mpr, withSlab(mpr, "axial", { blend: "mip", thickness_mm: 10 }))).toEqual(["slice"]);
});

test("planes through a volume are another layout", () => {
  expect(changedFrom(stack, mpr)).toContain("layout");
});

test("which of the planes is worked in is no change of what is seen", () => {
  expect(partsChanged(mpr, { ...mpr, active: "coronal" })).toEqual(NOTHING);
});
