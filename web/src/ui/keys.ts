/** Which key does what; pure, so that the help can list exactly what the page obeys. */
import type { TextKey } from "../i18n/text";
import { PRESETS } from "./presets";

export type KeyAct =
  | { do: "preset"; index: number }
  | { do: "scroll"; images: number }
  | { do: "tool"; tool: "window" | "pan" | "zoom" | "scroll" | "region" | "lens" }
  | { do: "undo" | "redo" | "measure" | "remove" | "escape" }
  | { do: "invert" | "reset" | "follow" | "key_view" | "pointer" | "mute" | "help" | "layout" | "control" }
  | { do: "hand" | "gather" | "link_view" }
  | { do: "rotate" | "flip" | "cine" | "straighten" | "thin" }
  | { do: "tilt"; degrees: number }
  | { do: "slab" }
  | { do: "thicken"; by: 1 | -1 }
  | { do: "sibling"; by: -1 | 1 }
  | { do: "nudge"; right_px: number; up_px: number }
  | { do: "next_part" }
  | { do: "panes" | "next_pane" | "link" | "back" };

export type KeyPress = { key: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean; shiftKey?: boolean };

const ACTS: Readonly<Record<string, KeyAct>> = {
  i: { do: "invert" },
  r: { do: "reset" },
  f: { do: "follow" },
  k: { do: "key_view" },
  p: { do: "pointer" },
  m: { do: "mute" },
  l: { do: "layout" },
  o: { do: "rotate" },
  h: { do: "flip" },
  x: { do: "straighten" },
  c: { do: "cine" },
  y: { do: "thin" },
  t: { do: "slab" },
  "+": { do: "thicken", by: 1 },
  "-": { do: "thicken", by: -1 },
  b: { do: "control" },
  g: { do: "panes" },
  n: { do: "next_pane" },
  j: { do: "link" },
  u: { do: "back" },
  w: { do: "tool", tool: "window" },
  d: { do: "tool", tool: "pan" },
  z: { do: "tool", tool: "zoom" },
  s: { do: "tool", tool: "scroll" },
  e: { do: "tool", tool: "region" },
  v: { do: "tool", tool: "lens" },
  a: { do: "measure" },
  q: { do: "next_part" },
  delete: { do: "remove" },
  backspace: { do: "remove" },
  escape: { do: "escape" },
  "?": { do: "help" },
  arrowup: { do: "scroll", images: -1 },
  arrowdown: { do: "scroll", images: 1 },
  arrowleft: { do: "sibling", by: -1 },
  arrowright: { do: "sibling", by: 1 },
  pageup: { do: "scroll", images: -10 },
  pagedown: { do: "scroll", images: 10 },
};

/** With the shift key: as the lines on the screen turn, to the left or to the right. */
const TILTS: Readonly<Record<string, number>> = { arrowleft: 5, arrowright: -5 };

/** With the shift key, where there are no letters left. */
const SHIFTED: Readonly<Record<string, KeyAct>> = {
  h: { do: "hand" },
  f: { do: "gather" },
  k: { do: "link_view" },
};

const NUDGES: Readonly<Record<string, readonly [right: number, up: number]>> = {
  arrowleft: [-1, 0],
  arrowright: [1, 0],
  arrowup: [0, 1],
  arrowdown: [0, -1],
};
const WIDE_NUDGE_PX = 10;

/** Null for a key that is the browser's, or nobody's. */
export function keyAct({ key, ctrlKey, metaKey, altKey, shiftKey = false }: KeyPress): KeyAct | null {
  if ((ctrlKey || metaKey) && !altKey && key.toLowerCase() === "z") return { do: shiftKey ? "redo" : "undo" };
  const nudge = NUDGES[key.toLowerCase()];
  if (altKey && nudge && !ctrlKey && !metaKey) {
    const by_px = shiftKey ? WIDE_NUDGE_PX : 1;
    return { do: "nudge", right_px: nudge[0] * by_px, up_px: nudge[1] * by_px };
  }
  if (ctrlKey || metaKey || altKey) return null;
  const tilt = shiftKey ? TILTS[key.toLowerCase()] : undefined;
  if (tilt !== undefined) return { do: "tilt", degrees: tilt };
  const shifted = shiftKey ? SHIFTED[key.toLowerCase()] : undefined;
  if (shifted !== undefined) return shifted;
  const index = PRESETS.findIndex((preset) => preset.key === key);
  return index >= 0 ? { do: "preset", index } : (ACTS[key.toLowerCase()] ?? null);
}

export const HELP: readonly { keys: string; text: TextKey }[] = [
  { keys: "F", text: "room.keys.follow" },
  { keys: "B", text: "room.keys.control" },
  { keys: "⇧ F", text: "room.keys.gather" },
  { keys: "⇧ H", text: "room.keys.hand" },
  { keys: "K", text: "room.keys.key_view" },
  { keys: "⇧ K", text: "room.keys.link_view" },
  { keys: "P", text: "room.keys.pointer" },
  { keys: "M", text: "room.keys.mute" },
  { keys: "↑ ↓", text: "room.keys.scroll" },
  { keys: "1 – 8", text: "room.keys.presets" },
  { keys: "I", text: "room.keys.invert" },
  { keys: "R", text: "room.keys.reset" },
  { keys: "O · H", text: "room.keys.turn" },
  { keys: "⇧ ← →", text: "room.keys.tilt" },
  { keys: "X", text: "room.keys.straighten" },
  { keys: "C", text: "room.keys.cine" },
  { keys: "T · + −", text: "room.keys.slab" },
  { keys: "Y", text: "room.keys.thin" },
  { keys: "← →", text: "room.keys.sibling" },
  { keys: "L", text: "room.keys.layout" },
  { keys: "G", text: "room.keys.panes" },
  { keys: "N", text: "room.keys.next_pane" },
  { keys: "J", text: "room.keys.link" },
  { keys: "U", text: "room.keys.back" },
  { keys: "W · D · Z · S", text: "room.keys.tools" },
  { keys: "E", text: "room.keys.region" },
  { keys: "V", text: "room.keys.lens" },
  { keys: "A", text: "room.keys.measure" },
  { keys: "Ctrl (⇧) Z", text: "room.keys.undo" },
  { keys: "⌫", text: "room.keys.remove" },
  { keys: "Alt ↑ ↓ ← →", text: "room.keys.nudge" },
  { keys: "Q", text: "room.keys.next_part" },
  { keys: "?", text: "room.keys.help" },
];
