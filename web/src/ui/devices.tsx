/** Choice of microphone, camera and speaker, and the check in which the server sends one's own voice back. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { type TextKey, t } from "../i18n/text";
import { Media } from "./call_panel";
import { useRoom } from "./context";
import type { DeviceKind } from "./model";
import { LevelBar } from "./parts";

const KINDS: readonly { kind: DeviceKind; label: TextKey }[] = [
  { kind: "audioinput", label: "room.call.microphone" },
  { kind: "videoinput", label: "room.call.camera" },
  { kind: "audiooutput", label: "room.call.speaker" },
];

export function DeviceChoice(): JSX.Element {
  return (
    <div class="devices">
      {KINDS.map((one) => (
        <OneKind key={one.kind} kind={one.kind} label={t(one.label)} />
      ))}
    </div>
  );
}

function OneKind({ kind, label }: { kind: DeviceKind; label: string }): JSX.Element | null {
  const { model, actions } = useRoom();
  const { devices, choice } = model.call.value;
  const found = devices.filter((one) => one.kind === kind);
  if (found.length === 0) return null;
  const chosen = found.some((one) => one.id === choice[kind]) ? choice[kind] : (found[0]?.id ?? "");
  return (
    <label class="field">
      <span class="label">{label}</span>
      <select value={chosen} onChange={(event) => actions.chooseDevice(kind, event.currentTarget.value)}>
        {found.map((device, index) => (
          <option key={device.id} value={device.id}>
            {device.label || `${label} ${index + 1}`}
          </option>
        ))}
      </select>
    </label>
  );
}

export function EchoCheck(): JSX.Element {
  const { model, actions } = useRoom();
  const { at, problem, stream, path, rtt_ms } = model.echo.value;
  const { sent, returned } = model.levels.value;
  // A check that nobody looks at would hold the microphone open.
  useEffect(() => actions.stopEcho, [actions]);
  return (
    <div class="echo">
      <p class="soft">{t("room.echo.says")}</p>
      {at === "off" || at === "failed" ? (
        <button type="button" onClick={actions.startEcho}>
          {t("room.echo.start")}
        </button>
      ) : (
        <button type="button" onClick={actions.stopEcho}>
          {t("room.echo.stop")}
        </button>
      )}
      {at === "asking" && <p role="status">{t("room.call.asking")}</p>}
      {at === "connecting" && <p role="status">{t("room.call.connecting")}</p>}
      {at === "failed" && (
        <p class="notice danger" role="alert">
          {problem === null ? t("room.echo.failed") : t(`room.call.problem.${problem}`)}
        </p>
      )}
      {at === "connected" && (
        <div class="echo-result" role="status">
          <Media
            stream={stream}
            sink={model.call.value.choice.audiooutput}
            label={t("room.echo.returned")}
            isSilent={false}
          />
          <p>
            {t("room.echo.sent")} <LevelBar level={sent} label={t("room.echo.sent")} />
          </p>
          <p>
            {t("room.echo.returned")} <LevelBar level={returned} label={t("room.echo.returned")} />
          </p>
          <p class="soft">
            {[path && t(`room.call.path.${path}`), rtt_ms !== null && t("room.link.rtt", { ms: rtt_ms })]
              .filter(Boolean)
              .join(" · ")}
          </p>
          <DeviceChoice />
        </div>
      )}
    </div>
  );
}
