/** The studies of the room as the server lists them, and where a view's pack is fetched; draws nothing. */
import type { StackRef } from "../room/screen";
import type { StudyPicture } from "../ui/model";
import type { SeriesVersion } from "../viewer/library";
import { getJson } from "../wire/api";
import type { ObjectEntry, Pane, StackEntry, StudyManifest, StudyVersion } from "../wire/types";

/** A study that is still arriving is asked for again: its series become ready one by one. */
const AGAIN_MS = 4000;
/** More images of a study that was there may still come: a scanner sends series by series. */
const LOOK_MS = 10_000;

export type CatalogueWorld = {
  changed(studies: readonly StudyPicture[]): void;
  refusal(says: string): string;
  later(ms: number, run: () => void): void;
  /** Whether anybody sees the page. */
  isSeen(): boolean;
};

export type Catalogue = {
  load(study_id: string): Promise<void>;
  find(view: Pick<Pane, "study_uid" | "series_uid" | "stack">): StackRef | null;
  /** An object that lies over images, by its name, whichever study of the room holds it. */
  findObject(sop_instance_uid: string): ObjectEntry | null;
  /** All objects of the room's studies. */
  objects(): readonly ObjectEntry[];
  /** Every study of the room has been listed, whole. */
  isListed(): boolean;
  /** What to show where nobody has shown anything yet: the longest volume of the first study. */
  first(): StackRef | null;
};

export function createCatalogue(study_ids: readonly string[], world: CatalogueWorld): Catalogue {
  let studies: readonly StudyPicture[] = study_ids.map((study_id) => ({ study_id, manifest: null, failed: null }));

  const set = (next: StudyPicture): void => {
    studies = studies.map((one) => (one.study_id === next.study_id ? next : one));
    world.changed(studies);
  };

  const load = async (study_id: string): Promise<void> => {
    const answer = await getJson<StudyManifest>(`/api/studies/${encodeURIComponent(study_id)}`);
    const known = studies.find((one) => one.study_id === study_id)?.manifest ?? null;
    if (!answer.ok) return set({ study_id, manifest: known, failed: world.refusal(answer.refusal.says) });
    set({ study_id, manifest: answer.value, failed: null });
    if (answer.value.state === "preparing") world.later(AGAIN_MS, () => void load(study_id));
    else world.later(LOOK_MS, () => void look(study_id, answer.value.version));
  };

  const look = async (study_id: string, version: string): Promise<void> => {
    const path = `/api/studies/${encodeURIComponent(study_id)}/version`;
    const answer = world.isSeen() ? await getJson<StudyVersion>(path) : null;
    const hasChanged = answer?.ok && (answer.value.version !== version || answer.value.state !== "ready");
    if (hasChanged) await load(study_id);
    else world.later(LOOK_MS, () => void look(study_id, version));
  };

  const objects = (): ObjectEntry[] =>
    studies.flatMap(({ manifest }) => manifest?.series.flatMap(({ objects: held = [] }) => held) ?? []);

  return {
    load,
    find({ study_uid, series_uid, stack }) {
      const manifest = studies.find((one) => one.manifest?.study_uid === study_uid)?.manifest;
      const series = manifest?.series.find((one) => one.series_uid === series_uid);
      const entry = series?.stacks.find((one) => one.stack === stack);
      return entry === undefined ? null : stackRef(study_uid, series_uid, entry);
    },
    findObject: (sop_instance_uid) => objects().find((one) => one.sop_instance_uid === sop_instance_uid) ?? null,
    objects,
    isListed: () => studies.every(({ manifest, failed }) => failed !== null || manifest?.state === "ready"),
    first() {
      const manifest = studies[0]?.manifest;
      if (!manifest) return null;
      const all = manifest.series.flatMap(({ series_uid, stacks }) => stacks.map((entry) => ({ series_uid, entry })));
      const best = all.toSorted((one, other) => worth(other.entry) - worth(one.entry))[0];
      return best === undefined ? null : stackRef(manifest.study_uid, best.series_uid, best.entry);
    },
  };
}

export const stackRef = (study_uid: string, series_uid: string, { stack, pack_url }: StackEntry): StackRef => ({
  study_uid,
  series_uid,
  stack,
  pack_url,
});

/** What the packs of each series are of, as the server last said. */
export const versionsOf = (studies: readonly StudyPicture[]): SeriesVersion[] =>
  studies.flatMap(({ manifest }) =>
    (manifest?.series ?? []).map(({ series_uid, version }) => ({
      study_uid: manifest?.study_uid ?? "",
      series_uid,
      version: version ?? null,
    })),
  );

/** A volume before anything else, a localizer after everything. */
const worth = ({ kind, reason, frames }: StackEntry): number =>
  (kind === "volume" ? 1_000_000 : reason === "localizer" ? -1_000_000 : 0) + frames;
