import { expect, test } from "vitest";
import { IDENTITY } from "../../src/lib/affine";
import { gapWords, lowestOf, marksFor, qualityOf, resampledWords, sliceWords, windowWords } from "../../src/viewer/captions";
import { stackGeometry } from "../../src/viewer/geometry";
import { labelAt, niceLength } from "../../src/viewer/overlay";
import type { PackHeader } from "../../src/viewer/pack";
import { ALONE, type Laid, relationOf } from "../../src/viewer/registered";
import type { Registered } from "../../src/wire/registered";
import { cameraOf, firstScene, withLayout } from "../../src/viewer/scene";
import type { FrameQuality } from "../../src/viewer/memory";
import type { Pointer } from "../../src/wire/types";
import { flatHeader, header } from "./make";

const text = (key: string, blanks: Record<string, string | number> = {}): string =>
  `${key.split(".").at(-1)} ${Object.values(blanks).join(" ")}`;
const SIZE = { width: 512, height: 512 };

function series(of: PackHeader, quality: FrameQuality[]) {
  const lowest = (from: number, to: number): FrameQuality => Math.min(...quality.slice(from, to + 1)) as FrameQuality;
  return { header: of, geometry: stackGeometry(of), lowest };
}

function marks(of: PackHeader, frame: number, pointer: Pointer, laid: Laid = ALONE) {
  const shown = series(
    of,
    of.frames.map(() => 1),
  );
  const scene = firstScene(shown.geometry, { frame, window: { center: 40, width: 80 } });
  const camera = cameraOf(scene, shown.geometry, "stack", SIZE);
  const list = [{ actor: "a", name: "Dr A", color: "#4cc9f0", pointer }];
  return marksFor(list, scene, shown, { id: "stack", camera, size: SIZE, laid }, text);
}

const POINT: Pointer = { series_uid: "1.2.3", frame_of_reference_uid: "1.2.9", point_world_mm: [10, -20, 104] };

test("the quality told is the lowest of what is drawn", () => {
  const shown = series(header(), [1, 1, 1, 0, 1]);
  const stack = firstScene(shown.geometry, { frame: 2, window: { center: 40, width: 80 } });
  expect(qualityOf(stack, shown, "stack")).toBe("full");
  const mpr = withLayout(stack, shown.geometry, "mpr");
  expect(qualityOf(mpr, shown, "axial")).toBe("full");
  expect(qualityOf(mpr, shown, "sagittal")).toBe("coarse");
  expect(qualityOf(stack, series(header(), [1, 1, -1, 0, 1]), "stack")).toBe("loading");
  expect(lowestOf(["full", "coarse", "full"])).toBe("coarse");
  expect(lowestOf(["coarse", "loading", "full"])).toBe("loading");
});

test("a pointer in its own slice is drawn at full strength where it points", () => {
  // 256 mm over 512 px, the middle of the image in the middle of the screen; +x to the right, +y down.
  expect(marks(header(), 2, POINT)).toEqual([
    { actor: "a", label: "Dr A", color: "#4cc9f0", x_px: 276, y_px: 216, opacity: 1 },
  ]);
});

test("off its slice it is fainter and tells how far it is", () => {
  const [mark] = marks(header(), 0, POINT);
  expect(mark?.opacity).toBeLessThan(1);
  expect(mark?.label).toContain("4");
});

/** (x, y, z) of 1.2.9 becomes (10 - y, 20 + x, 30 + z) of 9.9: a quarter turn about z, then a shift. */
const QUARTER = [0, -1, 0, 10, 1, 0, 0, 20, 0, 0, 1, 30, 0, 0, 0, 1];
const registered = (isSlicesOnly: boolean): Registered => ({
  frames: [
    { frame_of_reference_uid: "1.2.9", matrix: QUARTER },
    { frame_of_reference_uid: "9.9", matrix: IDENTITY },
  ],
  by: "file",
  made: "20240312",
  words: "REG",
  isSlicesOnly,
});
const laidBy =
  (isSlicesOnly: boolean): Laid =>
  (from, to) =>
    relationOf(from, to, [registered(isSlicesOnly)]);

test("what is carried over from another frame of reference lands where the matrix says, and says so", () => {
  // (10, -20, 74) becomes (30, 30, 104): in slice 2, 30 mm right of the middle and 30 mm below it, 2 px a millimetre.
  const pointer = { ...POINT, point_world_mm: [10, -20, 74] as [number, number, number] };
  const [mark] = marks(header({ frame_of_reference_uid: "9.9" }), 2, pointer, laidBy(false));
  expect(mark).toMatchObject({ label: "pointer_registered Dr A", x_px: 316, y_px: 316, opacity: 1 });
});

