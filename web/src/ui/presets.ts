/** Windows on number keys; HU only, for no other unit means the same tissue (DOMAIN 4.5). */
import type { TextKey } from "../i18n/text";

export type Preset = { key: string; name: TextKey; center: number; width: number };

export const PRESETS: readonly Preset[] = [
  { key: "1", name: "room.preset.brain", width: 80, center: 40 },
  { key: "2", name: "room.preset.stroke", width: 40, center: 40 },
  { key: "3", name: "room.preset.bone", width: 2800, center: 600 },
  { key: "4", name: "room.preset.subdural", width: 200, center: 75 },
  { key: "5", name: "room.preset.cta", width: 600, center: 200 },
  { key: "6", name: "room.preset.soft_tissue", width: 350, center: 50 },
  { key: "7", name: "room.preset.lung", width: 1500, center: -600 },
  { key: "8", name: "room.preset.posterior_fossa", width: 120, center: 40 },
];

/** A CT without rescale to HU, and every MR, has values of its own. */
export const takesPresets = (unit: string | undefined): boolean => unit === "HU";

export const isPreset = (
  preset: { center: number; width: number },
  window: { center: number; width: number },
): boolean =>
  Math.round(window.center) === Math.round(preset.center) && Math.round(window.width) === Math.round(preset.width);
