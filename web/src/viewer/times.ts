/** When the first image, the coarse stack and the full one were there, in milliseconds since navigation. */
import type { Series } from "./series";
import type { Stack } from "./stack";

export type Timing = { first_image: number; coarse_volume: number | null; full_series: number | null };

export type Times = { began(stack: Stack): void; better(series: Series): void; drawn(series: Stack): void };

export function createTimes(tell: (timing: Timing) => void): Times {
  const known = new Map<string, Partial<Timing>>();
  const now = (): number => Math.round(performance.now());

  function told(times: Partial<Timing>): void {
    const { first_image, coarse_volume, full_series } = times;
    if (first_image === undefined) return;
    tell({ first_image, coarse_volume: coarse_volume ?? null, full_series: full_series ?? null });
  }

  return {
    began: (series) => void known.set(series.key, {}),
    drawn(series) {
      const times = known.get(series.key);
      if (!times || times.first_image !== undefined) return;
      times.first_image = now();
      told(times);
    },
    better(series) {
      const times = known.get(series.key);
      if (!times || times.full_series !== undefined) return;
      const lowest = Math.min(...series.quality);
      if (lowest >= 0 && times.coarse_volume === undefined) {
        times.coarse_volume = now();
        told(times);
      }
      if (lowest === 1) {
        times.full_series = now();
        told(times);
      }
    },
  };
}
