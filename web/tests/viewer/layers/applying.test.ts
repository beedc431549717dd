import { expect, test } from "vitest";
import { stateApplied } from "../../../src/viewer/layers/applying";
import type { Scene } from "../../../src/viewer/scene";
import type { PackHeader, PresentationState } from "../../../src/wire/types";

const header = { values: "int16", invert: true, frames: [{ sop_instance_uid: "1.2", frame: 1 }] } as unknown as PackHeader;
const scene = { frame: 0, window: { center: 40, width: 80 }, isInverted: false } as Scene;
const state = {
  images: [{ sop_instance_uid: "1.2", frames: [] }],
  windows: [{ images: [], window: { center: 35, width: 300 } }],
  inverse: false,
} as unknown as PresentationState;

test("the state's window is taken, and its shape in place of the image's own MONOCHROME1", () => {
  expect(stateApplied(scene, header, state)).toMatchObject({ window: { center: 35, width: 300 }, isInverted: true });
});

test("a state of other images changes nothing", () => {
  const other = { ...state, images: [{ sop_instance_uid: "9.9", frames: [] }] };
  expect(stateApplied(scene, header, other)).toBe(scene);
});

test("a window of another image of the state is not this one's", () => {
  const windows = [{ images: [{ sop_instance_uid: "9.9" }], window: { center: 1, width: 2 } }];
  expect(stateApplied(scene, header, { ...state, windows } as PresentationState).window).toEqual(scene.window);
});
