/** Which series are likely to be asked for next: those after the one shown, then the same kind in the other studies. Pure. */
import type { StackRef } from "../room/screen";
import type { StackEntry, StudyManifest } from "../wire/types";
import { stackRef } from "./catalogue";

type Shown = { study_uid: string; series_uid: string; stack: number };
type Candidate = { ref: StackRef; entry: StackEntry; modality: string };

const MOST = 4;
// Of the study that is read; the others are its priors.
const MOST_HERE = 2;

/** `shown`: what stands in the panes, the one worked in first. */
export function aheadOf(manifests: readonly StudyManifest[], shown: readonly Shown[]): StackRef[] {
  const [active] = shown;
  if (!active) return [];
  const isShown = ({ ref }: Candidate): boolean => shown.some((one) => keyOf(one) === keyOf(ref));
  const studies = manifests.map((manifest) => ({ study_uid: manifest.study_uid, stacks: candidates(manifest) }));
  const here = studies.find(({ study_uid }) => study_uid === active.study_uid)?.stacks ?? [];
  const place = here.findIndex(({ ref }) => keyOf(ref) === keyOf(active));
  const modality = here[place]?.modality;
  const next = [...here.slice(place + 1), ...here.slice(0, Math.max(0, place))].slice(0, MOST_HERE);
  const others = studies
    .filter(({ study_uid }) => study_uid !== active.study_uid)
    .flatMap(({ stacks }) => longest(stacks.filter((one) => one.modality === modality)));
  return [...next, ...others]
    .filter((one) => !isShown(one))
    .slice(0, MOST)
    .map(({ ref }) => ref);
}

const keyOf = ({ study_uid, series_uid, stack }: Shown): string => `${study_uid}/${series_uid}/${stack}`;

/** Every stack but localizers, as the list of series shows them. */
const candidates = ({ study_uid, series }: StudyManifest): Candidate[] =>
  series.flatMap(({ series_uid, modality, stacks }) =>
    stacks
      .filter(({ reason }) => reason !== "localizer")
      .map((entry) => ({ ref: stackRef(study_uid, series_uid, entry), entry, modality })),
  );

const longest = (stacks: readonly Candidate[]): Candidate[] =>
  stacks.toSorted((one, other) => other.entry.frames - one.entry.frames).slice(0, 1);
