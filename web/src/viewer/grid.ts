/** The page elements of the panes: a cell each with its heading, made when first used, never removed, hidden instead. */
import { CARRIED } from "../wire/view";
import type { Text } from "./overlay";
import type { Places } from "./places";
import { installStyle } from "./style";

/** What stands over a pane: whose images these are, and by which right they move with others. */
export type Heading = { title: string; prior: string | null; notes: readonly Note[] };

/** `hasOwnLine`: too long to stand beside the title, whose series must stay readable. */
export type Note = { text: string; isWarning: boolean; hasOwnLine?: boolean };

export type Cell = {
  host: HTMLElement;
  /** Null for an empty pane. */
  head(heading: Heading | null): void;
};

export type GridEvents = {
  touched(index: number): void;
  closed(index: number): void;
  /** A card of the series strip was let go over a pane: what it carries. */
  dropped(index: number, carried: string): void;
};

export type Grid = {
  root: HTMLElement;
  cell(index: number): Cell;
  /** `missing`: how many panes this screen has no room for. */
  arrange(places: Places, of: { count: number; active: number }): void;
  destroy(): void;
};

export function createGrid(host: HTMLElement, text: Text, events: GridEvents): Grid {
  installStyle();
  const root = document.createElement("div");
  root.className = "panes";
  const grid = document.createElement("div");
  grid.className = "panes-grid";
  const missing = document.createElement("p");
  missing.className = "panes-missing";
  missing.setAttribute("role", "status");
  missing.hidden = true;
  root.append(grid, missing);
  host.append(root);
  const cells: ReturnType<typeof newCell>[] = [];

  const cell = (index: number): ReturnType<typeof newCell> => {
    for (let next = cells.length; next <= index; next += 1) {
      const made = newCell(next, text, events);
      cells.push(made);
      grid.append(made.element);
    }
    return cells[index] as ReturnType<typeof newCell>;
  };

  return {
    root: grid,
    cell,
    arrange({ rows, columns, shown }, { count, active }) {
      for (let index = 0; index < count; index += 1) cell(index);
      grid.style.gridTemplate = `repeat(${rows}, minmax(0, 1fr)) / repeat(${columns}, minmax(0, 1fr))`;
      for (const [index, { element }] of cells.entries()) {
        element.hidden = !shown.includes(index);
        element.toggleAttribute("data-active", index === active);
        element.toggleAttribute("data-below", shown.indexOf(index) >= columns);
        element.setAttribute("aria-current", String(index === active));
      }
      grid.toggleAttribute("data-many", count > 1);
      missing.hidden = shown.length >= count;
      missing.textContent = missing.hidden ? "" : text("room.panes.missing", { count: count - shown.length });
    },
    destroy: () => root.remove(),
  };
}

function newCell(index: number, text: Text, events: GridEvents): Cell & { element: HTMLElement } {
  const element = document.createElement("section");
  element.className = "pane";
  element.dataset.pane = String(index + 1);
  element.setAttribute("aria-label", text("room.pane", { n: index + 1 }));
  const heading = document.createElement("header");
  heading.className = "pane-head";
  const host = document.createElement("div");
  host.className = "pane-host";
  const empty = document.createElement("button");
  empty.type = "button";
  empty.className = "pane-empty";
  empty.textContent = text("room.pane.empty");
  element.append(heading, host, empty);

  const touched = (): void => events.touched(index);
  element.addEventListener("pointerdown", touched, { capture: true });
  element.addEventListener("focusin", touched);
  element.addEventListener("wheel", touched, { capture: true, passive: true });
  element.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes(CARRIED)) return;
    event.preventDefault();
    element.toggleAttribute("data-target", true);
  });
  element.addEventListener("dragleave", () => element.toggleAttribute("data-target", false));
  element.addEventListener("drop", (event) => {
    element.toggleAttribute("data-target", false);
    const carried = event.dataTransfer?.getData(CARRIED);
    if (!carried) return;
    event.preventDefault();
    events.dropped(index, carried);
  });
  let written = "";

  return {
    element,
    host,
    head(next) {
      const wanted = JSON.stringify(next);
      if (wanted === written) return;
      written = wanted;
      element.toggleAttribute("data-empty", next === null);
      heading.replaceChildren(...(next === null ? [] : wordsOf(next)), ...closing());
    },
  };

  function closing(): HTMLElement[] {
    const close = document.createElement("button");
    close.type = "button";
    close.className = "pane-close";
    close.textContent = "×";
    close.title = text("room.pane.close", { n: index + 1 });
    close.setAttribute("aria-label", close.title);
    close.addEventListener("click", () => events.closed(index));
    return [close];
  }
}

function wordsOf({ title, prior, notes }: Heading): HTMLElement[] {
  const span = (name: string, words: string): HTMLElement => {
    const made = document.createElement("span");
    made.className = name;
    made.textContent = words;
    return made;
  };
  const marks = prior === null ? [] : [span("pane-prior", prior)];
  const name = span("pane-title", title);
  name.title = title;
  const said = notes.map((note) => {
    const made = span("pane-note", note.text);
    made.classList.toggle("warn", note.isWarning);
    made.classList.toggle("line", note.hasOwnLine ?? false);
    made.title = note.text;
    return made;
  });
  return [...marks, name, ...said];
}
