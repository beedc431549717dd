/** How many panes, and how they move together: a menu of the toolbar. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { said, t } from "../i18n/text";
import { isOverruled } from "../wire/registered";
import type { Arrangement } from "../wire/types";
import { useRoom } from "./context";
import { Icon } from "./icons";
import { closeMenus, ToolButton } from "./parts";

const SIDES = [1, 2, 3] as const;

export function ArrangementButtons(): JSX.Element {
  const { model, actions } = useRoom();
  const { view } = model.viewer.value;
  const { rows, columns } = view?.arrangement ?? ONE;
  const isLinked = view?.linked ?? false;
  return (
    <div class="group">
      <button
        type="button"
        class="tool"
        title={`${t("room.panes")} (G)`}
        aria-label={t("room.panes")}
        aria-keyshortcuts="G"
        popovertarget="arrangement"
      >
        <Icon name="panes" />
        <span class="soft">{`${rows}×${columns}`}</span>
      </button>
      <ToolButton
        icon="link"
        label={t("room.link")}
        shortcut="J"
        pressed={isLinked}
        disabled={view === null}
        onClick={() => actions.setLinked(!isLinked)}
      />
    </div>
  );
}

/** Beside the toolbar, and not in it: its key opens it also while its button is put away. */
export function ArrangementMenu(): JSX.Element {
  const { model, actions } = useRoom();
  const { view, hung, steps_back } = model.viewer.value;
  const { rows, columns } = view?.arrangement ?? ONE;
  // As collab/rooms/policy.py has it.
  const mayLay = model.page.role !== "participant" || model.state.value.holder === model.page.actor;
  return (
    <div id="arrangement" class="menu" popover="auto" role="dialog" aria-label={t("room.panes")}>
      <Picker chosen={{ rows, columns }} choose={actions.arrange} />
      <div class="column">
        <button type="button" onClick={actions.hangAgain}>
          {t("room.hang.again")}
        </button>
        <button type="button" disabled={steps_back === 0} onClick={actions.goBack}>
          {t("room.panes.back")}
        </button>
        <button type="button" disabled={rows * columns === 1 || !mayLay} onClick={actions.laySlices}>
          {t("room.registration.slices")}
        </button>
        <button type="button" disabled={rows * columns === 1 || !mayLay} onClick={actions.layPoints}>
          {t("room.registration.points")}
        </button>
      </div>
      {hung !== null && <p>{t("room.hang.rule", { rule: said(`room.hang.${hung}`) ?? hung })}</p>}
      <RegistrationList />
      <p class="soft">{t("room.link.hint")}</p>
    </div>
  );
}

/** By whom series are laid upon each other, and which of it counts. */
function RegistrationList(): JSX.Element | null {
  const { model, actions } = useRoom();
  const all = model.registered.value;
  if (all.length === 0) return null;
  const mayLift = (author: string): boolean => author === model.page.actor || model.page.role !== "participant";
  return (
    <ul class="registrations" aria-label={t("room.registration.list")}>
      {all.map((one) => (
        <li key={one.hand?.version ?? one.words}>
          <span>
            {one.words}
            {isOverruled(one, all) && <em class="caution">{t("room.registration.overruled")}</em>}
          </span>
          {one.hand && mayLift(one.hand.author) && (
            <button type="button" onClick={() => one.hand && actions.liftRegistration(one.hand.version)}>
              {t("room.registration.lift")}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

const ONE: Arrangement = { rows: 1, columns: 1 };

type PickerProps = { chosen: Arrangement; choose(arrangement: Arrangement): void };

/** Nine squares: pointing at one shows the grid that it stands for. */
function Picker({ chosen, choose }: PickerProps): JSX.Element {
  const [pointed, point] = useState<Arrangement | null>(null);
  const { rows, columns } = pointed ?? chosen;
  return (
    <fieldset class="picker" aria-label={t("room.panes.grid")}>
      {SIDES.flatMap((row) =>
        SIDES.map((column) => (
          <button
            key={`${row}x${column}`}
            type="button"
            class={row <= rows && column <= columns ? "square on" : "square"}
            aria-label={t("room.panes.choice", { rows: row, columns: column })}
            aria-pressed={row === chosen.rows && column === chosen.columns}
            // A finger points at nothing before it chooses.
            onPointerEnter={({ pointerType }) => pointerType === "mouse" && point({ rows: row, columns: column })}
            onPointerLeave={() => point(null)}
            onFocus={() => point({ rows: row, columns: column })}
            onBlur={() => point(null)}
            onClick={() => {
              choose({ rows: row, columns: column });
              closeMenus();
            }}
          />
        )),
      )}
    </fieldset>
  );
}
