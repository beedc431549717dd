/** Dates, ages and durations as people of a language write them; pure. */
import type { Language } from "./text";

/** A DICOM DA such as 19510312; anything that is no whole date is shown as it came. */
export function formatDay(da: string, language: Language): string {
  const parts = /^(\d{4})(\d{2})(\d{2})$/.exec(da);
  if (parts === null) return da;
  const [, year, month, day] = parts;
  return language === "fr" ? `${day}/${month}/${year}` : `${year}-${month}-${day}`;
}

/** Whole years, or months below two years; null for a date that is not whole or lies ahead. */
export function ageAt(da: string, now: Date): { years: number; months: number } | null {
  const parts = /^(\d{4})(\d{2})(\d{2})$/.exec(da);
  if (parts === null) return null;
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  const months = (now.getFullYear() - year) * 12 + now.getMonth() + 1 - month - (now.getDate() < day ? 1 : 0);
  return months < 0 ? null : { years: Math.floor(months / 12), months };
}

export function formatClock(at_ms: number, language: Language): string {
  return new Date(at_ms).toLocaleTimeString(language === "fr" ? "fr-FR" : "en-GB", {
    hour: "2-digit",
    minute: "2-digit",
  });
}

/** A time of the day with its seconds, where the server stands. */
export function formatTime(at_ms: number, language: Language, timeZone: string): string {
  const shape = { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone } as const;
  return new Date(at_ms).toLocaleTimeString(language === "fr" ? "fr-FR" : "en-GB", shape);
}

/** A day in words and a time, where the server stands. */
export function formatWhen(at_ms: number, language: Language, timeZone: string): string {
  const shape = { dateStyle: "long", timeStyle: "short", timeZone } as const;
  return new Date(at_ms).toLocaleString(language === "fr" ? "fr-FR" : "en-GB", shape);
}
