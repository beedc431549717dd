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
    modality: {},
    modality_table: null,
    windows: [],
    voi_tables: [],
    inverse: false,
    presentation_table: null,
    rotation_deg: 0,
    flipped: false,
    areas: [],
    layers: [],
    annotations: [{ layer: "", images: [], graphics: [], texts: [], ...change }],
    shutter: null,
    overlays: [],
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

// 200 columns of 100 rows; the corner of the first pixel stands at (9, 19), that of the last at (409, 219).
test.each([
  // A quarter to the right brings the bottom left corner of the image to the top left of the display.
  ["a quarter to the right", { rotation_deg: 90 }, [9, 219], [9, 19]],
  ["half a turn", { rotation_deg: 180 }, [409, 219], [9, 219]],
  ["a flip", { flipped: true }, [409, 19], [9, 19]],
  ["a quarter to the right, then a flip", { rotation_deg: 90, flipped: true }, [9, 19], [9, 219]],
])("shares of the display count from its corner after %s (PS3.3 C.10.4, C.10.6)", (_, turn, corner, right) => {
  const [drawn] = graphicsOf(state({ graphics: line("DISPLAY", [0, 0, 1, 0]) }, turn), beneath);
  expect(drawn).toMatchObject({ points: [corner, right] });
});

test("what lies in a higher layer covers what lies in a lower one", () => {
  const layers = [
    { name: "TOP", order: 2, rgb: [255, 0, 0] as [number, number, number] },
    { name: "LOW", order: 1, rgb: [0, 255, 0] as [number, number, number] },
  ];
  const annotations = ["TOP", "LOW"].map((layer) => ({
    layer,
    images: [],
    graphics: line("PIXEL", [0, 0, 1, 1]),
    texts: [],
  }));
  const drawn = graphicsOf(state({}, { layers, annotations }), beneath);
  expect(drawn.map((one) => one.color)).toEqual(["rgb(0 255 0)", "rgb(255 0 0)"]);
});

test("words stand in their box, joined to their anchor where the state says so", () => {
  const text = { text: "M1", units: "PIXEL" as const, anchor: [0, 0] as [number, number], anchor_units: "PIXEL" as const };
  const box: [number, number, number, number] = [10, 20, 30, 40];
  const drawn = graphicsOf(state({ texts: [{ ...text, box, is_joined: true }] }), beneath);
  expect(drawn).toMatchObject([
    { draw: "path", points: [[29, 59], [9, 19]] },
    { draw: "words", at: [29, 59] },
  ]);
  expect(graphicsOf(state({ texts: [{ ...text, box: null }] }), beneath)).toMatchObject([{ at: [9, 19] }]);
});
