/** Written words beside the call: a dose or a number that must not be misheard. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { formatClock } from "../i18n/dates";
import { currentLanguage, t } from "../i18n/text";
import { useRoom } from "./context";
import { Panel } from "./parts";

export function ChatPanel(): JSX.Element {
  const { model } = useRoom();
  const { chat, members } = model.state.value;
  const list = useRef<HTMLOListElement>(null);
  const count = chat.length;
  useEffect(() => {
    if (count > 0) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [count]);
  return (
    <Panel id="chat" title={t("room.chat")} startsClosed aside={count > 0 && <span class="chip">{count}</span>}>
      <ol ref={list} class="chat" aria-live="polite">
        {chat.map(([actor, at_ms, text], index) => {
          const member = members.find((one) => one.actor === actor);
          return (
            <li key={`${at_ms}.${index}`} class={`person-${(member?.color ?? 0) % 6}`}>
              <span class="name">{member?.name ?? ""}</span>{" "}
              <span class="soft">{formatClock(at_ms, currentLanguage())}</span>
              <br />
              {text}
            </li>
          );
        })}
      </ol>
      <ChatLine />
    </Panel>
  );
}

function ChatLine(): JSX.Element {
  const { actions } = useRoom();
  const field = useRef<HTMLInputElement>(null);
  const send = (event: Event): void => {
    event.preventDefault();
    const text = field.current?.value.trim() ?? "";
    if (field.current === null || text === "") return;
    actions.say(text);
    field.current.value = "";
  };
  return (
    <form class="chat-line" onSubmit={send}>
      <input
        ref={field}
        type="text"
        maxLength={2000}
        aria-label={t("room.chat.write")}
        placeholder={t("room.chat.write")}
      />
      <button type="submit">{t("room.chat.send")}</button>
    </form>
  );
}
