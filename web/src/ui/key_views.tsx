/** The views kept for the conclusion, and the little window that asks what one shows. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n/text";
import type { KeyViewAdded, Pane, SeriesEntry, StackEntry } from "../wire/types";
import { activePane } from "../wire/view";
import { useRoom } from "./context";
import { Icon } from "./icons";
import type { StudyPicture } from "./model";
import { Panel } from "./parts";

export function KeyViewsPanel(): JSX.Element {
  const { model } = useRoom();
  const { key_views } = model.state.value;
  return (
    <Panel id="key-views" title={t("room.key_views", { count: key_views.length })}>
      {key_views.length === 0 && <p class="soft">{t("room.key_views.none")}</p>}
      <ol class="key-views">
        {key_views.map((kept) => (
          <KeyView key={kept.key_view_id} kept={kept} />
        ))}
      </ol>
    </Panel>
  );
}

function KeyView({ kept }: { kept: KeyViewAdded }): JSX.Element {
  const { model, actions } = useRoom();
  const { key_view_id, view, caption } = kept;
  const pane = activePane(view);
  const shown = pane && findStack(model.studies.value, pane);
  const mayRemove = model.page.role !== "participant" && model.state.value.conclusion_id === null;
  const name = caption || t("room.key_view.unnamed");
  return (
    <li>
      <button type="button" class="key-view" title={t("room.key_view.show")} onClick={() => actions.goTo(view)}>
        {shown && <img src={shown.stack.thumbnail_url} alt="" width="40" height="40" loading="lazy" />}
        <span class="words">
          <span class="name">{name}</span>
          <span class="soft">
            {[shown?.series.description, pane && windowNumbers(pane)].filter(Boolean).join(" · ")}
          </span>
        </span>
      </button>
      <button
        type="button"
        class="tool"
        disabled={model.link.value.at !== "live"}
        aria-label={t("room.view_link.of", { name })}
        title={t("room.view_link.of", { name })}
        onClick={() => actions.linkView(view)}
      >
        <Icon name="share" />
      </button>
      {mayRemove && (
        <button
          type="button"
          class="tool"
          aria-label={t("room.key_view.remove", { name })}
          title={t("room.key_view.remove", { name })}
          onClick={() => actions.removeKeyView(key_view_id)}
        >
          <Icon name="close" />
        </button>
      )}
    </li>
  );
}

const windowNumbers = ({ window: { width, center } }: Pane): string =>
  t("room.window.numbers", { width: Math.round(width), center: Math.round(center) });

type Found = { series: SeriesEntry; stack: StackEntry };

function findStack(studies: readonly StudyPicture[], pane: Pane): Found | null {
  for (const { manifest } of studies) {
    const series = manifest?.series.find((one) => one.series_uid === pane.series_uid);
    const stack = series?.stacks.find((one) => one.stack === pane.stack);
    if (series !== undefined && stack !== undefined) return { series, stack };
  }
  return null;
}

export function KeepDialog(): JSX.Element {
  const { model, actions } = useRoom();
  const dialog = useRef<HTMLDialogElement>(null);
  const caption = useRef<HTMLInputElement>(null);
  const isOpen = model.isKeeping.value;
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  const close = (): void => {
    model.isKeeping.value = false;
  };
  const keep = (event: Event): void => {
    event.preventDefault();
    actions.keepView(caption.current?.value ?? "");
    if (caption.current !== null) caption.current.value = "";
    close();
  };
  return (
    <dialog ref={dialog} class="keep" aria-labelledby="keep-title" onClose={close}>
      <form onSubmit={keep}>
        <h2 id="keep-title">{t("room.key_view.keep")}</h2>
        <label class="field">
          <span class="label">{t("room.key_view.caption")}</span>
          <input ref={caption} type="text" maxLength={500} placeholder={t("room.key_view.example")} autoFocus />
        </label>
        <div class="row end">
          <button type="button" onClick={close}>
            {t("room.cancel")}
          </button>
          <button type="submit" class="primary">
            {t("room.key_view.keep_it")}
          </button>
        </div>
      </form>
    </dialog>
  );
}
