import { expect, test } from "vitest";
import { graphicsOf } from "../../../src/viewer/layers/presentation";
import type { PresentationState } from "../../../src/wire/types";

const beneath = {
  image: { sop_instance_uid: "1.2", frame: 1 },
  // A pixel is two CSS pixels; the centre of the first one stands at (10, 20).
  placing: [2, 0, 0, 2, 10, 20] as const,
  rows: 100,
  columns: 200,
};

function state(change: Partial<PresentationState["annotations"][number]>, more: Partial<PresentationState> = {}): PresentationState {
  return {
    type: "presentation",
    title: "EXPERT",
    description: "",
    creator: "",
    images: [{ sop_instance_uid: "1.2" }],
    windows: [],
    inverse: false,
    rotation_deg: 0,
    flipped: false,
    areas: [],
    layers: [],
    annotations: [{ layer: "", images: [], graphics: [], texts: [], ...change }],
    shutter: null,
    unsupported: [],
    ...more,
  };
}

const line = (units: "PIXEL" | "DISPLAY", points: number[]): PresentationState["annotations"][number]["graphics"] => [
  { kind: "POLYLINE", units, filled: false, points },
];

test("0, 0 is the corner of the first pixel, half a pixel before its centre (PS3.3 C.10.5.1.1)", () => {
  const [drawn] = graphicsOf(state({ graphics: line("PIXEL", [0, 0, 1, 1]) }), beneath);
  expect(drawn).toMatchObject({ draw: "path", points: [[9, 19], [11, 21]] });
});

test("shares of the display are shares of the displayed area", () => {
  const areas = [{ images: [], top_left: [101, 51] as [number, number], bottom_right: [200, 100] as [number, number] }];
  const [drawn] = graphicsOf(state({ graphics: line("DISPLAY", [0, 0, 1, 1]) }, { areas }), beneath);
  expect(drawn).toMatchObject({ points: [[209, 119], [409, 219]] });
});

test("annotations of other images are not drawn on this one", () => {
  const images = [{ sop_instance_uid: "9.9" }];
  expect(graphicsOf(state({ images, graphics: line("PIXEL", [0, 0, 1, 1]) }), beneath)).toEqual([]);
});

test("places on a turned display are not drawn on one that is not", () => {
  expect(graphicsOf(state({ graphics: line("DISPLAY", [0, 0, 1, 1]) }, { rotation_deg: 90 }), beneath)).toEqual([]);
});
