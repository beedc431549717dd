import { describe, expect, test } from "vitest";
import { hang } from "../../src/room/hanging";
import type { SeriesEntry, StudyManifest } from "../../src/wire/types";

type Told = [modality: string, description: string, more?: { kind?: string; reason?: string; frames?: number }];

function study(date: string, ...series: Told[]): StudyManifest {
  return {
    study_id: `STU-${date}`,
    study_uid: `1.${date}`,
    description: "",
    date,
    time: "",
    accession_number: "",
    modalities: [],
    patient: { name: "", family: "", given: "", birth_date: "", sex: "", patient_id: "", issuer: "", ins: "", ins_oid: "" },
    hospital: "",
    received: 1,
    version: "1",
    state: "ready",
    set_aside: 0,
    priors: [],
    series: series.map(([modality, description, more], index) => seriesOf(`1.${date}.${index}`, modality, description, more)),
  } as StudyManifest;
}

function seriesOf(series_uid: string, modality: string, description: string, more: Told[2] = {}): SeriesEntry {
  const { kind = "volume", reason = null, frames = 100 } = more;
  return {
    series_uid,
    number: 1,
    modality,
    description,
    received: frames,
    state: "ready",
    refusal: null,
    stacks: [
      { stack: 0, kind, reason, frames, rows: 512, columns: 512, warnings: [], pack_url: "", thumbnail_url: "" },
    ],
  } as unknown as SeriesEntry;
}

/** Which descriptions stand where. */
function hung(studies: StudyManifest[], pathway: string | null): [string | undefined, string[]] {
  const found = hang(studies, pathway);
  const series = studies.flatMap((one) => one.series);
  const names = found?.stacks.map((one) => series.find((each) => each.series_uid === one.series_uid)?.description ?? "");
  return [found?.rule, names ?? []];
}

describe("stroke", () => {
  test("French: without contrast, angiography, perfusion, then diffusion and FLAIR of the MR", () => {
    const night = study(
      "2026-11-24",
      ["CT", "Scout", { kind: "stack", reason: "localizer", frames: 2 }],
      ["CT", "ANGIO TSA + POLYGONE", { frames: 600 }],
      ["CT", "CÉRÉBRAL 1.0 mm sans injection"],
      ["CT", "PERFUSION", { kind: "stack", frames: 400 }],
      ["MR", "AX DIFFUSION b1000"],
      ["MR", "ADC"],
      ["MR", "SAG FLAIR 3D"],
    );
    expect(hung([night], "stroke")).toEqual([
      "stroke",
      ["CÉRÉBRAL 1.0 mm sans injection", "ANGIO TSA + POLYGONE", "PERFUSION", "AX DIFFUSION b1000", "SAG FLAIR 3D"],
    ]);
    expect(hang([night], "stroke")?.arrangement).toEqual({ rows: 2, columns: 3 });
  });

  test("English, with names of real series", () => {
    const night = study(
      "2026-11-24",
      ["CT", "CTA HEAD NECK", { frames: 900 }],
      ["CT", "STD BRAIN 5MM", { frames: 30 }],
      ["MR", "Ax DWI TENSOR R2"],
      ["MR", "DWI_dir80_PA_ADC"],
      ["MR", "Perfusion_Weighted"],
    );
    expect(hung([night], "stroke")).toEqual([
      "stroke",
      ["STD BRAIN 5MM", "CTA HEAD NECK", "Perfusion_Weighted", "Ax DWI TENSOR R2"],
    ]);
  });

  test("one series alone is shown alone, by the rule that says so", () => {
    const night = study("2026-11-24", ["CT", "CÉRÉBRAL 1.0 mm"]);
    expect(hung([night], "stroke")).toEqual(["longest", ["CÉRÉBRAL 1.0 mm"]]);
    expect(hang([night], "stroke")?.arrangement).toEqual({ rows: 1, columns: 1 });
  });
});

test("a tumour board sees the case beside the newest prior of its kind", () => {
  const now = study("2026-11-24", ["CT", "TAP portal"], ["SR", "Report"]);
  const older = study("2025-01-02", ["CT", "TAP"]);
  const newer = study("2026-06-01", ["MR", "T1"], ["CT", "TAP injecté"]);
  expect(hung([now, older, newer], "oncology")).toEqual(["oncology", ["TAP portal", "TAP injecté"]]);
});

test("neurosurgery: the head, its bone kernel, and the head before", () => {
  const now = study("2026-11-24", ["CT", "CRANE OS"], ["CT", "CRANE 4.5 mm"]);
  const before = study("2026-11-20", ["CT", "CRANE"]);
  expect(hung([now, before], "neurosurgery")).toEqual(["neurosurgery", ["CRANE 4.5 mm", "CRANE OS", "CRANE"]]);
});

