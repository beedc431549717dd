import { expect, test } from "vitest";
import { stackGeometry } from "../../../src/viewer/geometry";
import { isStateBent, stateCurve, stateOver, stateWindow } from "../../../src/viewer/layers/state_grey";
import { firstScene } from "../../../src/viewer/scene";
import { toBase64 } from "../../../src/wire/base64";
import type { ShownObject } from "../../../src/wire/objects";
import type { PackedLut, PresentationState } from "../../../src/wire/types";
import { header as ofHead } from "../make";

const header = ofHead();
const scene = firstScene(stackGeometry(header), { frame: 0, window: { center: 50.5, width: 101 } });
const LINEAR = { center: 50.5, width: 101, function: "LINEAR" as const };
const state = {
  type: "presentation",
  title: "",
  images: [{ sop_instance_uid: "1.2.3.1" }],
  modality: { slope: 1, intercept: -1024 },
  modality_table: null,
  windows: [{ images: [], window: LINEAR }],
  voi_tables: [],
  inverse: false,
  presentation_table: null,
} as unknown as PresentationState;

async function packed(entries: number[], first_mapped: number, bits: number): Promise<PackedLut> {
  const raw = new Uint8Array(new Uint16Array(entries).buffer);
  const deflated = new Blob([raw]).stream().pipeThrough(new CompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(deflated).arrayBuffer());
  return { first_mapped, bits, explanation: "", entries: toBase64(bytes) };
}

/** The level of a value, once the tables of the state are unpacked. */
async function levels(of: PresentationState, at = scene): Promise<(value: number) => number> {
  const ready = (): Promise<void> => new Promise((resolve) => stateCurve(of, at, header, resolve) ?? undefined);
  if (stateCurve(of, at, header, () => undefined) === null) await Promise.race([ready(), new Promise((r) => setTimeout(r, 50))]);
  const curve = stateCurve(of, at, header, () => undefined);
  if (curve === null || typeof curve === "string") throw new Error(`no curve: ${curve}`);
  return (value) => curve.levels[Math.min(Math.max(value - curve.first, 0), curve.levels.length - 1)] as number;
}

test("a state whose window is drawn as the file's takes no curve", () => {
  expect(isStateBent(state, header)).toBe(false);
  expect(stateCurve(state, scene, header, () => undefined)).toBe("straight");
});

test("a presentation table maps the whole range of the window onto its entries (PS3.3 C.11.6)", async () => {
  // Four entries: 0 to 100 HU in thirds, rounded to the nearest entry.
  const table = { ...state, presentation_table: await packed([0, 10, 200, 255], 0, 8) };
  const level = await levels(table);
  expect([-50, 0, 16, 17, 49, 51, 83, 84, 100, 500].map(level)).toEqual([0, 0, 0, 10, 10, 200, 200, 255, 255, 255]);
});

test("a VOI table counts from the state's own values, and holds as long as its window stands", async () => {
  // The state's values are the stored ones: HU + 1024. Entries from 1024 on: HU 0, 1, 2, 3.
  const table = await packed([0, 85, 170, 255], 1024, 8);
  const window = { center: 1026, width: 4, function: "LINEAR" as const };
  const tabled = { ...state, modality: {}, windows: [], voi_tables: [{ images: [], table, window }] } as PresentationState;
  const own = stateWindow(tabled, header, 0);
  expect(own).toMatchObject({ center: 2, width: 4 });
  const stated = { ...scene, window: { center: 2, width: 4 } };
  const level = await levels(tabled, stated);
  expect([-5, 0, 1, 2, 3, 9].map(level)).toEqual([0, 0, 85, 170, 255, 255]);
  expect(stateCurve(tabled, scene, header, () => undefined)).toBe("straight");
});

test("a sigmoid over images of a linear window bends (PS3.3 C.11.2.1.3.1)", async () => {
  const window = { center: 40, width: 100, function: "SIGMOID" as const };
  const sigmoid = { ...state, windows: [{ images: [], window }] } as PresentationState;
  const level = await levels(sigmoid, { ...scene, window: { center: 40, width: 100 } });
  expect(isStateBent(sigmoid, header)).toBe(true);
  // 255 / (1 + exp(-4 * 25 / 100)) = 186.4
  expect([level(40), level(65)]).toEqual([128, 186]);
});

test("of several states the one on top counts, and on slices of the file only", () => {
  const over = (content: PresentationState): ShownObject => ({ uid: "9", content, hidden: [], opacity: 1 });
  const other = { ...state, images: [{ sop_instance_uid: "9.9" }] };
  expect(stateOver(scene, header, "stack", [over(state), over(other)])).toBe(state);
  expect(stateOver(scene, header, "axial", [over(state)])).toBeNull();
});
