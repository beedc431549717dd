/** Key views: what is kept of a view for the conclusion; pure. */
import type { AddKeyView, RoomState, View } from "../wire/types";

/** The room takes no longer one. */
export const CAPTION_CHARS = 500;

export function keepView(view: View, caption: string, key_view_id: string): AddKeyView {
  return {
    t: "key_view.add",
    key_view_id,
    viewport: view.active,
    view,
    caption: caption.trim().slice(0, CAPTION_CHARS),
  };
}

/** Capturing the same image twice in a row is a slip of the finger, not a second key view. */
export function isKept(state: RoomState, view: View): boolean {
  return state.key_views.some((one) => JSON.stringify(one.view) === JSON.stringify(view));
}
