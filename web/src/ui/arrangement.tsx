/** How many panes, and how they move together: a menu of the toolbar. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { said, t } from "../i18n/text";
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
        <button type="button" disabled={rows * columns === 1} onClick={actions.linkHere}>
          {t("room.link.here")}
        </button>
        <button type="button" disabled={(view?.links.length ?? 0) === 0} onClick={actions.unlink}>
          {t("room.link.undo")}
        </button>
      </div>
      {hung !== null && <p>{t("room.hang.rule", { rule: said(`room.hang.${hung}`) ?? hung })}</p>}
      <p class="soft">{t("room.link.hint")}</p>
    </div>
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
