import { expect, test } from "vitest";
import { stackGeometry } from "../../../src/viewer/geometry";
import { isAsStated, stateApplied } from "../../../src/viewer/layers/applying";
import { firstScene } from "../../../src/viewer/scene";
import type { PackHeader, PresentationState } from "../../../src/wire/types";
import { header as ofHead } from "../make";

// 512 x 512 of 0.5 mm, rescaled by HU = stored - 1024.
const stackOf = (header: PackHeader) => ({ header, geometry: stackGeometry(header) });
const head = stackOf(ofHead());
const scene = firstScene(head.geometry, { frame: 0, window: { center: 40, width: 80 } });
const HU = { slope: 1, intercept: -1024 };
const state = {
  images: [{ sop_instance_uid: "1.2.3.1", frames: [] }],
  modality: HU,
  modality_table: null,
  windows: [{ images: [], window: { center: 35, width: 300, function: "LINEAR" } }],
  voi_tables: [],
  inverse: false,
  presentation_table: null,
  rotation_deg: 0,
  flipped: false,
  areas: [],
} as unknown as PresentationState;

test("the state's window is taken, and its shape in place of the image's own MONOCHROME1", () => {
  const inverted = stackOf(ofHead({ invert: true }));
  expect(stateApplied(scene, inverted, state)).toMatchObject({ window: { center: 35, width: 300 }, isInverted: true });
});

test("a state without a rescale speaks of stored values (PS3.4 N.2.1.1)", () => {
  const bare = { ...state, modality: {} } as PresentationState;
  expect(stateApplied(scene, head, bare).window).toEqual({ center: 35 - 1024, width: 300 });
});

test("a LINEAR window scales by what it spans: width - 1 around centre - 0.5 (C.11.2.1.2.1)", () => {
  const doubled = { ...state, modality: { slope: 2, intercept: -2048 } } as PresentationState;
  expect(stateApplied(scene, head, doubled).window).toEqual({ center: 34.5 / 2 + 0.5, width: 299 / 2 + 1 });
});

test("a state of other images changes nothing", () => {
  const other = { ...state, images: [{ sop_instance_uid: "9.9", frames: [] }] };
  expect(stateApplied(scene, head, other)).toBe(scene);
});

test("a window of another image of the state is not this one's", () => {
  const windows = [{ images: [{ sop_instance_uid: "9.9" }], window: { center: 1, width: 2 } }];
  expect(stateApplied(scene, head, { ...state, windows } as PresentationState).window).toEqual(scene.window);
});

test("the picture is turned and shows the displayed area", () => {
  // Columns 257 to 512 and rows 1 to 128: 128 mm by 64 mm, right of and above the middle.
  const areas = [{ images: [], top_left: [257, 1], bottom_right: [512, 128] }];
  const shown = stateApplied(scene, head, { ...state, areas, rotation_deg: 270, flipped: true } as never).stack;
  expect(shown).toEqual({ hugs: 0, quarters: 3, isMirrored: true, right_mm: 64, up_mm: 96, fov_mm: [64, 128] });
});

test("a scene that was changed since is no longer as the state says", () => {
  const stated = stateApplied(scene, head, state);
  expect(isAsStated(stated, head, state)).toBe(true);
  expect(isAsStated({ ...stated, window: { center: 35, width: 80 } }, head, state)).toBe(false);
  expect(isAsStated({ ...stated, stack: { ...stated.stack, quarters: 1 } }, head, state)).toBe(false);
});

test("a table of the modality leaves the grey scale as it is", () => {
  const tabled = { ...state, modality_table: {} } as PresentationState;
  expect(stateApplied(scene, head, tabled).window).toEqual(scene.window);
});
