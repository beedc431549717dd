/** How the active picture is read: rotated, flipped, moving by itself. */
import type { JSX } from "preact";
import { t } from "../i18n/text";
import { useRoom } from "./context";
import { ToolButton } from "./parts";
import { isPicture, siblingsOf } from "./siblings";

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
      <SiblingSteps />
    </div>
  );
}

function SiblingSteps(): JSX.Element | null {
  const { model, actions } = useRoom();
  const { pane } = model.viewer.value;
  const siblings = siblingsOf(model.studies.value, pane);
  if (siblings.length === 0) return null;
  const n = siblings.findIndex((one) => one.stack === pane?.stack) + 1;
  const [before, next] = siblings.every(isPicture)
    ? [t("room.sibling.picture_before"), t("room.sibling.picture_next")]
    : [t("room.sibling.before"), t("room.sibling.next")];
  return (
    <>
      <ToolButton icon="back" label={before} shortcut="←" onClick={() => actions.stepSibling(-1)} />
      <span class="soft">{t("room.sibling.place", { n, count: siblings.length })}</span>
      <ToolButton icon="chevron" label={next} shortcut="→" onClick={() => actions.stepSibling(1)} />
    </>
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
