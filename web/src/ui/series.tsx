/** The strip of series: what there is, what is missing, what cannot be reformatted and why; priors stand apart. */
import type { JSX } from "preact";
import { formatDay } from "../i18n/dates";
import { currentLanguage, said, t } from "../i18n/text";
import type { ObjectEntry, Pane, PriorEntry, SeriesEntry, StackEntry, StudyManifest } from "../wire/types";
import { CARRIED } from "../wire/view";
import { useRoom } from "./context";
import { Icon } from "./icons";
import type { StudyPicture } from "./model";
import { ObjectCard } from "./objects";
import { qualityKey } from "./quality";

export function SeriesStrip(): JSX.Element {
  const { model } = useRoom();
  const studies = model.studies.value;
  const priors = priorsOf(studies);
  // The room is about its first study; only what is older than that is a prior.
  const shownDay = studies[0]?.manifest?.date ?? "";
  return (
    <nav class="series" aria-label={t("room.series")}>
      {studies.map((study) => (
        <Study key={study.study_id} study={study} shown={shownDay} />
      ))}
      {priors.length > 0 && (
        <section class="study prior" aria-label={t("room.priors")}>
          <h2>{t("room.priors")}</h2>
          {priors.map((prior) => (
            <PriorLine key={prior.study_id} prior={prior} shown={shownDay} />
          ))}
        </section>
      )}
    </nav>
  );
}

/** Those that the room does not already show. */
function priorsOf(studies: readonly StudyPicture[]): readonly PriorEntry[] {
  const shown = new Set(studies.map((one) => one.study_id));
  const found = studies.flatMap((one) => one.manifest?.priors ?? []);
  const first = new Map(found.filter((one) => !shown.has(one.study_id)).map((one) => [one.study_id, one]));
  return [...first.values()];
}

function PriorLine({ prior, shown }: { prior: PriorEntry; shown: string }): JSX.Element {
  const day = formatDay(prior.date, currentLanguage());
  return (
    <p class="prior-line">
      <span class="badge warn">{t(prior.date < shown ? "room.prior" : "room.prior_same_day", { day })}</span>
      <span>{[prior.modalities.join("/"), prior.description].filter(Boolean).join(" · ")}</span>
      <span class="soft">{t("room.prior_elsewhere")}</span>
    </p>
  );
}

function Study({ study, shown }: { study: StudyPicture; shown: string }): JSX.Element {
  const { actions } = useRoom();
  const { manifest, failed, study_id } = study;
  if (manifest === null) {
    return (
      <section class="study">
        {failed === null ? (
          <p class="soft" role="status">
            {t("room.study.loading")}
          </p>
        ) : (
          <div class="notice danger" role="alert">
            <p>{failed}</p>
            <button type="button" onClick={() => actions.loadStudy(study_id)}>
              {t("room.retry")}
            </button>
          </div>
        )}
      </section>
    );
  }
  const isPrior = manifest.date < shown;
  return (
    <section class={isPrior ? "study prior" : "study"} aria-label={manifest.description}>
      <StudyHead manifest={manifest} isPrior={isPrior} />
      <ul>
        {manifest.series.map((series) => (
          <Series key={series.series_uid} study_uid={manifest.study_uid} series={series} />
        ))}
      </ul>
    </section>
  );
}

function StudyHead({ manifest, isPrior }: { manifest: StudyManifest; isPrior: boolean }): JSX.Element {
  const day = formatDay(manifest.date, currentLanguage());
  return (
    <div class="study-head">
      {isPrior && <span class="badge warn">{t("room.prior", { day })}</span>}
      <h2>{manifest.description || t("room.study.unnamed")}</h2>
      <p class="soft">{[day, manifest.modalities.join("/"), manifest.hospital].filter(Boolean).join(" · ")}</p>
      {manifest.state === "preparing" && (
        <p class="caution" role="status">
          <Icon name="warning" />
          {t("room.study.incomplete", { count: manifest.received })}
        </p>
      )}
      {manifest.set_aside > 0 && (
        <p class="caution">
          <Icon name="warning" />
          {t("room.study.set_aside", { count: manifest.set_aside })}
        </p>
      )}
    </div>
  );
}

