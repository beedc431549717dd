/** In which unit PET is read, and its usual windows; a unit that cannot be computed says why. */
import type { JSX } from "preact";
import { said, t } from "../i18n/text";
import { useRoom } from "./context";

// Upper ends in SUV; the lower end is 0.
const UPPER_ENDS = [5, 10] as const;

export function UptakeChoice(): JSX.Element | null {
  const { model, actions } = useRoom();
  const { units, chosen } = model.viewer.value.uptake;
  if (units.length === 0) return null;
  const suv = units.find((one) => one.unit === chosen);
  const canPreset = suv !== undefined && chosen.startsWith("SUV");
  return (
    <div class="group window">
      <select
        aria-label={t("room.uptake.unit")}
        title={t("room.uptake.unit")}
        value={chosen}
        onChange={(event) => {
          actions.setUptakeUnit(event.currentTarget.value);
          event.currentTarget.blur();
        }}
      >
        {units.map(({ unit, factor, reason }) => (
          <option key={unit} value={unit} disabled={factor === null}>
            {reason === null ? unit : `${unit} – ${said(`room.suv.${reason}`) ?? reason}`}
          </option>
        ))}
      </select>
      {UPPER_ENDS.map((upper) => (
        <button
          key={upper}
          type="button"
          class="tool words"
          disabled={!canPreset}
          aria-label={t("room.uptake.window", { upper })}
          title={t("room.uptake.window", { upper })}
          onClick={() => {
            const factor = suv?.factor ?? 1;
            actions.setWindow({ center: upper / 2 / factor, width: upper / factor });
          }}
        >
          {`0–${upper}`}
        </button>
      ))}
    </div>
  );
}
