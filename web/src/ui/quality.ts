/** How good the images shown are, in honest words: who drew them, from what, and how much of a series is held. Pure. */
import { type TextKey, t } from "../i18n/text";
import type { Pane } from "../wire/types";
import type { ViewerPicture } from "./model";

type Quality = ViewerPicture["quality"];

const hasSlab = (pane: Pane | null): boolean => pane?.viewports.some(({ slab }) => Boolean(slab)) ?? false;

/** `panes`: those that are spoken of. */
export function qualityKey(
  quality: Quality,
  { isThin, isLossy }: Pick<ViewerPicture, "isThin" | "isLossy">,
  panes: readonly (Pane | null)[],
): TextKey {
  if (isThin) return isLossy && quality === "full" ? "room.thin.quality.full_lossy" : `room.thin.quality.${quality}`;
  // A slab comes from the server, at the size of the screen.
  if (panes.some(hasSlab)) return `room.slab.quality.${quality}`;
  return isLossy && quality === "full" ? "room.quality.full_lossy" : `room.quality.${quality}`;
}

export function qualityWords({ quality, view, held, ...viewer }: ViewerPicture): string {
  const words = t(qualityKey(quality, viewer, view?.panes ?? []));
  return held === null ? words : `${words} · ${t("room.quality.held", held)}`;
}
