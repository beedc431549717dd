/** Keys of the room: obeyed anywhere but where people write or choose; returns the remover. */

import { nextPane } from "../room/arranging";
import { keyAct } from "../ui/keys";
import { type Actions, activeSlab, type Model } from "../ui/model";
import { PRESETS, takesPresets } from "../ui/presets";
import { nextSlab, thickened, USUAL_MM } from "../ui/slabs";

export function listenToKeys(model: Model, actions: Actions): () => void {
  const listen = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || isTaken(event.target)) return;
    const act = keyAct(event);
    if (act === null || document.querySelector("dialog[open]") !== null) return;
    const isOfAnnotation = act.do === "remove" || act.do === "nudge" || act.do === "next_part";
    if (isOfAnnotation && model.annotations.value.selected === null) return;
    const isArrow = act.do === "scroll" || act.do === "sibling" || act.do === "tilt";
    if (isArrow ? isBesideImages(event.target) : event.repeat && act.do !== "nudge") return;
    event.preventDefault();
    obey(act, model, actions);
  };
  window.addEventListener("keydown", listen);
  return () => window.removeEventListener("keydown", listen);
}

/** Fields keep their letters, lists and buttons keep their arrows. */
function isTaken(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

/** Arrows in a column that scrolls are that column's. */
const isBesideImages = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest(".side, .series") !== null;

type KeyAct = NonNullable<ReturnType<typeof keyAct>>;

function obey(act: KeyAct, model: Model, actions: Actions): void {
  const { view, pane, points } = model.viewer.value;
  switch (act.do) {
    case "preset": {
      const preset = PRESETS[act.index];
      if (preset !== undefined && takesPresets(pane?.window.unit)) actions.setWindow(preset);
      break;
    }
    case "scroll":
      actions.scroll(act.images);
      break;
    case "tool":
      actions.setTool(act.tool);
      break;
    case "undo":
      actions.undo();
      break;
    case "redo":
      actions.redo();
      break;
    case "measure":
      actions.setMeasure(model.annotations.value.kind === null ? "length" : null);
      break;
    case "nudge":
      actions.nudgeAnnotation(act);
      break;
    case "next_part":
      actions.nextPart();
      break;
    case "remove":
      actions.removeAnnotation(model.annotations.value.selected ?? "");
      break;
    case "escape":
      if (!actions.endMeasure()) actions.setMeasure(null);
      break;
    case "invert":
      actions.setInvert(!(pane?.invert ?? false));
      break;
    case "reset":
      actions.reset();
      break;
    case "sibling":
      actions.stepSibling(act.by);
      break;
    case "tilt":
      actions.tilt(act.degrees);
      break;
    case "straighten":
      actions.straighten();
      break;
    case "rotate":
      actions.rotate();
      break;
    case "flip":
      actions.flip();
      break;
    case "cine":
      actions.play(model.viewer.value.isPlaying ? null : 1);
      break;
    case "slab":
      if (pane !== null && pane.layout !== "stack") actions.setSlab(nextSlab(activeSlab(pane), USUAL_MM));
      break;
    case "thicken": {
      const slab = pane && activeSlab(pane);
      if (slab) actions.setSlab(thickened(slab, act.by));
      break;
    }
    case "thin":
      actions.setThin(!model.viewer.value.isThin);
      break;
    case "layout":
      actions.setLayout(pane?.layout === "mpr" ? "stack" : "mpr");
      break;
    case "follow":
      actions.rejoin();
      break;
    case "control":
      passControl(model, actions);
      break;
    case "gather":
      if (model.state.value.holder === model.page.actor) actions.gather();
      break;
    case "hand":
      actions.switchHand();
      break;
    case "key_view":
      model.isKeeping.value = pane !== null && mayKeep(model);
      break;
    case "link_view":
      if (model.link.value.at === "live") actions.linkView();
      break;
    case "pointer":
      actions.setPoints(!points);
      break;
    case "mute":
      actions.setMuted(!model.call.value.muted);
      break;
    case "panes":
      document.getElementById("arrangement")?.togglePopover();
      break;
    case "next_pane":
      if (view !== null) actions.activatePane(nextPane(view));
      break;
    case "link":
      actions.setLinked(!(view?.linked ?? false));
      break;
    case "back":
      actions.goBack();
      break;
    case "help":
      model.isHelpOpen.value = true;
      break;
  }
}

const mayKeep = (model: Model): boolean =>
  model.page.role !== "participant" && model.state.value.conclusion_id === null;

/** One key for all that may be done with the baton: lay down mine, take what lies there, ask for another's. */
function passControl(model: Model, actions: Actions): void {
  const { holder } = model.state.value;
  if (holder === model.page.actor) actions.releaseControl();
  else if (holder === null) actions.takeControl();
  else actions.askControl();
}