test("what is laid upon it slice by slice alone carries no pointer", () => {
  expect(marks(header({ frame_of_reference_uid: "9.9" }), 2, POINT, laidBy(true))).toEqual([]);
});

test("in another place it is not drawn at all", () => {
  expect(marks(header({ frame_of_reference_uid: "9.9" }), 2, POINT)).toEqual([]);
});

test("on pictures without a place it is drawn on the very same picture only", () => {
  const at: Pointer = { series_uid: "1.2.5", frame_of_reference_uid: null, point_world_mm: [0, 0, 0] };
  const onSecond = { ...at, sop_instance_uid: "1.2.3.1", frame: 2 };
  expect(marks(flatHeader(), 1, onSecond)).toHaveLength(1);
  expect(marks(flatHeader(), 0, onSecond)).toEqual([]);
});

test("a slice is told by its place along the scroll and its number", () => {
  const { geometry } = series(header(), []);
  const scene = firstScene(geometry, { frame: 2, window: { center: 40, width: 80 } });
  expect(sliceWords(scene, geometry, "stack", text)).toBe("position 104\nslice 3 5");
});

test("a scale bar has a round length of at most a quarter of the width", () => {
  expect(niceLength(0.5, 800)).toBe(100);
  expect(niceLength(0.4, 500)).toBe(50);
  expect(niceLength(0.01, 500)).toBe(1);
});

test("planes through a resampled grid say so, and where slices are missing; slices never do", () => {
  const grid = { origin_mm: [0, 0, 0] as const, spacing_mm: 2, rows: 512, columns: 512, shifts: [] };
  const whole = { ...header(), resampling: { ...grid, origin_mm: [0, 0, 0], layers: [[0, 0, 0]] } } as PackHeader;
  const gapped = { ...whole, resampling: { ...grid, layers: [[-1, -1, 0]] } } as unknown as PackHeader;
  expect(resampledWords(whole, "axial", text)).toBe("resampled ");
  expect(resampledWords(gapped, "coronal", text)).toBe("resampled_gaps ");
  expect(resampledWords(gapped, "stack", text)).toBe("");
  expect(resampledWords(header(), "axial", text)).toBe("");
});

test("beside slices that have not come it says how many and where, and nowhere else", () => {
  const shown = series(header({ missing: [{ after_frame: 2, missing: 3, from_mm: 0, to_mm: 0 }] }), [1, 1, 1, 1, 1]);
  const told = [0, 1, 2, 3].map((frame) => {
    const scene = firstScene(shown.geometry, { frame, window: { center: 40, width: 80 } });
    const place = sliceWords(scene, shown.geometry, "stack", text);
    return { gap: gapWords(scene, shown, "stack", text), mm: place.split("\n")[0]?.split(" ")[1] };
  });
  const [, before, after] = told;
  const words = `gap 3 ${before?.mm} ${after?.mm}`;
  expect(told.map(({ gap }) => gap)).toEqual(["", words, words, ""]);
});

test("loss before the images came is told with its ratio where the file says it", () => {
  const words = (change: Partial<PackHeader>): string | undefined => {
    const of = header(change);
    const scene = firstScene(stackGeometry(of), { frame: 0, window: { center: 40, width: 80 } });
    return windowWords(scene, of, { unit: null, curve: null }, text).split("\n")[0];
  };
  expect(words({ lossy: true })).toBe("lossy ");
  expect(words({ lossy: true, lossy_ratio: 7.52 })).toBe("lossy_ratio 7.5");
  expect(words({ lossy: true, lossy_ratio: 14.7 })).toBe("lossy_ratio 15");
  expect(words({ lossy_ratio: 14.7 })).toMatch(/^window/);
});

test("a name stays on the image: right of its cross, left of it, or as far in as it goes", () => {
  // 20 letters of 8 px.
  expect(labelAt(100, 200, { letters: 20, width: 400 })).toEqual({ anchor: "start", x_px: 10, y_px: -10 });
  expect(labelAt(380, 200, { letters: 20, width: 400 })).toEqual({ anchor: "end", x_px: -10, y_px: -10 });
  // Neither 100 + 10 + 160 nor 100 - 10 - 160 lies within 200: from 40 to 200, over the cross.
  expect(labelAt(100, 200, { letters: 20, width: 200 })).toEqual({ anchor: "start", x_px: -60, y_px: -18 });
  expect(labelAt(50, 10, { letters: 40, width: 200 })).toEqual({ anchor: "start", x_px: -50, y_px: 28 });
});
