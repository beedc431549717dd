/** The conclusion's draft, written together; whoever may not write reads along. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n/text";
import { useRoom } from "./context";
import { Panel } from "./parts";

export function DraftPanel(): JSX.Element {
  const { model } = useRoom();
  const { conclusion_id } = model.state.value;
  return (
    <Panel id="draft" title={t("room.draft")}>
      {conclusion_id !== null && <p class="notice ok">{t("room.draft.locked")}</p>}
      <DraftText />
      <Writers />
    </Panel>
  );
}

function Writers(): JSX.Element {
  const { model } = useRoom();
  const { members } = model.state.value;
  const writers = model.draft.value.writers;
  const names = members.filter((one) => writers.includes(one.actor)).map((one) => one.name);
  // The line stays when nobody writes: the panel must not jump under a hand.
  return (
    <p class="soft writing" role="status">
      {names.length > 0 && t("room.draft.writing", { names: names.join(", ") })}
    </p>
  );
}

function DraftText(): JSX.Element {
  const { model, actions } = useRoom();
  const area = useRef<HTMLTextAreaElement>(null);
  const { text, shift } = model.draft.value;
  const isReader = model.page.role === "participant" || model.state.value.conclusion_id !== null;
  // Not a controlled field: the caret of whoever writes here must survive what others write elsewhere.
  useLayoutEffect(() => {
    const field = area.current;
    if (field === null || field.value === text) return;
    const { selectionStart, selectionEnd } = field;
    field.value = text;
    if (shift !== null) field.setSelectionRange(shift(selectionStart), shift(selectionEnd));
  }, [text, shift]);
  return (
    <textarea
      ref={area}
      class="draft"
      aria-label={t("room.draft")}
      placeholder={t(isReader ? "room.draft.reader" : "room.draft.placeholder")}
      readOnly={isReader}
      spellcheck={true}
      lang={model.page.language}
      onInput={(event) => actions.write(event.currentTarget.value)}
    />
  );
}
