/** The screen of a replay: whose images and which meeting on top, the images as they were shown, the facts beside them. */
import { type JSX, render } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { formatTime, formatWhen } from "../i18n/dates";
import { currentLanguage, said, t } from "../i18n/text";
import { SPEEDS } from "../lib/playing";
import { Icon } from "./icons";
import { Patient } from "./identity";
import { Panel, ToolButton } from "./parts";
import { ReplayContext, useReplay } from "./replay_context";
import { FactList } from "./replay_facts";
import type { ReplayActions, ReplayModel } from "./replay_model";

/** Draws the replay into `host`, in place of what the server had put there; returns the remover. */
export function mountReplay(host: HTMLElement, model: ReplayModel, actions: ReplayActions): () => void {
  host.replaceChildren();
  render(
    <ReplayContext.Provider value={{ model, actions }}>
      <Screen />
    </ReplayContext.Provider>,
    host,
  );
  return () => render(null, host);
}

function Screen(): JSX.Element {
  return (
    <div class="room-screen replay-screen">
      <Identity />
      <main class="images">
        <Images />
        <Deck />
      </main>
      <aside class="side" aria-label={t("room.replay.side")}>
        <Standing />
        <FactList />
        <Draft />
      </aside>
    </div>
  );
}

function Identity(): JSX.Element {
  const { model } = useReplay();
  const { patient, demo, page, time_zone, opened_at_ms } = model.page;
  const began_ms = model.lines.value[0]?.first.at_ms ?? opened_at_ms;
  const date = formatWhen(began_ms, currentLanguage(), time_zone);
  return (
    <header class="identity-bar">
      <Patient patient={patient} demo={demo} on={new Date(began_ms)} />
      <div class="standing">
        <p class="replay-mark">
          <Icon name="reset" />
          <strong>{t("room.replay.mark", { date })}</strong>
        </p>
        {page && (
          <a class="tool" href={page} title={t("room.replay.leave")} aria-label={t("room.replay.leave")}>
            <Icon name="exit" />
          </a>
        )}
      </div>
    </header>
  );
}

function Images(): JSX.Element {
  const { actions } = useReplay();
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (host.current !== null) void actions.mountViewer(host.current);
  }, [actions]);
  return (
    <div class="stage">
      {/* Nobody's hand changes what was shown. */}
      <div ref={host} class="viewer-host" inert />
      <Bars />
      <Cover />
    </div>
  );
}

function Bars(): JSX.Element {
  const { model } = useReplay();
  const { trail, failure, refusals, seen } = model;
  const kept = model.page.kept_from_ms;
  const words = [
    trail.value !== "there" && t(`room.replay.trail.${trail.value}`, { date: formatWhenOf(model, kept) }),
    ...refusals.value,
    failure.value !== null &&
      (said(`room.viewer.${failure.value}`) ?? t("room.viewer.failed", { code: failure.value })),
    seen.value === "coarse" && t("room.quality.coarse"),
    isAside(model) && t("room.replay.aside"),
  ].filter((one) => typeof one === "string");
  return (
    <div class="bars">
      {words.map((one) => (
        <div key={one} class="bar warn" role="status">
          <Icon name="warning" />
          <span>{one}</span>
        </div>
      ))}
      <Pause />
    </div>
  );
}

/** A view that a fact speaks of, and that nobody presented at that moment. */
function isAside({ moment, playing }: ReplayModel): boolean {
  const done = playing.value.fact === null ? undefined : moment.value?.fact?.done;
  return done?.t === "key_view.added" || done?.t === "view.marked" || (done?.t === "chat.said" && Boolean(done.view));
}

const formatWhenOf = ({ page }: ReplayModel, at_ms: number): string =>
  formatWhen(at_ms, currentLanguage(), page.time_zone);

function Pause(): JSX.Element | null {
  const { pause, playing } = useReplay().model;
  if (pause.value === null || !playing.value.isPlaying) return null;
  const seconds = Math.round((pause.value.to_ms - pause.value.from_ms) / 1000);
  const minutes = Math.round(seconds / 60);
  return (
    <div class="bar" role="status">
      <span>
        {minutes < 2 ? t("room.replay.pause_s", { count: seconds }) : t("room.replay.pause_min", { count: minutes })}
      </span>
    </div>
  );
}

