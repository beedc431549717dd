/** Who is in the room, what each of them sees, and the baton that goes from hand to hand. */
import type { JSX } from "preact";
import { type TextKey, t } from "../i18n/text";
import { isAll, ownOf, walks } from "../wire/facets";
import type { Member, Seen } from "../wire/types";
import { useRoom } from "./context";
import { FollowChoice } from "./follow_choice";
import { HandButton, Hands } from "./hands";
import { Icon } from "./icons";
import { Panel } from "./parts";

export function Participants(): JSX.Element {
  const { model } = useRoom();
  const { members, present } = model.state.value;
  const me = model.page.actor;
  const here = members.filter((one) => present.includes(one.actor));
  const ordered = [...here.filter((one) => one.actor === me), ...here.filter((one) => one.actor !== me)];
  return (
    <Panel id="people" title={t("room.people", { count: ordered.length })}>
      <Requests />
      <Hands />
      <ul class="people">
        {ordered.map((member) => (
          <Person key={member.actor} member={member} />
        ))}
      </ul>
      <WithMe />
      <FollowChoice />
      <BatonButtons />
    </Panel>
  );
}

/** What the holder of the baton is asked; putting off is a thing between me and my screen. */
function Requests(): JSX.Element | null {
  const { model, actions } = useRoom();
  const { holder, requested, members } = model.state.value;
  const putOff = model.putOff.value;
  if (holder !== model.page.actor) return null;
  const waiting = members.filter((one) => requested.includes(one.actor) && !putOff.includes(one.actor));
  return (
    <>
      {waiting.map((member) => (
        <div key={member.actor} class={`asking person-${member.color % 6}`} role="alert">
          <p>{t("room.control.asked", { name: member.name })}</p>
          <div class="row">
            <button type="button" class="primary" onClick={() => actions.giveControl(member.actor)}>
              {t("room.control.give")}
            </button>
            <button
              type="button"
              onClick={() => {
                model.putOff.value = [...putOff, member.actor];
              }}
            >
              {t("room.control.not_now")}
            </button>
          </div>
        </div>
      ))}
    </>
  );
}

function Person({ member }: { member: Member }): JSX.Element {
  const { model, actions } = useRoom();
  const { holder, requested } = model.state.value;
  const me = model.page.actor;
  const isMe = member.actor === me;
  const isPresenter = holder === member.actor;
  const role = t(`room.role.${member.role}`);
  return (
    <li class={`person person-${member.color % 6}`}>
      <span class="person-dot" aria-hidden="true" />
      <span class="words">
        <span class="name">
          {member.name}
          {isMe && <span class="soft"> {t("room.you")}</span>}
        </span>
        <span class="soft">{[role, member.hospital].filter(Boolean).join(" · ")}</span>
      </span>
      <span class="chips">
        {isPresenter && <span class="chip presents">{t("room.control.presents")}</span>}
        {!isPresenter && requested.includes(member.actor) && <span class="chip warn">{t("room.control.asks")}</span>}
        <SeenChip actor={member.actor} isPresenter={isPresenter} />
      </span>
      {holder === me && !isMe && (
        <button
          type="button"
          class="tool"
          title={t("room.control.give_to", { name: member.name })}
          aria-label={t("room.control.give_to", { name: member.name })}
          onClick={() => actions.giveControl(member.actor)}
        >
          <Icon name="presents" />
        </button>
      )}
    </li>
  );
}

const SEEN: Readonly<Record<Seen, { text: TextKey; tone: string }>> = {
  same: { text: "room.seen.same", tone: "ok" },
  partly: { text: "room.seen.partly", tone: "warn" },
  coarse: { text: "room.seen.coarse", tone: "warn" },
  loading: { text: "room.seen.loading", tone: "warn" },
  elsewhere: { text: "room.seen.elsewhere", tone: "danger" },
  lost: { text: "room.seen.lost", tone: "danger" },
};

