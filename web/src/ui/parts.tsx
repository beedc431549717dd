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

type PanelProps = { id: string; title: string; aside?: ComponentChildren; children: ComponentChildren };

const OPEN_KEY = "consilium.panels.closed";

const readClosed = (): string[] => JSON.parse(localStorage.getItem(OPEN_KEY) ?? "[]") as string[];

/** A titled part of the side column that folds away, and stays so on this machine. */
export function Panel({ id, title, aside, children }: PanelProps): JSX.Element {
  const [isOpen, setOpen] = useState(() => !readClosed().includes(id));
  const toggle = (): void => {
    const closed = readClosed().filter((one) => one !== id);
    localStorage.setItem(OPEN_KEY, JSON.stringify(isOpen ? [...closed, id] : closed));
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
