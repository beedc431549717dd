/** The bar that never leaves the screen: whose images these are, who presents, and whether the room is heard. */
import type { ComponentChildren, JSX } from "preact";
import { ageAt, formatDay } from "../i18n/dates";
import { currentLanguage, t } from "../i18n/text";
import type { RoomPatient } from "../wire/types";
import { useRoom } from "./context";
import { Icon } from "./icons";
import { ToolButton } from "./parts";

export function IdentityBar(): JSX.Element {
  const { model } = useRoom();
  const { patient, links, demo } = model.page;
  return (
    <header class="identity-bar">
      <Patient patient={patient} demo={demo} on={new Date()}>
        <ReadBack />
      </Patient>
      <div class="standing">
        <Presenting />
        <LinkState />
        <ToolButton
          icon="help"
          label={t("room.help")}
          shortcut="?"
          onClick={() => {
            model.isHelpOpen.value = true;
          }}
        />
        {links.page && (
          <a class="tool" href={links.page} title={t("room.leave")} aria-label={t("room.leave")}>
            <Icon name="exit" />
          </a>
        )}
      </div>
    </header>
  );
}

type PatientProps = { patient: RoomPatient; demo: boolean; on: Date; children?: ComponentChildren };

/** Whose images these are; `on`: the day for which the age is told. */
export function Patient({ patient, demo, on, children }: PatientProps): JSX.Element {
  return (
    <div class="patient">
      <p class="patient-name">
        <strong class="family">{patient.family_name.toUpperCase()}</strong> <strong>{patient.given_name}</strong>
      </p>
      <p class="facts">{factsOf(patient, on)}</p>
      <p class="marks">
        <IdentityStatus patient={patient} />
        {demo && <span class="badge warn">{t("room.synthetic")}</span>}
        {children}
      </p>
    </div>
  );
}

function factsOf(patient: RoomPatient, on: Date): string {
  const born = bornWords(patient);
  const age = ageAt(patient.birth_date, on);
  const old = age && (age.years < 2 ? t("room.age_months", age) : t("room.age_years", age));
  const sex = t(`room.sex.${patient.sex}`);
  const isOwnNumber = patient.local_id && patient.local_id !== patient.ins;
  const local = isOwnNumber ? t("room.local_id", { id: patient.local_id ?? "" }) : null;
  return [born, old, sex, local].filter(Boolean).join(" · ");
}

function bornWords({ birth_date, sex }: RoomPatient): string {
  const day = formatDay(birth_date, currentLanguage());
  if (day === "") return t("room.born_unknown");
  return t(sex === "F" ? "room.born_f" : sex === "M" ? "room.born_m" : "room.born", { day });
}

function IdentityStatus({ patient }: { patient: RoomPatient }): JSX.Element {
  const status = patient.identity_status ?? "provisional";
  // Only a qualified identity may carry the INS in front of people (DOMAIN 2.6).
  const shown = status === "qualified" && patient.ins ? t("room.ins", { ins: patient.ins }) : null;
  return (
    <span class={`badge ${status === "qualified" ? "ok" : "warn"}`}>
      {[shown, t(`room.identity.${status}`)].filter(Boolean).join(" · ")}
    </span>
  );
}

/** The identity is read aloud before the images are talked about; each says so once. */
function ReadBack(): JSX.Element {
  const { model, actions } = useRoom();
  const confirmed = model.state.value.identity_confirmed;
  if (!confirmed.includes(model.page.actor)) {
    return (
      <button type="button" class="mark" onClick={actions.confirmIdentity}>
        <Icon name="check" />
        {t("room.identity.read_back")}
      </button>
    );
  }
  return <span class="badge ok">{t("room.identity.confirmed", { count: confirmed.length })}</span>;
}

function Presenting(): JSX.Element {
  const { model } = useRoom();
  const { holder, members } = model.state.value;
  const member = members.find((one) => one.actor === holder);
  if (member === undefined) return <p class="presenting nobody">{t("room.nobody_presents")}</p>;
  const isMe = holder === model.page.actor;
  return (
    <p class={`presenting person-${member.color % 6}`}>
      <span class="person-dot" aria-hidden="true" />
      {isMe ? t("room.you_present") : t("room.presents", { name: member.name })}
    </p>
  );
}

function LinkState(): JSX.Element {
  const { model } = useRoom();
  const { at, rtt_ms, lost_s } = model.link.value;
  const isLive = at === "live";
  const text = isLive
    ? rtt_ms === null
      ? t("room.link.live")
      : t("room.link.rtt", { ms: Math.round(rtt_ms) })
    : at === "ended"
      ? t("room.link.ended")
      : lost_s === null
        ? t("room.link.connecting")
        : t("room.link.lost", { seconds: lost_s });
  const tone = isLive ? (rtt_ms !== null && rtt_ms > 400 ? "warn" : "ok") : "danger";
  return (
    <p class={`link ${tone}`} title={t("room.link.title")}>
      <span class="person-dot" aria-hidden="true" />
      {text}
    </p>
  );
}
