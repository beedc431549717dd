/** Switches for what lies over the image: shown only where the series has such markings. */
import type { JSX } from "preact";
import { type TextKey, t } from "../i18n/text";
import { useRoom } from "./context";
import { ToolButton } from "./parts";

const SWITCHES = [
  { name: "overlays", icon: "overlays", label: "room.layers.overlays" },
  { name: "shutters", icon: "shutter", label: "room.layers.shutters" },
] as const satisfies readonly { name: string; icon: string; label: TextKey }[];

export function LayerSwitches(): JSX.Element | null {
  const { model, actions } = useRoom();
  const { there, on } = model.viewer.value.layers;
  if (!there.overlays && !there.shutters) return null;
  return (
    <div class="group">
      {SWITCHES.filter(({ name }) => there[name]).map(({ name, icon, label }) => (
        <ToolButton
          key={name}
          icon={icon}
          label={t(label)}
          pressed={on[name]}
          onClick={() => actions.setMarkings({ overlays: on.overlays, shutters: on.shutters, [name]: !on[name] })}
        />
      ))}
    </div>
  );
}
