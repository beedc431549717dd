/** Measuring: the menu of shapes in the toolbar, and the little window that asks for an annotation's words. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type TextKey, t } from "../i18n/text";
import type { AnnotationKind } from "../wire/types";
import { useRoom } from "./context";
import { Icon } from "./icons";
import { closeMenus, ToolButton } from "./parts";

export const KINDS: readonly { kind: AnnotationKind; label: TextKey; mark: string }[] = [
  { kind: "length", label: "room.measure.length", mark: "M4 20L20 4M4 16v4h4M16 4h4v4" },
  { kind: "angle", label: "room.measure.angle", mark: "M20 19H4L15 5M10 19a6 6 0 0 0-2.500-4.500" },
  { kind: "bidirectional", label: "room.measure.bidirectional", mark: "M4 19L19 4M9 8l7 7" },
  { kind: "ellipse", label: "room.measure.ellipse", mark: "M12 6a9 6 0 1 0 0 12a9 6 0 1 0 0-12z" },
  { kind: "rectangle", label: "room.measure.rectangle", mark: "M4 7h16v10H4z" },
  { kind: "arrow", label: "room.measure.arrow", mark: "M20 20L5 5M5 12V5h7" },
  { kind: "text", label: "room.measure.text", mark: "M5 5h14M12 5v14" },
];

const MENU = "measure-menu";

export function MeasureButton(): JSX.Element {
  const { model } = useRoom();
  return (
    <div class="group">
      <button
        type="button"
        class="tool"
        popovertarget={MENU}
        aria-label={t("room.measure")}
        title={`${t("room.measure")} (A)`}
        aria-keyshortcuts="A"
        aria-pressed={model.annotations.value.kind !== null}
      >
        <Icon name="measure" />
      </button>
    </div>
  );
}

/** Beside the toolbar, and not in it: it opens also while its button is put away. */
export function MeasureMenu(): JSX.Element {
  const { model, actions } = useRoom();
  const { kind } = model.annotations.value;
  const choose = (next: AnnotationKind): void => {
    actions.setMeasure(kind === next ? null : next);
    closeMenus();
  };
  return (
    <div id={MENU} popover="auto" class="measure-menu">
      {KINDS.map((one) => (
        <button key={one.kind} type="button" aria-pressed={kind === one.kind} onClick={() => choose(one.kind)}>
          <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d={one.mark} />
          </svg>
          {t(one.label)}
        </button>
      ))}
    </div>
  );
}

export function UndoButtons(): JSX.Element {
  const { model, actions } = useRoom();
  const { canUndo, canRedo } = model.annotations.value;
  return (
    <div class="group">
      <ToolButton
        icon="undo"
        label={t("room.measure.undo")}
        shortcut="Control+Z"
        disabled={!canUndo}
        onClick={actions.undo}
      />
      <ToolButton
        icon="redo"
        label={t("room.measure.redo")}
        shortcut="Control+Shift+Z"
        disabled={!canRedo}
        onClick={actions.redo}
      />
    </div>
  );
}

export function WordsDialog(): JSX.Element {
  const { model, actions } = useRoom();
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const { asking } = model.annotations.value;
  useEffect(() => {
    if (asking === null) return dialog.current?.close();
    if (field.current !== null) field.current.value = asking.drawing.text;
    dialog.current?.showModal();
  }, [asking]);
  const give = (event: Event): void => {
    event.preventDefault();
    actions.giveWords(field.current?.value.trim() ?? "");
  };
  const leave = (): void => {
    // Closed by Escape, and not because the words were given.
    if (model.annotations.value.asking !== null) actions.giveWords(null);
  };
  return (
    <dialog ref={dialog} class="keep" aria-labelledby="words-title" onClose={leave}>
      <form onSubmit={give}>
        <h2 id="words-title">{t("room.measure.words")}</h2>
        <label class="field">
          <span class="label">{t("room.measure.words_label")}</span>
          <input ref={field} type="text" maxLength={200} autoFocus />
        </label>
        <div class="row end">
          <button type="button" onClick={() => actions.giveWords(null)}>
            {t("room.cancel")}
          </button>
          <button type="submit" class="primary">
            {t("room.measure.words_give")}
          </button>
        </div>
      </form>
    </dialog>
  );
}
