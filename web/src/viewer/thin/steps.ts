/** How good a picture is asked for next: small while things move, then at full size, then lossless; pure. */
import type { Manner } from "./asking";

export type Step = "draft" | "full" | "lossless";

export const RANK: Record<Step, number> = { draft: 1, full: 2, lossless: 3 };

/** So long must nothing have changed before a picture at full size is worth its bytes. */
export const STILL_MS = 200;

const FULL_QUALITY = 85;
const DRAFT_QUALITY = 60;
// While it moves a picture should take no longer than this on the line.
const DRAFT_MS = 120;
const RATIOS = [0.7, 0.5, 0.35, 0.25] as const;
// CT slices at screen size, quality 85: measured 0.1 to 0.2 bytes a pixel; a draft's pixels hold more each.
const BYTES_PER_PX = 0.2;
// Screens with more pixels than this show no more of a CT slice, and cost as many times the bytes.
const MOST_RATIO = 2;
const MOST_SIDE_PX = 4096;

/** What the line carries; null before the first answer. */
export type Rate = { bytes_per_ms: number } | null;

type Area = { width: number; height: number };

export function fullRatio({ width, height }: Area, devicePixels: number): number {
  return Math.min(devicePixels, MOST_RATIO, MOST_SIDE_PX / Math.max(width, height, 1));
}

export function mannerOf(step: Step, size: Area, devicePixels: number, rate: Rate): Manner {
  const ratio = fullRatio(size, devicePixels);
  if (step === "lossless") return { ratio, quality: "lossless" };
  if (step === "full") return { ratio, quality: FULL_QUALITY };
  const affordable = rate === null ? 0 : rate.bytes_per_ms * DRAFT_MS;
  const bytesAt = (scale: number): number => size.width * size.height * scale * scale * BYTES_PER_PX;
  const least = RATIOS.at(-1) as number;
  const scale = rate === null ? 0.5 : (RATIOS.find((each) => bytesAt(each) <= affordable) ?? least);
  return { ratio: Math.min(scale, ratio), quality: DRAFT_QUALITY };
}

/** On a line that brings the full size soon enough no smaller picture is needed while things move. */
export function firstStep(size: Area, devicePixels: number, rate: Rate): "draft" | "full" {
  const ratio = fullRatio(size, devicePixels);
  const bytes = size.width * size.height * ratio * ratio * BYTES_PER_PX;
  return rate !== null && bytes <= rate.bytes_per_ms * DRAFT_MS ? "full" : "draft";
}

/** `has`: what stands there of the very picture asked for. Null when nothing better is to come, or not yet. */
export function nextStep(has: Step | null, isStill: boolean, first: "draft" | "full"): Step | null {
  if (!isStill) return has === null ? first : null;
  if (has === "lossless") return null;
  return has === "full" ? "lossless" : "full";
}

/** Answers smaller than this tell more of the way there and back than of the line. */
const TELLING_BYTES = 2000;
const NEW_SHARE = 0.4;

export function ratedWith(rate: Rate, bytes: number, took_ms: number): Rate {
  if (bytes < TELLING_BYTES) return rate;
  const found = bytes / Math.max(took_ms, 1);
  return { bytes_per_ms: rate === null ? found : rate.bytes_per_ms * (1 - NEW_SHARE) + found * NEW_SHARE };
}
