/** What the room asks of the viewer; the viewer's own surface fits it, and a test can stand in. */
import type { Away } from "../wire/facets";
import type { Arrangement, Facets, Pane, View } from "../wire/types";

export type StackRef = { study_uid: string; series_uid: string; stack: number; pack_url: string };
export type Place = { sop_instance_uid: string; frame: number };
export type ShowResult = "same" | "coarse" | "loading" | "elsewhere";

export type Screen = {
  /** In the active pane. */
  open(stack: StackRef, at?: Place): Promise<void>;
  /** Several stacks at once, one a pane, in this order; resolves when an image of each is drawn. */
  hang(arrangement: Arrangement, stacks: readonly StackRef[]): Promise<void>;
  view(): View | null;
  /** `stacks`: where the packs of the view's panes are, null where that is not known (yet). */
  show(view: View, stacks: readonly (StackRef | null)[], facets: Facets): ShowResult;
  /** In the parts named, or in all. */
  compare(view: View, facets?: Facets): ShowResult;
  /** Why no slice at the place of this view can be shown in what stands here; null where one can. */
  away(view: View): Away | null;
};

type StackName = { study_uid: string; series_uid: string; stack: number };

export const isSameStack = (one: StackName | null, other: StackName | null): boolean =>
  one !== null &&
  other !== null &&
  one.study_uid === other.study_uid &&
  one.series_uid === other.series_uid &&
  one.stack === other.stack;

/** The image in the middle of attention, so that its slice is fetched first. */
export function placeOf(pane: Pane): Place | undefined {
  const shown = pane.viewports.find((one) => one.id === pane.active && one.sop_instance_uid) ?? pane.viewports[0];
  return shown?.sop_instance_uid ? { sop_instance_uid: shown.sop_instance_uid, frame: shown.frame ?? 1 } : undefined;
}
