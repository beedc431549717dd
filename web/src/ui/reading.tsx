/** How the active picture is read: rotated, flipped, moving by itself. */
import type { JSX } from "preact";
import { t } from "../i18n/text";
import { useRoom } from "./context";
import { ToolButton } from "./parts";

const SPEEDS = [0.5, 1, 2, 4] as const;

export function ReadingTools(): JSX.Element {
  const { model, actions } = useRoom();
  const { pane } = model.viewer.value;
  return (
    <div class="group">
      <ToolButton
        icon="rotate"
        label={t("room.rotate")}
        shortcut="O"
        disabled={pane === null}
        onClick={actions.rotate}
      />
      <ToolButton icon="flip" label={t("room.flip")} shortcut="H" disabled={pane === null} onClick={actions.flip} />
      <CineControl />
    </div>
  );
}

function CineControl(): JSX.Element {
  const { model, actions } = useRoom();
  const { pane, isPlaying } = model.viewer.value;
  return (
    <>
      <ToolButton
        icon={isPlaying ? "pause" : "play"}
        label={isPlaying ? t("room.cine.stop") : t("room.cine.play")}
        shortcut="C"
        pressed={isPlaying}
        disabled={pane === null}
        onClick={() => actions.play(isPlaying ? null : 1)}
      />
      {isPlaying && (
        <select
          aria-label={t("room.cine.speed")}
          title={t("room.cine.speed")}
          onChange={(event) => {
            actions.play(Number(event.currentTarget.value));
            event.currentTarget.blur();
          }}
        >
          {SPEEDS.map((speed) => (
            <option key={speed} value={String(speed)} selected={speed === 1}>
              {`× ${speed}`}
            </option>
          ))}
        </select>
      )}
    </>
  );
}
