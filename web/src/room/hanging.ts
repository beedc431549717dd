/**
 * Which series stand where when a case is opened, by its pathway: a table of rules that one can read; pure.
 *
 * Descriptions are words of technologists in two languages, so a rule takes what says clearly what it is and leaves the
 * rest to the reader. Which rule was taken, the menu says.
 */
import type { Arrangement, SeriesEntry, StackEntry, StudyManifest } from "../wire/types";

export type HungStack = { study_uid: string; series_uid: string; entry: StackEntry };
export type Hanging = { rule: RuleName; arrangement: Arrangement; stacks: readonly HungStack[] };

export type RuleName =
  | "stroke"
  | "neurosurgery"
  | "oncology"
  | "mammography"
  | "both_sides"
  | "radiograph"
  | "prior"
  | "longest";

type Candidate = HungStack & { series: SeriesEntry; isPrior: boolean; date: string };
type Part = {
  modality: readonly string[];
  /** As View Position and laterality of the images name them; of a part with `says`, that counts where they are not told. */
  view?: readonly string[];
  side?: Side;
  says?: RegExp;
  not?: RegExp;
  of: "case" | "prior";
  /** Beyond what is of worth anywhere (`worth`): the higher, the rather. */
  prefers?: (candidate: Candidate) => number;
};
type Rule = { name: RuleName; pathways: readonly string[] | null; parts: readonly Part[]; least: number };

const ANGIO = /\b(angio|cta|tsa|polygone|willis|troncs?)\b|angio/;
const CONTRAST = /inject|iodé|contrast|\biv\b|\bc\+|art[eé]riel|portal|veineu|venous/;
const WITHOUT_CONTRAST = /sans\s+(inj|contrast|iv)|(without|w\/o|no|non)[\s-]*(iv\s*)?contrast|\bsi\b|plain|\bc-/;
const PERFUSION = /perf|\bcbf\b|\bcbv\b|tmax|\bmtt\b/;
const DIFFUSION = /\bdwi\b|diffusion|\bdiff\b|trace|b\s?=?\s?1000/;
const FLAIR = /flair/;
const MAP = /\badc\b|colfa|\bfa\b|exponential/;
const BONE = /\bos\b|osseux|bone/;

type Side = "R" | "L";
const SIDES: Record<Side, RegExp> = {
  R: /\b(right|droite?|rt)\b|\b[rd](cc|mlo)\b/,
  L: /\b(left|gauche|lt)\b|\b[lg](cc|mlo)\b/,
};
const VIEWS = { CC: /\bcc\b|\b[rlgd]cc\b/, MLO: /\bmlo\b|\b[rlgd]mlo\b|oblique/ } as const;

/** By what the file says of the image; by the words of the series where it says nothing. */
const MAMMOGRAM = (view: keyof typeof VIEWS, side: Side, of: Part["of"] = "case"): Part => ({
  modality: ["MG", "RG"],
  view: [view],
  side,
  says: new RegExp(`(?=.*(${VIEWS[view].source}))(?=.*(${SIDES[side].source}))`),
  of,
});
const RADIOGRAPHS = ["CR", "DX"];
const FRONT = ["PA", "AP"];
const LATERAL = ["LL", "RL", "LAT", "LATERAL"];

/** In order of preference; the first of which enough parts are found is taken. */
export const RULES: readonly Rule[] = [
  {
    name: "mammography",
    pathways: null,
    // As on a viewing box: right breast on the left.
    parts: [MAMMOGRAM("CC", "R"), MAMMOGRAM("CC", "L"), MAMMOGRAM("MLO", "R"), MAMMOGRAM("MLO", "L")],
    least: 2,
  },
  {
    name: "stroke",
    pathways: ["stroke"],
    parts: [
      { modality: ["CT"], not: new RegExp(`${ANGIO.source}|${PERFUSION.source}|${BONE.source}`), of: "case" },
      { modality: ["CT"], says: ANGIO, of: "case" },
      { modality: ["CT", "MR"], says: PERFUSION, not: MAP, of: "case" },
      { modality: ["MR"], says: DIFFUSION, not: MAP, of: "case", prefers: highB },
      { modality: ["MR"], says: FLAIR, of: "case" },
    ],
    least: 2,
  },
  {
    name: "neurosurgery",
    pathways: ["neurosurgery"],
    parts: [
      { modality: ["CT"], not: new RegExp(`${ANGIO.source}|${BONE.source}`), of: "case" },
      { modality: ["CT"], says: BONE, of: "case" },
      { modality: ["CT"], says: ANGIO, of: "case" },
      { modality: ["CT"], not: new RegExp(`${ANGIO.source}|${BONE.source}`), of: "prior" },
    ],
    least: 2,
  },
  {
    name: "oncology",
    pathways: ["oncology"],
    parts: [
      { modality: ["CT", "MR"], of: "case", prefers: injected },
      { modality: ["PT"], of: "case" },
      { modality: ["CT", "MR", "PT"], of: "prior", prefers: injected },
    ],
    least: 2,
  },
  {
    name: "both_sides",
    pathways: null,
    parts: [
      { modality: RADIOGRAPHS, side: "R", of: "case" },
      { modality: RADIOGRAPHS, side: "L", of: "case" },
    ],
    least: 2,
  },
  {
    name: "radiograph",
    pathways: null,
    parts: [
      { modality: RADIOGRAPHS, view: FRONT, of: "case" },
      { modality: RADIOGRAPHS, view: LATERAL, of: "case" },
      { modality: RADIOGRAPHS, view: FRONT, of: "prior" },
    ],
    least: 2,
  },
  {
    name: "prior",
    pathways: null,
    parts: [
      { modality: [], of: "case" },
      { modality: [], of: "prior" },
    ],
    least: 2,
  },
  { name: "longest", pathways: null, parts: [{ modality: [], of: "case" }], least: 1 },
];

