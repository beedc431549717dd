/** The call: join, tiles, devices, the check with the server; the telephone number stays in sight whatever happens. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type TextKey, t } from "../i18n/text";
import { useRoom } from "./context";
import { DeviceChoice, EchoCheck } from "./devices";
import { Icon } from "./icons";
import type { CallPicture, PeerPicture } from "./model";
import { LevelBar, Panel, ToolButton } from "./parts";

const STANDING: Readonly<Record<CallPicture["at"], TextKey>> = {
  off: "room.call.off",
  asking: "room.call.asking",
  waiting: "room.call.waiting",
  connecting: "room.call.connecting",
  connected: "room.call.connected",
  failed: "room.call.failed",
};

export function CallPanel(): JSX.Element {
  const { model } = useRoom();
  const { at, problem } = model.call.value;
  const isIn = at !== "off" && at !== "asking";
  return (
    <Panel id="call" title={t("room.call")} aside={<Standing at={at} />}>
      {problem !== null && (
        <p class="notice warn" role="alert">
          {t(`room.call.problem.${problem}`)}
        </p>
      )}
      {isIn ? <InCall /> : <Join />}
      <Phone />
    </Panel>
  );
}

function Standing({ at }: { at: CallPicture["at"] }): JSX.Element {
  const tone = at === "connected" ? "ok" : at === "failed" ? "danger" : at === "off" ? "" : "warn";
  return (
    <span class={`chip ${tone}`} role="status">
      {t(STANDING[at])}
    </span>
  );
}

/** A call can fail in more ways than a telephone. */
function Phone(): JSX.Element | null {
  const { model } = useRoom();
  const phone = model.page.phone ?? model.page.links.phone ?? null;
  if (phone === null) return null;
  return (
    <p class="phone">
      {t("room.call.phone")} <a href={`tel:${phone.replaceAll(" ", "")}`}>{phone}</a>
    </p>
  );
}

function Join(): JSX.Element {
  const { model, actions } = useRoom();
  const [isChecking, setChecking] = useState(false);
  const { at, callers, problem } = model.call.value;
  const names = model.state.value.members.filter((one) => callers.includes(one.actor)).map((one) => one.name);
  const isBusy = at === "asking";
  return (
    <>
      {names.length > 0 && (
        <p class="calling" role="alert">
          <Icon name="call" />
          {t("room.call.incoming", { names: names.join(", ") })}
        </p>
      )}
      <div class="row">
        <button
          type="button"
          class="primary"
          disabled={isBusy}
          onClick={() => actions.startCall({ audio: true, video: true })}
        >
          <Icon name="camera" />
          {t("room.call.join")}
        </button>
        <button type="button" disabled={isBusy} onClick={() => actions.startCall({ audio: true, video: false })}>
          <Icon name="mic" />
          {t("room.call.join_voice")}
        </button>
      </div>
      <div class="row small">
        {problem !== null && (
          <button type="button" class="quiet" onClick={() => actions.startCall({ audio: false, video: false })}>
            {t("room.call.listen")}
          </button>
        )}
        <button type="button" class="quiet" aria-expanded={isChecking} onClick={() => setChecking(!isChecking)}>
          {t("room.call.check")}
        </button>
      </div>
      {isChecking && <EchoCheck />}
    </>
  );
}

function InCall(): JSX.Element {
  const { model, actions } = useRoom();
  const [isChoosing, setChoosing] = useState(false);
  const { at, peers, muted, camera, mine } = model.call.value;
  const hasMic = mine !== null && mine.getAudioTracks().length > 0;
  return (
    <>
      <div class="tiles">
        {peers.map((peer) => (
          <PeerTile key={peer.actor} peer={peer} />
        ))}
        <MyTile />
      </div>
      <div class="row call-buttons">
        <ToolButton
          icon={muted || !hasMic ? "mic_off" : "mic"}
          label={t(muted ? "room.call.unmute" : "room.call.mute")}
          shortcut="M"
          pressed={muted}
          disabled={!hasMic}
          hint={hasMic ? undefined : t("room.call.listening")}
          onClick={() => actions.setMuted(!muted)}
        />
        <ToolButton
          icon={camera ? "camera" : "camera_off"}
          label={t(camera ? "room.call.camera_off" : "room.call.camera_on")}
          pressed={!camera}
          onClick={() => actions.setCamera(!camera)}
        />
        <ToolButton
          icon="settings"
          label={t("room.call.devices")}
          pressed={isChoosing}
          onClick={() => setChoosing(!isChoosing)}
        />
        <button type="button" class="danger" onClick={actions.leaveCall}>
          <Icon name="leave" />
          {t("room.call.leave")}
        </button>
      </div>
      {at === "failed" && (
        <div class="notice danger" role="alert">
          <p>{t("room.call.failed_says")}</p>
          <button type="button" onClick={actions.retryCall}>
            {t("room.call.retry")}
          </button>
        </div>
      )}
      {isChoosing && <DeviceChoice />}
    </>
  );
}

