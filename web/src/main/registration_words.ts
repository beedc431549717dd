/** How people read by whom series are laid upon each other. */
import { formatClock, formatDay } from "../i18n/dates";
import { currentLanguage, t } from "../i18n/text";
import type { SpatialRegistration, StandingRegistration } from "../wire/types";

export function fileWords({ title, made_on, made_by }: SpatialRegistration): string {
  const parts = [formatDay(made_on, currentLanguage()), title, made_by].filter(Boolean);
  return t("room.registration.file", { of: parts.join(" · ") });
}

export function handWords({ at_ms, registration }: StandingRegistration, name: string): string {
  const time = formatClock(at_ms, currentLanguage());
  return t(`room.registration.hand_${registration.how}`, { name, time });
}
