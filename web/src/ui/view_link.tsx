/** The address of a view, to be passed on; and what is said to whoever has come by one. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/text";
import { useRoom } from "./context";
import { Icon } from "./icons";

export function ViewLinkDialog(): JSX.Element {
  const { model } = useRoom();
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [isCopied, setCopied] = useState(false);
  const link = model.viewLink.value;
  useEffect(() => {
    setCopied(false);
    if (link === null) return dialog.current?.close();
    dialog.current?.showModal();
    field.current?.select();
  }, [link]);
  const close = (): void => {
    model.viewLink.value = null;
  };
  const copy = async (): Promise<void> => {
    field.current?.select();
    // Kept from pages that came over plain http: then the words are selected, to be copied by hand.
    await navigator.clipboard?.writeText(link ?? "").then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <dialog ref={dialog} class="view-link" aria-labelledby="view-link-title" onClose={close}>
      <h2 id="view-link-title">{t("room.view_link")}</h2>
      <p>{t("room.view_link.says")}</p>
      <label class="field">
        <span class="label">{t("room.view_link.address")}</span>
        <input ref={field} type="text" readOnly value={link ?? ""} />
      </label>
      <p class="soft" role="status">
        {isCopied ? t("room.view_link.copied") : ""}
      </p>
      <div class="row end">
        <button type="button" onClick={close}>
          {t("room.close")}
        </button>
        <button type="button" class="primary" onClick={() => void copy()}>
          {t("room.view_link.copy")}
        </button>
      </div>
    </dialog>
  );
}

/** While somebody presents and is not followed, the bar of those who walk says it (notices.tsx). */
export function LinkedBar(): JSX.Element | null {
  const { model, actions } = useRoom();
  const linked = model.linked.value;
  const { holder } = model.state.value;
  const isWalking = holder !== null && holder !== model.page.actor;
  if (linked === null || (linked.at === "shown" && isWalking)) return null;
  const isFailed = linked.at === "failed";
  return (
    <div class={isFailed ? "bar warn" : "bar walk"} role={isFailed ? "alert" : "status"}>
      <Icon name={isFailed ? "warning" : "share"} />
      <span>{linked.why ?? t(`room.linked.${linked.at === "failed" ? "gone" : linked.at}`)}</span>
      {linked.at === "offered" && (
        <button type="button" class="primary" onClick={actions.presentLinked}>
          {t("room.linked.present")}
        </button>
      )}
      <button type="button" class="tool" aria-label={t("room.close")} onClick={actions.closeLinked}>
        <Icon name="close" />
      </button>
    </div>
  );
}
