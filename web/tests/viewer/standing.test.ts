import { expect, test } from "vitest";
import { projectionLetters } from "../../src/lib/orientation";
import { toScreen } from "../../src/lib/planes";
import { stackGeometry } from "../../src/viewer/geometry";
import { cameraOf, firstScene } from "../../src/viewer/scene";
import { followed, paneOf } from "../../src/viewer/sharing";
import { standingOf } from "../../src/viewer/standing";
import { EVERYTHING } from "../../src/wire/facets";
import { frame, header } from "./make";

type Told = { laterality: string; view_position: string; patient_orientation: [string, string] | null };

const standing = (told: Told, modality = "MG") => standingOf(header({ modality, frames: [frame(told)] }), 0);
/** What the edges say once it hangs. */
const edges = (told: Told) =>
  told.patient_orientation && projectionLetters(told.patient_orientation, standing(told).turn);

test("a breast that was sent as it hangs is left as it is", () => {
  // The NEMA sample MG1: left MLO, rows to the front, columns to the feet.
  const sent: Told = { laterality: "L", view_position: "MLO", patient_orientation: ["A", "F"] };
  expect(standing(sent)).toEqual({ turn: { quarters: 0, isMirrored: false }, hugs: -1 });
  expect(edges(sent)).toEqual({ right: "A", left: "P", top: "H", bottom: "F" });
});

test("a right breast that was sent looking to the right is flipped: chest walls meet in the middle", () => {
  const sent: Told = { laterality: "R", view_position: "MLO", patient_orientation: ["A", "FL"] };
  expect(standing(sent)).toEqual({ turn: { quarters: 0, isMirrored: true }, hugs: 1 });
  expect(edges(sent)).toEqual({ right: "P", left: "A", top: "HR", bottom: "FL" });
});

test("a view from above has the armpit's side at its top, however the plate lay", () => {
  for (const patient_orientation of [
    ["P", "L"],
    ["A", "R"],
    ["R", "A"],
    ["L", "P"],
  ] as [string, string][]) {
    const found = edges({ laterality: "R", view_position: "CC", patient_orientation });
    expect(found).toEqual({ right: "P", left: "A", top: "R", bottom: "L" });
  }
  expect(edges({ laterality: "L", view_position: "CC", patient_orientation: ["P", "L"] })?.right).toBe("A");
});

test("what does not say how it lies, and what is no breast, stays as it was sent", () => {
  const untouched = { turn: { quarters: 0, isMirrored: false }, hugs: 0 };
  expect(standing({ laterality: "R", view_position: "CC", patient_orientation: null })).toEqual(untouched);
  expect(standing({ laterality: "", view_position: "CC", patient_orientation: ["A", "R"] })).toEqual(untouched);
  expect(standing({ laterality: "R", view_position: "PA", patient_orientation: ["L", "F"] }, "DX")).toEqual(untouched);
});

test("a whole image stands at the edge where the other breast's begins, and stays there for others when it is told", () => {
  const of = header({
    modality: "MG",
    rows: 100,
    columns: 60,
    pixel_spacing_mm: [1, 1],
    frames: [frame({ position_mm: null, orientation: null })],
  });
  const shown = { header: of, geometry: stackGeometry(of), frameIndex: () => 0 };
  const window = { center: 40, width: 80 };
  const scene = firstScene(shown.geometry, { frame: 0, window, hugs: 1 });
  // 100 mm high in 200 px: half a millimetre a pixel, so 200 mm wide, of which the image takes the rightmost 60.
  const size = { width: 400, height: 200 };
  const camera = cameraOf(scene, shown.geometry, "stack", size);
  expect(toScreen(camera, size, [59.5, 49.5, 0])[0]).toBeCloseTo(400, 9);
  expect(toScreen(camera, size, [-0.5, 49.5, 0])[0]).toBeCloseTo(280, 9);
  const view = paneOf(scene, shown, () => size);
  const other = followed(firstScene(shown.geometry, { frame: 0, window }), shown, view, EVERYTHING);
  expect(other && cameraOf(other, shown.geometry, "stack", size).centre).toEqual(camera.centre);
});
