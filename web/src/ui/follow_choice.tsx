/** What of the presenter's view comes to this screen: all of it, until its reader keeps a part to themselves. */
import type { JSX } from "preact";
import { t } from "../i18n/text";
import { FACETS } from "../wire/facets";
import { useRoom } from "./context";

export function FollowChoice(): JSX.Element | null {
  const { model, actions } = useRoom();
  const { holder, members } = model.state.value;
  const { follows } = model.follow.value;
  if (holder === null || holder === model.page.actor) return null;
  const name = members.find((one) => one.actor === holder)?.name ?? "";
  return (
    <fieldset class="follow-choice">
      <legend class="soft">{t("room.facets", { name })}</legend>
      {FACETS.map((facet) => (
        <label key={facet}>
          <input
            type="checkbox"
            checked={follows[facet]}
            onChange={(event) => actions.follow({ ...follows, [facet]: event.currentTarget.checked })}
          />
          {t(`room.facet.${facet}`)}
        </label>
      ))}
    </fieldset>
  );
}