function Series({ study_uid, series }: { study_uid: string; series: SeriesEntry }): JSX.Element {
  const name = series.description || t("room.series.unnamed", { number: series.number ?? "–" });
  const objects = series.objects ?? [];
  if (series.stacks.length === 0 && objects.length > 0) return <Objects objects={objects} name={name} />;
  if (series.stacks.length === 0) {
    const why = series.state === "refused" ? t("room.series.refused") : t("room.series.preparing");
    const reason = series.refusal === null ? null : said(`studies.set_aside.${series.refusal}`);
    return (
      <li class="series-card unavailable" title={reason ?? undefined}>
        <p class="name">{name}</p>
        <p class={series.state === "refused" ? "caution" : "soft"}>{reason ?? why}</p>
      </li>
    );
  }
  return (
    <>
      {series.stacks.map((stack) => (
        <StackCard key={stack.stack} study_uid={study_uid} series={series} stack={stack} name={name} />
      ))}
      <Objects objects={objects} name={name} />
    </>
  );
}

function Objects({ objects, name }: { objects: readonly ObjectEntry[]; name: string }): JSX.Element {
  return (
    <>
      {objects.map((object) => (
        <ObjectCard key={object.sop_instance_uid} object={object} name={name} />
      ))}
    </>
  );
}

type StackProps = { study_uid: string; series: SeriesEntry; stack: StackEntry; name: string };

function StackCard({ study_uid, series, stack, name }: StackProps): JSX.Element {
  const { model, actions } = useRoom();
  const { view, quality, ...viewer } = model.viewer.value;
  const isOf = (pane: Pane | null): boolean => pane?.series_uid === series.series_uid && pane.stack === stack.stack;
  const isOpen = view?.panes.some(isOf) ?? false;
  const isShared = model.state.value.view?.panes.some(isOf) ?? false;
  const cautions = cautionsOf(stack, series.modality);
  return (
    <li>
      <button
        type="button"
        class={isShared ? "series-card shared" : "series-card"}
        aria-current={isOpen}
        draggable
        onDragStart={(event) => {
          const carried = JSON.stringify({ study_uid, series_uid: series.series_uid, stack: stack.stack });
          event.dataTransfer?.setData(CARRIED, carried);
        }}
        onClick={() => actions.openStack(study_uid, series.series_uid, stack)}
      >
        <img src={stack.thumbnail_url} alt="" width="64" height="64" loading="lazy" draggable={false} />
        <span class="words">
          <span class="name">{name}</span>
          <span class="soft">{[series.modality, ...labelOf(stack), countOf(stack)].join(" · ")}</span>
          {isOpen && (
            <span class={`quality ${quality}`}>{t(qualityKey(quality, viewer, view?.panes.filter(isOf) ?? []))}</span>
          )}
          {isShared && !isOpen && <span class="quality shared">{t("room.series.shared")}</span>}
        </span>
      </button>
      {cautions.map((caution) => (
        <p key={caution} class="caution">
          <Icon name="warning" />
          {caution}
        </p>
      ))}
    </li>
  );
}

const countOf = (stack: StackEntry): string =>
  stack.frames === 1 ? t("room.series.one_image") : t("room.series.images", { count: stack.frames });

/** What sets a stack apart from the others of its series: its b-value, echo, time. */
export const labelOf = (stack: StackEntry): readonly string[] =>
  (stack.label ?? []).map(
    ({ code, value }) =>
      said(`studies.label.${code}.${value}`) ?? said(`studies.label.${code}`, { value: String(value) }) ?? code,
  );

/** How much is missing where that is known, in place of the words that only say so. */
function countsOf({ missing, expected }: StackEntry): Record<string, string> {
  return {
    ...(missing ? { missing_slices: t("room.caution.missing_count", { count: missing }) } : {}),
    ...(expected ? { fewer_than_acquired: t("room.caution.received", { expected }) } : {}),
  };
}

/** Of these nobody expects planes through a volume. */
const PLAIN = new Set(["CR", "DX", "MG", "RG", "RF", "XA", "IO", "PX", "US", "IVUS", "ES", "XC", "GM", "SC"]);

/** Why there is no reformatting, then whatever else the server has found odd. */
export function cautionsOf(stack: StackEntry, modality: string): readonly string[] {
  // Where planes are drawn from a resampled volume, the reason is a caution and no refusal.
  const isPlain = stack.reason === "no_geometry" && PLAIN.has(modality);
  const kind = stack.warnings.includes("resampled") ? "caution" : "reason";
  const reason =
    stack.reason === null || isPlain ? [] : [said(`room.${kind}.${stack.reason}`) ?? t("room.reason.other")];
  const counted = countsOf(stack);
  const others = stack.warnings.filter((code) => code !== stack.reason && !(code in counted));
  return [...reason, ...Object.values(counted), ...others.map((code) => said(`room.caution.${code}`) ?? code)];
}
