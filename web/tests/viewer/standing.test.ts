import { expect, test } from "vitest";
import { projectionLetters } from "../../src/lib/orientation";
import { standingOf } from "../../src/viewer/standing";
import { frame, header } from "./make";

type Told = { laterality: string; view_position: string; patient_orientation: [string, string] | null };

const standing = (told: Told, modality = "MG") => standingOf(header({ modality, frames: [frame(told)] }), 0);
/** What the edges say once it hangs. */
const edges = (told: Told) =>
  told.patient_orientation && projectionLetters(told.patient_orientation, standing(told));

test("a breast that was sent as it hangs is left as it is", () => {
  // The NEMA sample MG1: left MLO, rows to the front, columns to the feet.
  const sent: Told = { laterality: "L", view_position: "MLO", patient_orientation: ["A", "F"] };
  expect(standing(sent)).toEqual({ quarters: 0, isMirrored: false });
  expect(edges(sent)).toEqual({ right: "A", left: "P", top: "H", bottom: "F" });
});

test("a right breast that was sent looking to the right is flipped: chest walls meet in the middle", () => {
  const sent: Told = { laterality: "R", view_position: "MLO", patient_orientation: ["A", "FL"] };
  expect(standing(sent)).toEqual({ quarters: 0, isMirrored: true });
  expect(edges(sent)).toEqual({ right: "P", left: "A", top: "HR", bottom: "FL" });
});

test("a view from above has the armpit's side at its top, however the plate lay", () => {
  for (const patient_orientation of [["P", "L"], ["A", "R"], ["R", "A"], ["L", "P"]] as [string, string][]) {
    const found = edges({ laterality: "R", view_position: "CC", patient_orientation });
    expect(found).toEqual({ right: "P", left: "A", top: "R", bottom: "L" });
  }
  expect(edges({ laterality: "L", view_position: "CC", patient_orientation: ["P", "L"] })?.right).toBe("A");
});

test("what does not say how it lies, and what is no breast, stays as it was sent", () => {
  const untouched = { quarters: 0, isMirrored: false };
  expect(standing({ laterality: "R", view_position: "CC", patient_orientation: null })).toEqual(untouched);
  expect(standing({ laterality: "", view_position: "CC", patient_orientation: ["A", "R"] })).toEqual(untouched);
  expect(standing({ laterality: "R", view_position: "PA", patient_orientation: ["L", "F"] }, "DX")).toEqual(untouched);
});