function SeenChip({ actor, isPresenter }: { actor: string; isPresenter: boolean }): JSX.Element | null {
  const { model } = useRoom();
  const mine = actor === model.page.actor;
  const seat = model.seats.value.get(actor);
  const seen: Seen = mine ? model.follow.value.seen : (seat?.seen ?? "loading");
  const lost_s = mine ? model.link.value.lost_s : (seat?.lost_s ?? null);
  if (lost_s !== null) return <span class="chip danger">{t("room.seen.lost_since", { seconds: lost_s })}</span>;
  // While the room is not heard, what others see is what they saw.
  if (!mine && model.link.value.at !== "live") return <span class="chip">{t("room.seen.unknown")}</span>;
  // The presenter's own screen is the measure of the others: only its quality says something.
  if (isPresenter && seen !== "coarse" && seen !== "loading") return null;
  const { text, tone } = SEEN[seen];
  const follows = mine ? model.follow.value.follows : (seat?.follows ?? null);
  const isAlone = follows !== null && walks(follows);
  const own = follows === null || seen === "same" ? [] : ownOf(follows);
  return (
    <>
      <span class={`chip ${tone}`} title={isAlone ? t("room.seen.walks") : undefined}>
        {t(text)}
        {isAlone && seen !== "same" ? ` · ${t("room.seen.alone")}` : ""}
      </span>
      {own.map((facet) => (
        <span key={facet} class={`chip ${tone}`}>
          {t(`room.own.${facet}`)}
        </span>
      ))}
    </>
  );
}

/** Before one says "here": how many of the others look at just this image. */
function WithMe(): JSX.Element | null {
  const { model, actions } = useRoom();
  const { holder, present } = model.state.value;
  const me = model.page.actor;
  const others = present.filter((actor) => actor !== me);
  if (holder !== me || others.length === 0 || model.link.value.at !== "live") return null;
  const seats = others.map((actor) => model.seats.value.get(actor));
  const seenBy = (seen: Seen): number => seats.filter((seat) => seat?.seen === seen && seat.lost_s === null).length;
  const [count, partly] = [seenBy("same"), seenBy("partly")];
  const isAnyAlone = seats.some((seat) => seat !== undefined && !isAll(seat.follows) && seat.lost_s === null);
  return (
    <div class="row with-me">
      <span class={`chip ${count === others.length ? "ok" : "warn"}`} role="status">
        {t("room.with_you", { count, of: others.length })}
      </span>
      {partly > 0 && <span class="chip warn">{t("room.with_you.partly", { count: partly })}</span>}
      {isAnyAlone && (
        <button type="button" onClick={actions.gather}>
          <Icon name="follow" />
          {t("room.gather")}
        </button>
      )}
    </div>
  );
}

function BatonButtons(): JSX.Element {
  const { model, actions } = useRoom();
  const { holder, requested } = model.state.value;
  const { actor, role } = model.page;
  const isLive = model.link.value.at === "live";
  if (holder === actor) {
    return (
      <div class="row baton">
        <button type="button" disabled={!isLive} onClick={actions.releaseControl}>
          {t("room.control.release")}
        </button>
      </div>
    );
  }
  // Whoever answers for the case may take it; anybody may pick it up when nobody holds it (collab/rooms/policy.py).
  const mayTake = holder === null || role !== "participant";
  return (
    <div class="row baton">
      {mayTake && (
        <button type="button" class={holder === null ? "primary" : ""} disabled={!isLive} onClick={actions.takeControl}>
          <Icon name="presents" />
          {t("room.control.take")}
        </button>
      )}
      {holder !== null && (
        <button type="button" disabled={!isLive || requested.includes(actor)} onClick={actions.askControl}>
          {t(requested.includes(actor) ? "room.control.asked_already" : "room.control.ask")}
        </button>
      )}
      <HandButton />
    </div>
  );
}
