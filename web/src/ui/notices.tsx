/** What must be said over the images: frozen, late, walking alone, not for diagnosis, or a series that cannot be shown. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { said, t } from "../i18n/text";
import { isAll, isInPlace, ownOf, walks } from "../wire/facets";
import { useRoom } from "./context";
import { Icon } from "./icons";
import { cautionsOf } from "./series";
import { LinkedBar } from "./view_link";

/**
 * Bars at the upper edge of the images; they lie over them, for a bar that pushes would move what people look at. Words of
 * the images that would lie under them make way (`--bars`).
 */
export function Bars(): JSX.Element {
  const bars = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { current } = bars;
    if (current === null) return;
    const watch = new ResizeObserver(() => {
      current.parentElement?.style.setProperty("--bars", `${current.offsetHeight}px`);
    });
    watch.observe(current);
    return () => watch.disconnect();
  }, []);
  return (
    <div class="bars" ref={bars}>
      <EndBar />
      <WalkBar />
      <LinkedBar />
      <LateBar />
      <ElsewhereBar />
      <FailureBar />
      <ThinBar />
    </div>
  );
}

function WalkBar(): JSX.Element | null {
  const { model, actions } = useRoom();
  const { holder, members } = model.state.value;
  const { follows, isCalled, away } = model.follow.value;
  if (isAll(follows) || holder === null || holder === model.page.actor) return null;
  const name = members.find((one) => one.actor === holder)?.name ?? "";
  const parts = ownOf(follows).map((facet) => t(`room.facet.${facet}`).toLowerCase());
  const isLinked = model.linked.value?.at === "shown";
  const plain = walks(follows)
    ? t(isLinked ? "room.linked.walk" : "room.walk", { name })
    : t("room.partly", { name, parts: parts.join(", ") });
  return (
    <div key={String(isCalled)} class={isCalled ? "bar warn" : "bar walk"} role={isCalled ? "alert" : "status"}>
      <Icon name="follow" />
      <span>
        {isCalled ? t("room.walk.called", { name }) : plain}
        {away && ` ${t(`room.partly.${away}`, { name })}`}
      </span>
      <button type="button" class="primary" onClick={actions.rejoin}>
        {t(walks(follows) ? "room.walk.rejoin" : "room.partly.all")}
      </button>
      {isCalled && (
        <button type="button" onClick={actions.stay}>
          {t("room.walk.stay")}
        </button>
      )}
    </div>
  );
}

function LateBar(): JSX.Element | null {
  const { model } = useRoom();
  const { stale, follows } = model.follow.value;
  if (!stale || walks(follows) || model.link.value.lost_s !== null) return null;
  return (
    <div class="bar warn" role="status">
      <Icon name="warning" />
      {t("room.stale")}
    </div>
  );
}

/** Following, and yet not with the others: their series is not here, or lies in another space. */
function ElsewhereBar(): JSX.Element | null {
  const { model } = useRoom();
  const { seen, follows } = model.follow.value;
  const { holder, view } = model.state.value;
  const isLed = holder !== null && holder !== model.page.actor && isInPlace(follows) && view !== null;
  if (!isLed || seen !== "elsewhere" || model.link.value.lost_s !== null) return null;
  return (
    <div class="bar warn" role="status">
      <Icon name="warning" />
      {t("room.elsewhere")}
    </div>
  );
}

function FailureBar(): JSX.Element | null {
  const { model } = useRoom();
  const { failure } = model.viewer.value;
  if (failure === null) return null;
  return (
    <div class="bar danger" role="alert">
      <Icon name="warning" />
      {said(`room.viewer.${failure}`) ?? t("room.viewer.failed", { code: failure })}
    </div>
  );
}

/** A choice, not a must: the images go on coming meanwhile. */
function ThinBar(): JSX.Element | null {
  const { model, actions } = useRoom();
  const { isThin, thinOffer } = model.viewer.value;
  if (isThin || thinOffer === null) return null;
  return (
    <div class="bar warn" role="status">
      <Icon name="thin" />
      <span>{t(`room.thin.offer.${thinOffer}`)}</span>
      <button type="button" class="primary" onClick={() => actions.setThin(true)}>
        {t("room.thin.take")}
      </button>
      <button type="button" onClick={actions.refuseThin}>
        {t("room.thin.refuse")}
      </button>
    </div>
  );
}

