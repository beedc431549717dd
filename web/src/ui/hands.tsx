/** Who waits to speak, in the order in which they raised their hands; the same list for everybody. */
import type { JSX } from "preact";
import { t } from "../i18n/text";
import type { Member } from "../wire/types";
import { useRoom } from "./context";
import { Icon } from "./icons";

export function Hands(): JSX.Element | null {
  const { model } = useRoom();
  const { hands, members } = model.state.value;
  if (hands.length === 0) return null;
  return (
    <section class="hands" aria-labelledby="hands-title">
      <h3 id="hands-title">{t("room.hands", { count: hands.length })}</h3>
      <ol>
        {hands.map((actor) => {
          const member = members.find((one) => one.actor === actor);
          return member && <Hand key={actor} member={member} />;
        })}
      </ol>
    </section>
  );
}

function Hand({ member: { actor, name, color } }: { member: Member }): JSX.Element {
  const { model, actions } = useRoom();
  const { holder } = model.state.value;
  const isMine = actor === model.page.actor;
  // As collab/rooms/policy.py has it: the one who presents, and those who answer for the case.
  const leads = holder === model.page.actor || model.page.role !== "participant";
  const lower = t(isMine ? "room.hand.lower" : "room.hand.lower_of", { name });
  return (
    <li class={`person-${color % 6}`}>
      <span class="name">
        {name}
        {isMine && <span class="soft"> {t("room.you")}</span>}
      </span>
      {leads && !isMine && (
        <button
          type="button"
          class="tool"
          title={t("room.control.give_to", { name })}
          aria-label={t("room.control.give_to", { name })}
          onClick={() => actions.giveControl(actor)}
        >
          <Icon name="presents" />
        </button>
      )}
      {(leads || isMine) && (
        <button type="button" class="tool" title={lower} aria-label={lower} onClick={() => actions.lowerHand(actor)}>
          <Icon name="close" />
        </button>
      )}
    </li>
  );
}

export function HandButton(): JSX.Element | null {
  const { model, actions } = useRoom();
  const { holder, hands } = model.state.value;
  const { actor } = model.page;
  if (holder === actor) return null;
  const isUp = hands.includes(actor);
  return (
    <button type="button" aria-pressed={isUp} disabled={model.link.value.at !== "live"} onClick={actions.switchHand}>
      <Icon name="hand" />
      {t(isUp ? "room.hand.lower" : "room.hand.raise")}
    </button>
  );
}
