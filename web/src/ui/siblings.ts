/** Stacks of one series to step through: the same places at other times or echoes, or pictures without a place; pure. */
import type { Pane, StackEntry, StudyManifest } from "../wire/types";

type Studies = readonly { manifest: StudyManifest | null }[];

export type Sibling = { study_uid: string; series_uid: string; stack: StackEntry };

/** Those of the pane's stack in the order of the series, itself among them; none where it stands alone. */
export function siblingsOf(studies: Studies, pane: Pane | null): StackEntry[] {
  const stacks = stacksOf(studies, pane);
  const here = stacks.find((one) => one.stack === pane?.stack);
  const found = here && isPicture(here) ? stacks.filter(isPicture) : alike(stacks, here);
  return found.length > 1 ? found : [];
}

const alike = (stacks: readonly StackEntry[], here: StackEntry | undefined): StackEntry[] =>
  (here?.siblings ?? []).flatMap((number) => stacks.find((one) => one.stack === number) ?? []);

/** A radiograph or a clip: each stands in a stack of its own where its spacing or its window is its own. */
export const isPicture = ({ reason }: StackEntry): boolean => reason === "no_geometry";

/** The next one, around the end: a course in time is looked at over and over. */
export function siblingOf(studies: Studies, pane: Pane | null, by: -1 | 1): Sibling | null {
  const siblings = siblingsOf(studies, pane);
  const at = siblings.findIndex((one) => one.stack === pane?.stack);
  const stack = siblings[(at + by + siblings.length) % Math.max(siblings.length, 1)];
  return pane && stack ? { study_uid: pane.study_uid, series_uid: pane.series_uid, stack } : null;
}

function stacksOf(studies: Studies, pane: Pane | null): readonly StackEntry[] {
  const study = studies.find(({ manifest }) => manifest?.study_uid === pane?.study_uid)?.manifest;
  return study?.series.find((series) => series.series_uid === pane?.series_uid)?.stacks ?? [];
}