function PeerTile({ peer }: { peer: PeerPicture }): JSX.Element {
  const { model } = useRoom();
  const member = model.state.value.members.find((one) => one.actor === peer.actor);
  const name = member?.name ?? "";
  const level = model.levels.value.people.get(peer.actor) ?? 0;
  const isTrouble = peer.state !== "connected";
  const quality = peer.quality === null ? null : t(`room.call.quality.${peer.quality}`);
  const path = peer.path === null ? null : t(`room.call.path.${peer.path}`);
  return (
    <figure class={`tile person-${(member?.color ?? 0) % 6}`}>
      <Media stream={peer.stream} sink={model.call.value.choice.audiooutput} label={name} isSilent={false} />
      {(!hasPicture(peer.stream) || peer.numbers?.pictures === 0) && <Initials name={name} />}
      <figcaption>
        <span class="name">{name}</span>
        {isTrouble ? (
          <span class="chip warn">{t(`room.call.peer.${peer.state}`)}</span>
        ) : (
          peer.quality !== null && (
            <span
              class={`signal ${peer.quality}`}
              role="img"
              title={[quality, path].filter(Boolean).join(" · ")}
              aria-label={quality ?? ""}
            />
          )
        )}
        <LevelBar level={level} label={t("room.call.level", { name })} />
      </figcaption>
    </figure>
  );
}

function MyTile(): JSX.Element {
  const { model } = useRoom();
  const { mine, muted } = model.call.value;
  const myName = model.state.value.members.find((one) => one.actor === model.page.actor)?.name ?? "";
  const level = model.levels.value.people.get(model.page.actor) ?? 0;
  return (
    <figure class="tile mine">
      <Media stream={mine} sink="" label={t("room.call.me")} isSilent={true} />
      {!hasPicture(mine) && <Initials name={myName} />}
      <figcaption>
        <span class="name">{t("room.call.me")}</span>
        {muted ? (
          <span class="chip danger">{t("room.call.muted")}</span>
        ) : (
          <LevelBar level={level} label={t("room.call.my_level")} />
        )}
      </figcaption>
    </figure>
  );
}

const hasPicture = (stream: MediaStream | null): boolean =>
  stream?.getVideoTracks().some((track) => track.readyState === "live" && !track.muted) ?? false;

/** In the place of a face: the letters of the name, without the title. */
function Initials({ name }: { name: string }): JSX.Element {
  const words = name.replace(/^(Dr|Pr|M\.|Mme)\s+/, "").split(/[\s-]+/);
  const letters = words.map((word) => word.charAt(0).toUpperCase()).slice(0, 2);
  return (
    <span class="initials" aria-hidden="true">
      {letters.join("")}
    </span>
  );
}

type MediaProps = { stream: MediaStream | null; sink: string; label: string; isSilent: boolean };

/** `setSinkId` is not there in every browser; the system's own choice is then used. */
type WithSink = HTMLVideoElement & { setSinkId?: (id: string) => Promise<void> };

export function Media({ stream, sink, label, isSilent }: MediaProps): JSX.Element {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video: WithSink | null = element.current;
    if (video === null) return;
    if (video.srcObject !== stream) video.srcObject = stream;
    // Refused only before the first click on the page, and a click has brought us here.
    if (stream !== null) video.play().catch(() => undefined);
    if (!isSilent) video.setSinkId?.(sink).catch(() => undefined);
  }, [stream, sink, isSilent]);
  return (
    <video ref={element} class={isSilent ? "mirrored" : ""} aria-label={label} muted={isSilent} playsInline autoplay />
  );
}