test("mammograms stand as on a viewing box, whatever the pathway", () => {
  const now = study(
    "2026-11-24",
    ["MG", "L MLO left", { kind: "stack", frames: 1 }],
    ["MG", "LCC", { kind: "stack", frames: 1 }],
    ["MG", "RMLO", { kind: "stack", frames: 1 }],
    ["MG", "CC droite", { kind: "stack", frames: 1 }],
  );
  expect(hung([now], null)).toEqual(["mammography", ["CC droite", "LCC", "RMLO", "L MLO left"]]);
});

test("without a rule of its own, a case stands beside its prior, and a study of the same day is none", () => {
  const now = study("2026-11-24", ["US", "foie"]);
  expect(hung([now, study("2025-11-24", ["US", "foie"])], "other")[0]).toBe("prior");
  expect(hung([now, study("2026-11-24", ["US", "rein"])], "other")).toEqual(["longest", ["foie"]]);
});

test("nothing that can be shown is nothing", () => {
  expect(hang([], "stroke")).toBeNull();
  expect(hang([study("2026-11-24")], null)).toBeNull();
});

/** Stacks of one series, each of one image, by side and view as their files name them. */
function projections(modality: string, date: string, ...views: [laterality: string, view_position: string][]): StudyManifest {
  const one = study(date, [modality, "", { kind: "stack", reason: "no_geometry", frames: 1 }]);
  const [series] = one.series;
  const [entry] = series?.stacks ?? [];
  if (!series || !entry) throw new Error("one series of one stack");
  const stacks = views.map(([laterality, view_position], stack) => ({ ...entry, stack, laterality, view_position }));
  return { ...one, series: [{ ...series, stacks }] };
}

const views = (studies: StudyManifest[], pathway: string | null = null): [string | undefined, string[]] => {
  const found = hang(studies, pathway);
  const names = found?.stacks.map(({ entry }) => `${entry.laterality ?? ""} ${entry.view_position ?? ""}`.trim());
  return [found?.rule, names ?? []];
};

describe("projections", () => {
  test("mammograms hang by what their files say: CC above, right breast on the left", () => {
    const sent = projections("MG", "2026-11-24", ["L", "MLO"], ["R", "MLO"], ["L", "CC"], ["R", "CC"]);
    expect(views([sent])).toEqual(["mammography", ["R CC", "L CC", "R MLO", "L MLO"]]);
    expect(hang([sent], null)?.arrangement).toEqual({ rows: 2, columns: 2 });
  });

  test("both sides of a pair stand beside each other, the right one on the left", () => {
    expect(views([projections("DX", "2026-11-24", ["L", "AP"], ["R", "AP"])])).toEqual(["both_sides", ["R AP", "L AP"]]);
  });

  test("a chest: from the front, from the side, and the earlier one from the front", () => {
    const now = projections("DX", "2026-11-24", ["", "LL"], ["", "PA"]);
    const before = projections("DX", "2025-01-02", ["", "LL"], ["", "AP"]);
    expect(views([now, before])).toEqual(["radiograph", ["PA", "LL", "AP"]]);
  });

  test("a knee sent along does not take a stroke's place", () => {
    const night = study("2026-11-24", ["CT", "CÉRÉBRAL sans injection"], ["CT", "ANGIO TSA"]);
    const knees = projections("DX", "2026-11-24", ["L", "AP"], ["R", "AP"]);
    expect(hang([night, knees], "stroke")?.rule).toBe("stroke");
  });
});

describe("what is taken of several", () => {
  test("of a diffusion series the highest b-value, its trace before a direction", () => {
    const night = study("2026-11-24", ["CT", "CÉRÉBRAL sans injection"], ["MR", "AX DIFFUSION"]);
    const [ct, mr] = night.series as [SeriesEntry, SeriesEntry];
    const [entry] = mr.stacks as [SeriesEntry["stacks"][number]];
    const b = (stack: number, value: number, direction?: number): typeof entry => ({
      ...entry,
      stack,
      label: [
        { code: "b_value", value },
        ...(direction === undefined ? [] : [{ code: "direction" as const, value: direction }]),
      ],
    });
    const sent = { ...night, series: [ct, { ...mr, stacks: [b(0, 0), b(1, 1000, 1), b(2, 1000), b(3, 500)] }] };
    expect(hang([sent], "stroke")?.stacks.map((one) => one.entry.stack)).toEqual([0, 2]);
  });

  test("at a tumour board the injected CT, its PET, and the prior like it", () => {
    const now = study("2026-11-24", ["CT", "TAP sans injection"], ["CT", "TAP portal"], ["PT", "PET WB"]);
    const before = study("2026-06-01", ["PT", "PET WB"], ["CT", "TAP portal"], ["CT", "TAP sans injection"]);
    expect(hung([now, before], "oncology")).toEqual(["oncology", ["TAP portal", "PET WB", "TAP portal"]]);
  });
});