/** What is odd about the open stack, where people look, not only in the strip. */
export function Cautions(): JSX.Element | null {
  const { model } = useRoom();
  const { pane } = model.viewer.value;
  const manifest = model.studies.value.find((one) => one.manifest?.study_uid === pane?.study_uid)?.manifest;
  const series = manifest?.series.find((one) => one.series_uid === pane?.series_uid);
  const stack = series?.stacks.find((one) => one.stack === pane?.stack);
  const incomplete = manifest?.state === "preparing" ? [t("room.study.incomplete", { count: manifest.received })] : [];
  const all = [...incomplete, ...(stack === undefined ? [] : cautionsOf(stack, series?.modality ?? ""))];
  if (all.length === 0) return null;
  return (
    <p class="caution" role="note" title={all.join("\n")}>
      <Icon name="warning" />
      <span>{all.join(" · ")}</span>
    </p>
  );
}

function EndBar(): JSX.Element | null {
  const { model } = useRoom();
  const { at, end } = model.link.value;
  if (at !== "ended" || end === null) return null;
  return (
    <div class="bar danger" role="alert">
      <Icon name="warning" />
      <span>{said(`room.end.${end}`) ?? t("room.link.ended")}</span>
      {end === "room_closed" && <a href={`/rooms/${model.page.room_id}/replay`}>{t("room.end.replay")}</a>}
      <button type="button" onClick={() => window.location.reload()}>
        {t("room.reload")}
      </button>
    </div>
  );
}

/** Two seconds are a hiccup that nobody need see covered images for. */
const COVER_AFTER_S = 2;

/** Over the images while the room is not heard: a still picture must not be taken for what others see. */
export function FrozenCover(): JSX.Element | null {
  const { model } = useRoom();
  const { lost_s, at } = model.link.value;
  const isPresenter = model.state.value.holder === model.page.actor;
  if (lost_s === null || lost_s < COVER_AFTER_S || at === "ended") return null;
  if (walks(model.follow.value.follows) || isPresenter) {
    return (
      <div class="bar danger lost-bar" role="alert">
        <Icon name="warning" />
        {t(isPresenter ? "room.lost.presenter" : "room.lost.walking", { seconds: lost_s })}
      </div>
    );
  }
  return (
    <div class="frozen" role="alert">
      <Icon name="warning" />
      <p class="big">{t("room.frozen", { seconds: lost_s })}</p>
      <p>{t("room.frozen.says")}</p>
    </div>
  );
}

/** Stands until the reader declares a calibrated display; on a phone it stands for good. */
export function DiagnosisNotice(): JSX.Element | null {
  const { model } = useRoom();
  const [isAsking, setAsking] = useState(false);
  const isDeclared = model.isDisplayDeclared.value;
  return (
    <div class="diagnosis">
      <button type="button" class={isDeclared ? "declared" : "not-primary"} onClick={() => setAsking(true)}>
        {isDeclared ? t("room.display.declared") : t("room.display.not_primary")}
      </button>
      {isAsking && <DisplayDialog close={() => setAsking(false)} />}
    </div>
  );
}

function DisplayDialog({ close }: { close(): void }): JSX.Element {
  const { model, actions } = useRoom();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const isDeclared = model.isDisplayDeclared.value;
  const isPhone = window.matchMedia("(pointer: coarse)").matches;
  const declare = (declared: boolean): void => {
    actions.declareDisplay(declared);
    close();
  };
  return (
    <dialog ref={dialog} aria-labelledby="display-title" onClose={close}>
      <h2 id="display-title">{t("room.display.title")}</h2>
      <p>{t("room.display.says")}</p>
      {isPhone && <p class="notice warn">{t("room.display.phone")}</p>}
      <div class="row end">
        <button type="button" onClick={close}>
          {t("room.close")}
        </button>
        {isDeclared && (
          <button type="button" onClick={() => declare(false)}>
            {t("room.display.withdraw")}
          </button>
        )}
        {!isDeclared && !isPhone && (
          <button type="button" class="primary" onClick={() => declare(true)}>
            {t("room.display.declare")}
          </button>
        )}
      </div>
    </dialog>
  );
}

export function Toasts(): JSX.Element {
  const { model, actions } = useRoom();
  return (
    <div class="toasts" role="status" aria-live="polite">
      {model.toasts.value.map((toast) => (
        <div key={toast.id} class={`toast ${toast.tone}`}>
          <span>{toast.text}</span>
          <button type="button" class="tool" aria-label={t("room.close")} onClick={() => actions.dismiss(toast.id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
