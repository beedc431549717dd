import { expect, test } from "vitest";
import { aheadOf } from "../../src/main/ahead";
import type { StudyManifest } from "../../src/wire/types";

const stack = (of: string, frames: number, reason: string | null = null) => ({
  stack: 0,
  kind: reason ? "stack" : "volume",
  reason,
  frames,
  pack_url: `/${of}`,
});

const study = (study_uid: string, series: [string, string, number, string?][]): StudyManifest =>
  ({
    study_uid,
    series: series.map(([series_uid, modality, frames, reason]) => ({
      series_uid,
      modality,
      stacks: [stack(series_uid, frames, reason ?? null)],
    })),
  }) as unknown as StudyManifest;

const HERE = study("now", [
  ["scout", "CT", 2, "localizer"],
  ["plain", "CT", 30],
  ["angio", "CT", 400],
  ["bone", "CT", 60],
  ["flair", "MR", 25],
]);
const BEFORE = study("before", [
  ["old scout", "CT", 2, "localizer"],
  ["old thin", "CT", 200],
  ["old thick", "CT", 40],
  ["old flair", "MR", 300],
]);

const at = (series_uid: string) => ({ study_uid: "now", series_uid, stack: 0 });
const names = (shown: string[]) => aheadOf([HERE, BEFORE], shown.map(at)).map(({ series_uid }) => series_uid);

test("the two series after the one worked in come first, then the longest of its modality in the prior", () => {
  expect(names(["plain"])).toEqual(["angio", "bone", "old thin"]);
  expect(names(["bone"])).toEqual(["flair", "plain", "old thin"]);
});

test("what stands in another pane already is not asked for again", () => {
  expect(names(["plain", "angio"])).toEqual(["bone", "old thin"]);
});

test("nothing is expected where nothing is shown", () => {
  expect(names([])).toEqual([]);
});
