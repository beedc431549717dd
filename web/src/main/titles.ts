/** What is written over a pane: of which day its images are, which series, and whether they are older than the case. */
import { formatDay } from "../i18n/dates";
import { currentLanguage, said, t } from "../i18n/text";
import type { CarriedStack, StudyPicture } from "../ui/model";
import type { StackEntry } from "../wire/types";

export function titleOf(
  stack: CarriedStack,
  studies: readonly StudyPicture[],
): { title: string; prior: string | null } {
  const study = studies.find((one) => one.manifest?.study_uid === stack.study_uid)?.manifest;
  if (!study) return { title: "", prior: null };
  const day = formatDay(study.date, currentLanguage());
  const series = study.series.find((one) => one.series_uid === stack.series_uid);
  const name = series?.description || t("room.series.unnamed", { number: series?.number ?? "–" });
  // The room is about its first study; only what is older than that is a prior.
  const isPrior = study.date < (studies[0]?.manifest?.date ?? "");
  const entry = series?.stacks.find((one) => one.stack === stack.stack);
  const words = [day, series?.modality, name, entry && viewOf(entry)].filter(Boolean).join(" · ");
  return { title: words, prior: isPrior ? t("room.pane.prior") : null };
}

/** Which side and from where, of a projection. */
function viewOf({ laterality = "", view_position = "" }: StackEntry): string {
  const side = laterality && (said(`studies.label.laterality.${laterality}`) ?? laterality);
  return [side, view_position].filter(Boolean).join(" ");
}
