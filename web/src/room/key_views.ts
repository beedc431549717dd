/** Key views: what is kept of a view for the conclusion; pure. */
import type { AddKeyView, Pane, RoomState } from "../wire/types";
import { onePane } from "../wire/view";

/** The room takes no longer one. */
export const CAPTION_CHARS = 500;

export function keepView(pane: Pane, caption: string, key_view_id: string): AddKeyView {
  return {
    t: "key_view.add",
    key_view_id,
    viewport: pane.active,
    view: onePane(pane),
    caption: caption.trim().slice(0, CAPTION_CHARS),
  };
}

/** Capturing the same image twice in a row is a slip of the finger, not a second key view. */
export function isKept(state: RoomState, pane: Pane): boolean {
  const view = JSON.stringify(onePane(pane));
  return state.key_views.some((one) => JSON.stringify(one.view) === view);
}
