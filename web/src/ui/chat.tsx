/** Written words beside the call: a dose or a number that must not be misheard. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { formatClock } from "../i18n/dates";
import { currentLanguage, t } from "../i18n/text";
import type { ChatLine } from "../wire/types";
import { useRoom } from "./context";
import { Icon } from "./icons";
import { Panel } from "./parts";

export function ChatPanel(): JSX.Element {
  const { model } = useRoom();
  const { chat } = model.state.value;
  const list = useRef<HTMLOListElement>(null);
  const count = chat.length;
  useEffect(() => {
    if (count > 0) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [count]);
  return (
    <Panel id="chat" title={t("room.chat")} startsClosed aside={count > 0 && <span class="chip">{count}</span>}>
      <ol ref={list} class="chat" aria-live="polite">
        {chat.map((line) => (
          <Line key={line.seq} line={line} />
        ))}
      </ol>
      <Composer />
    </Panel>
  );
}

function Line({ line }: { line: ChatLine }): JSX.Element {
  const { model } = useRoom();
  const member = model.state.value.members.find((one) => one.actor === line.actor);
  return (
    <li class={`person-${(member?.color ?? 0) % 6}`}>
      <span class="name">{member?.name ?? ""}</span>{" "}
      <span class="soft">{formatClock(line.at_ms, currentLanguage())}</span>
      <br />
      {line.text}
      {line.caption !== null && <ShownView seq={line.seq} caption={line.caption} />}
    </li>
  );
}

/** What a line speaks of: pressed, it is seen; by whoever presents, for all. */
function ShownView({ seq, caption }: { seq: number; caption: string }): JSX.Element {
  const { model, actions } = useRoom();
  const isForAll = model.state.value.holder === model.page.actor;
  return (
    <span class="shown-view">
      <button
        type="button"
        title={t(isForAll ? "room.chat.show_all" : "room.chat.show")}
        onClick={() => actions.openView(seq)}
      >
        <Icon name="images" />
        {caption || t("room.chat.view")}
      </button>
      <button
        type="button"
        class="tool"
        title={t("room.view_link.of", { name: caption })}
        aria-label={t("room.view_link.of", { name: caption })}
        onClick={() => actions.offerLink(seq)}
      >
        <Icon name="share" />
      </button>
    </span>
  );
}

function Composer(): JSX.Element {
  const { model, actions } = useRoom();
  const field = useRef<HTMLInputElement>(null);
  const attached = model.attached.value;
  const send = (event: Event): void => {
    event.preventDefault();
    const text = field.current?.value.trim() || (attached === null ? "" : t("room.chat.look"));
    if (field.current === null || text === "") return;
    actions.say(text);
    field.current.value = "";
  };
  return (
    <form class="chat-line" onSubmit={send}>
      {attached !== null && (
        <p class="attached soft" role="status">
          {t("room.chat.attached", { caption: attached.caption })}
        </p>
      )}
      <input
        ref={field}
        type="text"
        maxLength={2000}
        aria-label={t("room.chat.write")}
        placeholder={t("room.chat.write")}
      />
      <button
        type="button"
        class="tool"
        aria-pressed={attached !== null}
        disabled={attached === null && model.viewer.value.pane === null}
        title={t("room.chat.attach")}
        aria-label={t("room.chat.attach")}
        onClick={() => {
          actions.attachView(attached === null);
          field.current?.focus();
        }}
      >
        <Icon name="images" />
      </button>
      <button type="submit">{t("room.chat.send")}</button>
    </form>
  );
}
