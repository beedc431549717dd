/** The worklist kept up to date: fresh lists when something happens, ages, the ring and the badge. */

import { keepAges, writeAges } from "./age";
import { refresh } from "./fresh";
import { makeRing } from "./ring";

export type WorklistPage = { changed: () => void; connected: (is: boolean) => void; remove: () => void };

export function startWorklist(): WorklistPage | null {
  if (!document.getElementById("worklist")) return null;
  const ring = makeRing();
  const dayUnit = (): string => list()?.dataset.dayUnit ?? "d";
  const removeAges = keepAges(document, dayUnit);
  const removeSound = startSoundButton(ring.isOn, (on) => ring.turn(on));
  const look = (): void => {
    writeAges(document, Date.now(), dayUnit());
    ring.set(document.querySelector('[data-rings="immediate"], [data-rings="urgent"]') !== null);
    showCount(document.querySelectorAll("[data-needs-me]").length);
  };
  look();
  return {
    changed: () => void refresh("worklist").then(look),
    connected: showConnected,
    remove: () => {
      removeAges();
      removeSound();
      ring.stop();
    },
  };
}

/** The number beside the navigation's link and in the tab's title. */
export function showCount(count: number): void {
  const badge = document.querySelector<HTMLElement>("[data-worklist-count]");
  if (badge) {
    badge.hidden = count === 0;
    badge.textContent = String(count);
  }
  document.title = `${count ? `(${count}) ` : ""}${document.title.replace(/^\(\d+\) /, "")}`;
}

function list(): HTMLElement | null {
  return document.getElementById("worklist");
}

function showConnected(is: boolean): void {
  const live = document.querySelector<HTMLElement>("[data-live]");
  if (!live) return;
  live.hidden = false;
  live.classList.toggle("off", !is);
  show(live, "[data-live-on]", is);
  show(live, "[data-live-off]", !is);
}

function startSoundButton(isOn: () => boolean, turn: (on: boolean) => void): () => void {
  const button = document.querySelector<HTMLButtonElement>("[data-sound]");
  if (!button) return () => undefined;
  const draw = (): void => {
    button.setAttribute("aria-pressed", String(isOn()));
    show(button, "[data-sound-on]", isOn());
    show(button, "[data-sound-off]", !isOn());
  };
  const toggle = (): void => {
    turn(!isOn());
    draw();
  };
  button.hidden = false;
  button.addEventListener("click", toggle);
  draw();
  return () => button.removeEventListener("click", toggle);
}

function show(root: ParentNode, selector: string, shown: boolean): void {
  const found = root.querySelector<HTMLElement>(selector);
  if (found) found.hidden = !shown;
}
