/** PET values in the units they can be read in; windows travel in the file's own unit and are only shown in another. */
/** As a stack's header says it; the types of SUV Type (0054,1006), PS3.3 C.8.9.1. */
type Uptake = { suv_type: "BW" | "LBMJAMES128" | "LBMJANMA" | "BSA"; factor: number | null; reason: string | null };

export type UptakeUnit = { unit: string; factor: number | null; reason: string | null };

type Measured = { unit: string; suv?: Uptake[] };
type Window = { center: number; width: number };

/** Both lean body masses are in use and differ: the name says which (James 1976, Janmahasatian 2005). */
const NAMES: Record<Uptake["suv_type"], string> = {
  BW: "SUVbw",
  LBMJAMES128: "SUVlbm (James)",
  LBMJANMA: "SUVlbm (Janma)",
  BSA: "SUVbsa",
};

// Units (0054,1001), PS3.3 C.8.9.1, as people write them.
const PLAIN: Record<string, string> = { BQML: "Bq/ml", CNTS: "counts", GML: "g/ml" };

/** The file's own unit first; nothing for what is no PET. */
export function uptakeUnits({ unit, suv }: Measured): UptakeUnit[] {
  if (!suv || suv.length === 0) return [];
  const own = { unit: PLAIN[unit] ?? unit, factor: 1, reason: null };
  return [own, ...suv.map(({ suv_type, factor, reason }) => ({ unit: NAMES[suv_type], factor, reason }))];
}

/** The unit wished for where it can be computed; else body weight, else the file's own. */
export function chosenUnit(header: Measured, wished: string | null): { unit: string; factor: number } {
  const units = uptakeUnits(header);
  const known = units.flatMap(({ unit, factor }) => (factor === null ? [] : [{ unit, factor }]));
  const found = known.find((one) => one.unit === wished) ?? known.find((one) => one.unit === NAMES.BW) ?? known[0];
  return found ?? { unit: header.unit, factor: 1 };
}

/** Why values are not shown as SUVbw; null where they can be, or where nobody would look for it. */
export const missingUptake = (header: Measured): string | null =>
  header.suv?.find((one) => one.suv_type === "BW")?.reason ?? null;

export const windowTimes = ({ center, width }: Window, factor: number): Window => ({
  center: center * factor,
  width: width * factor,
});