/** Over images that are not those of the moment: none may be taken for what was shown. */
function Cover(): JSX.Element | null {
  const { at, moment, seen } = useReplay().model;
  const why =
    at.value !== "there"
      ? at.value
      : moment.value?.view == null
        ? "no_view"
        : seen.value === "elsewhere"
          ? "elsewhere"
          : seen.value === "loading"
            ? "image_loading"
            : null;
  if (why === null) return null;
  return (
    <div class={`frozen replay-cover ${why}`} role={why === "failed" || why === "elsewhere" ? "alert" : "status"}>
      <p class="big">{t(`room.replay.${why}`)}</p>
    </div>
  );
}

/** What plays it. */
function Deck(): JSX.Element {
  const { model, actions } = useReplay();
  const { playing, length_ms, moment, page } = model;
  const { isPlaying, played_ms, speed } = playing.value;
  const time = moment.value === null ? "" : formatTime(moment.value.at_ms, currentLanguage(), page.time_zone);
  const isIdle = model.at.value !== "there";
  return (
    <section class="deck" aria-label={t("room.replay.deck")}>
      <ToolButton
        icon="back"
        label={t("room.replay.before")}
        shortcut="ArrowLeft"
        disabled={isIdle}
        onClick={() => actions.step(-1)}
      />
      <ToolButton
        icon={isPlaying ? "pause" : "play"}
        label={t(isPlaying ? "room.replay.pause" : "room.replay.play")}
        shortcut="Space"
        disabled={isIdle}
        onClick={actions.toggle}
      />
      <ToolButton
        icon="chevron"
        label={t("room.replay.after")}
        shortcut="ArrowRight"
        disabled={isIdle}
        onClick={() => actions.step(1)}
      />
      <output class="time">{time}</output>
      <input
        type="range"
        min={0}
        max={length_ms.value}
        step="any"
        value={played_ms}
        disabled={isIdle}
        aria-label={t("room.replay.place")}
        aria-valuetext={time}
        onInput={(event) => actions.moveTo(event.currentTarget.valueAsNumber)}
      />
      <fieldset class="speeds">
        <legend class="visually-hidden">{t("room.replay.speed")}</legend>
        {SPEEDS.map((one) => (
          <button
            key={one}
            type="button"
            class="tool words"
            aria-pressed={one === speed}
            aria-label={t("room.replay.times", { speed: one })}
            onClick={() => actions.setSpeed(one)}
          >
            {one}×
          </button>
        ))}
      </fieldset>
    </section>
  );
}

/** Who was there, who presented. */
function Standing(): JSX.Element {
  const { moment } = useReplay().model;
  const state = moment.value?.state;
  const here = state?.members.filter((one) => state.present.includes(one.actor)) ?? [];
  return (
    <Panel id="replay-people" title={t("room.replay.people", { count: here.length })}>
      {here.length === 0 && <p class="soft">{t("room.replay.nobody")}</p>}
      <ul class="people">
        {here.map((one) => (
          <li key={one.actor} class={`person person-${one.color % 6}`}>
            <span class="person-dot" aria-hidden="true" />
            <span class="words">
              <span class="name">{one.name}</span>
              <span class="soft">{one.hospital}</span>
            </span>
            {one.actor === state?.holder && <span class="chip presents">{t("room.replay.presents")}</span>}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Draft(): JSX.Element {
  const { draft, moment } = useReplay().model;
  const isSigned = moment.value?.state.conclusion_id != null;
  return (
    <Panel id="replay-draft" title={t(isSigned ? "room.replay.draft_signed" : "room.replay.draft")}>
      {draft.value === "" ? (
        <p class="soft">{t("room.replay.draft_empty")}</p>
      ) : (
        <p class="replay-draft">{draft.value}</p>
      )}
    </Panel>
  );
}
