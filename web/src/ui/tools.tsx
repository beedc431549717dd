/** The groups of the toolbar: what the mouse does, which planes, which window; greyed with the reason where it cannot. */
import type { JSX } from "preact";
import { said, type TextKey, t } from "../i18n/text";
import { isAll } from "../wire/facets";
import type { Pane } from "../wire/types";
import { useRoom } from "./context";
import type { IconName } from "./icons";
import type { Tool } from "./model";
import { ToolButton } from "./parts";
import { isPreset, PRESETS, takesPresets } from "./presets";

type Window = { center: number; width: number };

const TOOLS: readonly { tool: Tool; icon: IconName; label: TextKey; shortcut: string }[] = [
  { tool: "window", icon: "window", label: "room.tool.window", shortcut: "W" },
  { tool: "region", icon: "region", label: "room.tool.region", shortcut: "E" },
  { tool: "pan", icon: "pan", label: "room.tool.pan", shortcut: "D" },
  { tool: "zoom", icon: "zoom", label: "room.tool.zoom", shortcut: "Z" },
  { tool: "lens", icon: "lens", label: "room.tool.lens", shortcut: "V" },
  { tool: "scroll", icon: "scroll", label: "room.tool.scroll", shortcut: "S" },
];

export function HandTools(): JSX.Element {
  const { model, actions } = useRoom();
  const { tool } = model.viewer.value;
  return (
    <div class="group">
      {TOOLS.map((one) => (
        <ToolButton
          key={one.tool}
          icon={one.icon}
          label={t(one.label)}
          shortcut={one.shortcut}
          pressed={tool === one.tool && model.annotations.value.kind === null}
          onClick={() => actions.setTool(one.tool)}
        />
      ))}
    </div>
  );
}

export function LookButtons(): JSX.Element {
  const { model, actions } = useRoom();
  const { pane } = model.viewer.value;
  return (
    <div class="group">
      <ToolButton
        icon="invert"
        label={t("room.invert")}
        shortcut="I"
        pressed={pane?.invert ?? false}
        disabled={pane === null}
        onClick={() => actions.setInvert(!(pane?.invert ?? false))}
      />
      <ToolButton icon="reset" label={t("room.reset")} shortcut="R" disabled={pane === null} onClick={actions.reset} />
    </div>
  );
}

export function ThinButton(): JSX.Element {
  const { model, actions } = useRoom();
  const { isThin } = model.viewer.value;
  return (
    <div class="group">
      <ToolButton
        icon="thin"
        label={t("room.thin")}
        shortcut="Y"
        hint={t("room.thin.hint")}
        pressed={isThin}
        onClick={() => actions.setThin(!isThin)}
      />
    </div>
  );
}

export function SharingButtons(): JSX.Element {
  const { model, actions } = useRoom();
  const { points } = model.viewer.value;
  const isMine = model.state.value.holder === model.page.actor;
  const { follows } = model.follow.value;
  return (
    <div class="group">
      <ToolButton
        icon="pointer"
        label={t("room.pointer")}
        shortcut="P"
        pressed={points}
        onClick={() => actions.setPoints(!points)}
      />
      <ToolButton
        icon="follow"
        label={isMine ? t("room.followed") : t("room.follow")}
        shortcut="F"
        pressed={!isMine && isAll(follows)}
        disabled={isMine}
        hint={isMine ? t("room.followed_hint") : undefined}
        onClick={actions.rejoin}
      />
    </div>
  );
}

export function LayoutButtons(): JSX.Element {
  const { model, actions } = useRoom();
  const { pane, mpr_refusal } = model.viewer.value;
  const why = mpr_refusal === null ? undefined : (said(`room.reason.${mpr_refusal}`) ?? mpr_refusal);
  return (
    <div class="group">
      <ToolButton
        icon="stack"
        label={t("room.layout.stack")}
        pressed={pane?.layout === "stack"}
        disabled={pane === null}
        onClick={() => actions.setLayout("stack")}
      />
      <ToolButton
        icon="mpr"
        label={t("room.layout.mpr")}
        shortcut="L"
        pressed={pane?.layout === "mpr"}
        disabled={pane === null || mpr_refusal !== null}
        hint={why}
        onClick={() => actions.setLayout("mpr")}
      />
      {isAnyOblique(pane) && (
        <ToolButton icon="straighten" label={t("room.straighten")} shortcut="X" onClick={actions.straighten} />
      )}
    </div>
  );
}

/** A plane through the volume that lies along none of the body's axes. */
const isAnyOblique = (pane: Pane | null): boolean =>
  pane?.viewports.some(({ id, normal }) => id !== "stack" && Math.max(...normal.map(Math.abs)) < 1 - 1e-6) ?? false;

export function WindowChoice(): JSX.Element | null {
  const { model, actions } = useRoom();
  const { pane, uptake, windows: initial } = model.viewer.value;
  const now = pane?.window;
  // Of PET they are in the file's unit, and read in another: it has windows of its own (uptake.tsx).
  const windows = uptake.units.length > 0 ? [] : initial;
  const presets = takesPresets(now?.unit) ? PRESETS : [];
  const choices = [...presets, ...windows];
  if (choices.length === 0 && uptake.units.length > 0) return null;
  const chosen = now === undefined ? -1 : choices.findIndex((choice) => isPreset(choice, now));
  const drawn = (choice: Window, index: number, words: string): JSX.Element => (
    <option key={index} value={String(index)}>
      {`${words} ${Math.round(choice.width)}/${Math.round(choice.center)}`.trim()}
    </option>
  );
  return (
    <div class="group window">
      <select
        aria-label={t("room.window")}
        title={presets.length > 0 ? t("room.window") : t("room.window.not_hu")}
        disabled={choices.length === 0}
        value={String(chosen)}
        onChange={(event) => {
          const choice = choices[Number(event.currentTarget.value)];
          if (choice !== undefined) actions.setWindow(choice);
          // A list that keeps the focus would take the letters that are the room's keys.
          event.currentTarget.blur();
        }}
      >
        <option value="-1" disabled>
          {choices.length > 0 ? t("room.window.other") : t("room.window.none")}
        </option>
        {presets.map((preset, index) => drawn(preset, index, `${preset.key} · ${t(preset.name)}`))}
        {windows.length > 0 && (
          <optgroup label={t("room.window.file")}>
            {windows.map((one, index) => drawn(one, presets.length + index, one.explanation ?? ""))}
          </optgroup>
        )}
      </select>
    </div>
  );
}

export function KeyViewButton(): JSX.Element {
  const { model, actions } = useRoom();
  const { pane } = model.viewer.value;
  const isAllowed = model.page.role !== "participant" && model.state.value.conclusion_id === null;
  return (
    <div class="group">
      <ToolButton
        icon="key"
        label={t("room.key_view.keep")}
        shortcut="K"
        disabled={pane === null || !isAllowed}
        onClick={() => {
          model.isKeeping.value = true;
        }}
      />
      <ToolButton
        icon="share"
        label={t("room.view_link.make")}
        shortcut="⇧ K"
        disabled={pane === null || model.link.value.at !== "live"}
        onClick={() => actions.linkView()}
      />
    </div>
  );
}
