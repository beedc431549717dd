/** How the active picture is read: rotated, flipped, thick, moving by itself. */
import type { JSX } from "preact";
import { said, t } from "../i18n/text";
import type { Slab } from "../wire/types";
import { useRoom } from "./context";
import { ToolButton } from "./parts";

/** What radiologists set by hand: vessels 5 to 20 mm MIP, airways MinIP, noisy thin slices 3 to 5 mm mean. */
const SLABS: readonly Slab[] = [
  { blend: "mip", thickness_mm: 5 },
  { blend: "mip", thickness_mm: 10 },
  { blend: "mip", thickness_mm: 20 },
  { blend: "mip", thickness_mm: 40 },
  { blend: "minip", thickness_mm: 5 },
  { blend: "minip", thickness_mm: 10 },
  { blend: "mean", thickness_mm: 3 },
  { blend: "mean", thickness_mm: 5 },
  { blend: "mean", thickness_mm: 10 },
];

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
      <SlabChoice />
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

function SlabChoice(): JSX.Element {
  const { model, actions } = useRoom();
  const { pane, slab_refusal } = model.viewer.value;
  const slab = pane?.viewports.find((one) => one.id !== "stack")?.slab ?? null;
  const chosen = SLABS.findIndex((one) => one.blend === slab?.blend && one.thickness_mm === slab.thickness_mm);
  const why = slab_refusal === null ? null : (said(`room.reason.${slab_refusal}`) ?? slab_refusal);
  return (
    <select
      aria-label={t("room.slab")}
      title={why ?? t("room.slab")}
      // A slab taken over from another screen can always be put away.
      disabled={pane === null || (slab_refusal !== null && slab === null)}
      value={String(chosen)}
      onChange={(event) => {
        actions.setSlab(SLABS[Number(event.currentTarget.value)] ?? null);
        event.currentTarget.blur();
      }}
    >
      <option value="-1">{t("room.slab.none")}</option>
      {SLABS.map((one, index) => (
        <option key={`${one.blend} ${one.thickness_mm}`} value={String(index)}>
          {t(`room.slab.${one.blend}`, { mm: one.thickness_mm })}
        </option>
      ))}
    </select>
  );
}
