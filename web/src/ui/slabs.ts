/** Which slabs a reader steps through: none, then each way to blend; and thicker or thinner. Pure. */
import type { Slab } from "../wire/types";

export const BLENDS = ["mip", "minip", "mean"] as const satisfies readonly Slab["blend"][];

export const USUAL_MM = 10;
export const LEAST_MM = 1;
export const MOST_MM = 200;
const THICKNESSES = [1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 60, 80, 100, 150, 200] as const;

/** None, highest, lowest, mean, none... `thickness_mm`: of the slab that was there last. */
export function nextSlab(slab: Slab | null, thickness_mm: number): Slab | null {
  const next = BLENDS[slab === null ? 0 : BLENDS.indexOf(slab.blend) + 1];
  return next ? { blend: next, thickness_mm: slab?.thickness_mm ?? thickness_mm } : null;
}

export function thickened(slab: Slab, by: 1 | -1): Slab {
  const next =
    by > 0
      ? THICKNESSES.find((one) => one > slab.thickness_mm)
      : THICKNESSES.findLast((one) => one < slab.thickness_mm);
  return { ...slab, thickness_mm: next ?? slab.thickness_mm };
}

/** What was typed, as millimetres that the server draws; null where it is no number. */
export function thicknessOf(typed: number): number | null {
  return Number.isFinite(typed) && typed > 0 ? Math.min(Math.max(typed, LEAST_MM), MOST_MM) : null;
}