/** The first study is the case's; what is older is a prior. Null where nothing can be shown. */
export function hang(studies: readonly StudyManifest[], pathway: string | null): Hanging | null {
  const candidates = candidatesOf(studies);
  for (const rule of RULES) {
    if (rule.pathways !== null && (pathway === null || !rule.pathways.includes(pathway))) continue;
    const found: Candidate[] = [];
    for (const part of rule.parts) found.push(...bestOf(candidates, part, found));
    if (found.length < rule.least) continue;
    const stacks = found.map(({ study_uid, series_uid, entry }) => ({ study_uid, series_uid, entry }));
    return { rule: rule.name, arrangement: gridFor(stacks.length), stacks };
  }
  return null;
}

function candidatesOf(studies: readonly StudyManifest[]): Candidate[] {
  const day = studies[0]?.date ?? "";
  return studies.flatMap(({ study_uid, date, series }) =>
    series.flatMap((one) =>
      one.stacks.map((entry) => ({
        study_uid,
        series_uid: one.series_uid,
        entry,
        series: one,
        isPrior: date < day,
        date,
      })),
    ),
  );
}

function bestOf(candidates: readonly Candidate[], part: Part, taken: readonly Candidate[]): Candidate[] {
  const fitting = candidates.filter((one) => fits(one, part) && !taken.includes(one));
  // A prior is compared with what it is a prior of.
  const like = part.of === "prior" ? taken[0]?.series.modality : undefined;
  const alike = like === undefined ? fitting : fitting.filter((one) => one.series.modality === like);
  const full = (one: Candidate): number => worth(one) + (part.prefers?.(one) ?? 0);
  return alike.toSorted((one, other) => full(other) - full(one)).slice(0, 1);
}

function fits(candidate: Candidate, part: Part): boolean {
  const { series, isPrior, entry } = candidate;
  const words = series.description.toLowerCase().replaceAll("_", " ");
  const isOfStudy = isPrior === (part.of === "prior") && entry.reason !== "localizer";
  const isOfModality = part.modality.length === 0 || part.modality.includes(series.modality);
  const isSo = isToldSo(entry, part) ?? part.says?.test(words) ?? true;
  return isOfStudy && isOfModality && isSo && !(part.not?.test(words) ?? false);
}

/** Null where this part asks for no view, or the images tell nothing and there are words to go by. */
function isToldSo({ view_position = "", laterality = "" }: StackEntry, { view, side, says }: Part): boolean | null {
  if (view === undefined && side === undefined) return null;
  const isTold = (view === undefined || view_position !== "") && (side === undefined || laterality !== "");
  if (!isTold && says !== undefined) return null;
  const isView = view === undefined || view.includes(view_position.toUpperCase());
  return isView && (side === undefined || side === laterality.toUpperCase());
}

const INJECTED_LATER = 1e5;

function isInjected({ description }: SeriesEntry): boolean {
  const words = description.toLowerCase();
  return CONTRAST.test(words) && !WITHOUT_CONTRAST.test(words);
}

/** Tumours are followed on the injected images. */
function injected({ series }: Candidate): number {
  return isInjected(series) ? 2 * INJECTED_LATER : 0;
}

/** Of a diffusion series its highest b-value, and the trace before single directions: a b0 shows no stroke. */
function highB({ entry }: Candidate): number {
  const said = (code: string): number | undefined => {
    const value = entry.label?.find((part) => part.code === code)?.value;
    return typeof value === "number" ? value : undefined;
  };
  const hasDirection = entry.label?.some((part) => part.code === "direction") ?? false;
  return 10 * (said("b_value") ?? 0) + (hasDirection ? 0 : 1);
}

/** A volume before anything else, the newest of priors, images without contrast before those with it, then the longest. */
function worth({ series, entry, date }: Candidate): number {
  return (
    (entry.kind === "volume" ? 1e15 : 0) +
    (Number(date.replaceAll("-", "")) || 0) * 1e6 -
    (isInjected(series) ? INJECTED_LATER : 0) +
    entry.frames
  );
}

function gridFor(count: number): Arrangement {
  if (count <= 3) return { rows: 1, columns: count };
  return { rows: 2, columns: Math.ceil(count / 2) };
}
