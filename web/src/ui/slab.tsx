/** The slab of the active plane: how its voxels are drawn as one, and how thick it is. */
import type { JSX } from "preact";
import { t } from "../i18n/text";
import type { Slab } from "../wire/types";
import { useRoom } from "./context";
import { activeSlab } from "./model";
import { BLENDS, LEAST_MM, MOST_MM, thicknessOf, USUAL_MM } from "./slabs";

export function SlabChoice(): JSX.Element | null {
  const { model, actions } = useRoom();
  const { pane } = model.viewer.value;
  if (pane === null || pane.layout === "stack") return null;
  const slab = activeSlab(pane);
  return (
    <div class="group slab">
      <select
        aria-label={t("room.slab")}
        aria-keyshortcuts="T"
        title={`${t("room.slab")} (T)\n${t("room.slab.hint")}`}
        value={slab?.blend ?? ""}
        onChange={(event) => {
          const blend = BLENDS.find((one) => one === event.currentTarget.value);
          actions.setSlab(blend ? { blend, thickness_mm: slab?.thickness_mm ?? USUAL_MM } : null);
          // A list that keeps the focus would take the letters that are the room's keys.
          event.currentTarget.blur();
        }}
      >
        <option value="">{t("room.slab.none")}</option>
        {BLENDS.map((blend) => (
          <option key={blend} value={blend}>
            {t(`room.slab.${blend}`)}
          </option>
        ))}
      </select>
      {slab !== null && <Thickness slab={slab} set={actions.setSlab} />}
    </div>
  );
}

function Thickness({ slab, set }: { slab: Slab; set(slab: Slab): void }): JSX.Element {
  return (
    <label class="thickness" title={t("room.slab.thickness_keys")}>
      <input
        type="number"
        aria-label={t("room.slab.thickness")}
        min={LEAST_MM}
        max={MOST_MM}
        step="1"
        value={slab.thickness_mm}
        onChange={(event) => {
          const thickness_mm = thicknessOf(event.currentTarget.valueAsNumber);
          if (thickness_mm === null) event.currentTarget.value = String(slab.thickness_mm);
          else set({ ...slab, thickness_mm });
        }}
      />
      mm
    </label>
  );
}
