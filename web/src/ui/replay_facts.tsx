/** The facts of the meeting in their order, each of which can be gone to. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { formatTime } from "../i18n/dates";
import { currentLanguage, t } from "../i18n/text";
import type { Fact, Member } from "../wire/types";
import { type FactLine, lineAt } from "./fact_lines";
import { Panel } from "./parts";
import { useReplay } from "./replay_context";

export function FactList(): JSX.Element {
  const { model } = useReplay();
  const { lines, moment } = model;
  const here = lineAt(lines.value, moment.value?.fact?.seq ?? 0);
  return (
    <Panel id="replay-facts" title={t("room.replay.facts", { count: lines.value.length })}>
      <ol class="replay-facts">
        {lines.value.map((line) => (
          <Line key={line.first.seq} line={line} isHere={line === here} />
        ))}
      </ol>
    </Panel>
  );
}

function Line({ line, isHere }: { line: FactLine; isHere: boolean }): JSX.Element {
  const { model, actions } = useReplay();
  const { first } = line;
  const member = model.members.value.find((one) => one.actor === first.actor);
  const place = useRef<HTMLLIElement>(null);
  useEffect(() => {
    // The list follows; what people read beside it stays where it is.
    if (isHere) place.current?.scrollIntoView({ block: "nearest" });
  }, [isHere]);
  return (
    <li ref={place} class={`person-${(member?.color ?? 0) % 6}`} data-seq={first.seq} data-fact={first.done.t}>
      <button type="button" aria-current={isHere ? "step" : undefined} onClick={() => actions.jumpTo(first)}>
        <time>{formatTime(first.at_ms, currentLanguage(), model.page.time_zone)}</time>
        <span>{wordsOf(line, model.members.value)}</span>
      </button>
    </li>
  );
}

function wordsOf({ first, count }: FactLine, members: readonly Member[]): string {
  const nameOf = (actor: string | null): string => members.find((one) => one.actor === actor)?.name ?? "";
  const name = nameOf(first.actor);
  const many = count > 1 ? ` (${count})` : "";
  return `${sentenceOf(first, name, nameOf)}${many}`;
}

function sentenceOf({ done }: Fact, name: string, nameOf: (actor: string | null) => string): string {
  switch (done.t) {
    case "member.joined":
      return t("room.replay.fact.joined", { name });
    case "member.left":
      return t("room.replay.fact.left", { name: nameOf(done.actor) });
    case "view.settled":
      return t("room.replay.fact.view", { name });
    case "control.requested":
      return t("room.replay.fact.asks", { name });
    case "control.taken":
      return t(`room.replay.fact.control_${done.how}`, { name, other: nameOf(done.holder) });
    case "gathered":
      return t("room.replay.fact.gathered", { name });
    case "hand.raised":
      return t("room.replay.fact.hand_raised", { name });
    case "hand.lowered":
      return t("room.replay.fact.hand_lowered", { other: nameOf(done.whose) });
    case "key_view.added":
      return t("room.replay.fact.key_view", { name, caption: done.caption });
    case "key_view.removed":
      return t("room.replay.fact.key_view_removed", { name });
    case "annotation.drawn":
      return t("room.replay.fact.drawn", { name });
    case "annotation.changed":
      return t("room.replay.fact.changed", { name });
    case "annotation.removed":
      return t("room.replay.fact.removed", { name });
    case "registration.laid":
      return t(`room.replay.fact.registration_${done.registration.how}`, { name });
    case "registration.removed":
      return t("room.replay.fact.registration_removed", { name });
    case "text.updated":
      return t("room.replay.fact.text", { name });
    case "chat.said":
      return done.view
        ? t("room.replay.fact.said_view", { name, text: done.text, caption: done.caption ?? "" })
        : t("room.replay.fact.said", { name, text: done.text });
    case "view.marked":
      return t("room.replay.fact.marked", { name });
    case "identity.confirmed":
      return t("room.replay.fact.identity", { name });
    case "draft.locked":
      return t("room.replay.fact.signed", { name });
  }
}
