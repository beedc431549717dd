/** What is written over a pane: of which day its images are, which series, and whether they are older than the case. */
import { formatDay } from "../i18n/dates";
import { currentLanguage, said, t } from "../i18n/text";
import type { CarriedStack, StudyPicture } from "../ui/model";
import type { SlicePlace } from "../viewer/viewer";
import type { StackEntry, View } from "../wire/types";
import { activePane } from "../wire/view";

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

/** The room takes no longer one. */
const CAPTION_CHARS = 500;

/** What a view shows, in words that go with it: its series, its slice, its window. */
export function captionOf(view: View, place: SlicePlace | null, studies: readonly StudyPicture[]): string {
  const pane = activePane(view) ?? view.panes.find((one) => one !== null) ?? null;
  if (pane === null) return "";
  const series = studies
    .find((one) => one.manifest?.study_uid === pane.study_uid)
    ?.manifest?.series.find((one) => one.series_uid === pane.series_uid);
  const { width, center } = pane.window;
  const panes = view.panes.filter((one) => one !== null).length;
  const words = [
    series && (series.description || t("room.series.unnamed", { number: series.number ?? "–" })),
    place && t(place.isSlice ? "room.viewer.slice" : "room.viewer.image", { n: place.n, count: place.count }),
    t("room.window.numbers", { width: Math.round(width), center: Math.round(center) }),
    panes > 1 && t("room.linked.panes", { count: panes }),
  ];
  return words.filter(Boolean).join(" · ").slice(0, CAPTION_CHARS);
}

/** Which side and from where, of a projection, and which picture where that does not tell it from the others. */
function viewOf({ laterality = "", view_position = "", label = [] }: StackEntry): string {
  const side = laterality && (said(`studies.label.laterality.${laterality}`) ?? laterality);
  const number = label.find(({ code }) => code === "instance_number")?.value;
  const image = number === undefined ? "" : said("studies.label.instance_number", { value: String(number) });
  return [side, view_position, image].filter(Boolean).join(" ");
}
