/** Small pieces that several panels are made of. */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon, type IconName } from "./icons";

type ToolButtonProps = {
  icon: IconName;
  label: string;
  shortcut?: string;
  pressed?: boolean;
  disabled?: boolean;
  /** Why it is disabled, or more than the label says. */
  hint?: string | undefined;
  onClick(): void;
};

/** An icon alone: its name is read aloud, and shown with its key when hovered. */
export function ToolButton({ icon, label, shortcut, pressed, disabled, hint, onClick }: ToolButtonProps): JSX.Element {
  const title = [shortcut === undefined ? label : `${label} (${shortcut})`, hint].filter(Boolean).join("\n");
  return (
    <button
      type="button"
      class="tool"
      title={title}
      aria-label={hint === undefined ? label : `${label}. ${hint}`}
      aria-keyshortcuts={shortcut}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

/** Menus of the toolbar are popovers; what was chosen in one is looked at without it. */
export function closeMenus(): void {
  for (const open of document.querySelectorAll<HTMLElement>("[popover]:popover-open")) open.hidePopover();
}

type PanelProps = {
  id: string;
  title: string;
  aside?: ComponentChildren;
  startsClosed?: boolean;
  children: ComponentChildren;
};

const FOLDED_KEY = "consilium.panels.folded";

type Folded = Readonly<Record<string, boolean>>;

const readFolded = (): Folded => JSON.parse(localStorage.getItem(FOLDED_KEY) ?? "{}") as Folded;

/** A titled part of the side column that folds away, and stays so on this machine. */
export function Panel({ id, title, aside, startsClosed = false, children }: PanelProps): JSX.Element {
  const [isOpen, setOpen] = useState(() => !(readFolded()[id] ?? startsClosed));
  const toggle = (): void => {
    localStorage.setItem(FOLDED_KEY, JSON.stringify({ ...readFolded(), [id]: isOpen }));
    setOpen(!isOpen);
  };
  return (
    <section class={`panel panel-${id}`} aria-labelledby={`panel-${id}`}>
      <div class="panel-head">
        <h2 id={`panel-${id}`}>
          <button type="button" class="fold" aria-expanded={isOpen} aria-controls={`body-${id}`} onClick={toggle}>
            <Icon name="chevron" />
            {title}
          </button>
        </h2>
        {aside}
      </div>
      <div id={`body-${id}`} class="panel-body" hidden={!isOpen}>
        {children}
      </div>
    </section>
  );
}

/** A bar that moves with the voice; the number is not read aloud ten times a second. */
export function LevelBar({ level, label }: { level: number; label: string }): JSX.Element {
  return (
    <span class="level" role="img" aria-label={label}>
      <span style={{ inlineSize: `${Math.round(level * 100)}%` }} />
    </span>
  );
}
