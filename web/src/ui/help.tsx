/** The keys, in one native dialog. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n/text";
import { useRoom } from "./context";
import { HELP } from "./keys";
import { PRESETS } from "./presets";

export function HelpDialog(): JSX.Element {
  const { model } = useRoom();
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = model.isHelpOpen.value;
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  const close = (): void => {
    model.isHelpOpen.value = false;
  };
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={close}>
      <h2 id="help-title">{t("room.help")}</h2>
      <dl class="keys">
        {HELP.map((one) => (
          <div key={one.keys}>
            <dt>
              <kbd>{one.keys}</kbd>
            </dt>
            <dd>{t(one.text)}</dd>
          </div>
        ))}
      </dl>
      <h3>{t("room.keys.presets")}</h3>
      <dl class="keys">
        {PRESETS.map((preset) => (
          <div key={preset.key}>
            <dt>
              <kbd>{preset.key}</kbd>
            </dt>
            <dd>
              {t(preset.name)} <span class="soft">{`${preset.width} / ${preset.center}`}</span>
            </dd>
          </div>
        ))}
      </dl>
      <p class="soft">{t("room.keys.mouse")}</p>
      <div class="row end">
        <button type="button" class="primary" onClick={close}>
          {t("room.close")}
        </button>
      </div>
    </dialog>
  );
}
