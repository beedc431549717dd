/** The objects named over a pane, as far as they have come to this screen, and what is said of the others; pure. */
import type { Laid } from "../../wire/layers";
import type { ObjectSource, ObjectState, ShownObject } from "../../wire/objects";
import type { Text } from "../overlay";
import type { PackHeader } from "../pack";
import type { Scene } from "../scene";
import { isStateBent, stateOver } from "./state_grey";

export type LaidObjects = {
  shown: ShownObject[];
  /** A line for each that is on its way or cannot be shown: its absence must not go unnoticed. */
  words(text: Text): string;
};

export function asLaid(objects: readonly Laid[], source: ObjectSource): LaidObjects {
  const found = objects.map((laid) => ({ laid, state: source.ask(laid.sop_instance_uid) }));
  return {
    shown: found.flatMap(({ laid: { sop_instance_uid: uid, hidden, opacity }, state }) =>
      state.at === "there" ? [{ uid, content: state.content, hidden, opacity }] : [],
    ),
    words: (text) =>
      found
        .map(({ state }) => wordsOf(state, text))
        .filter(Boolean)
        .join("\n"),
  };
}

function wordsOf(state: ObjectState, text: Text): string {
  if (state.at === "there") return "";
  if (state.at === "loading") return text("room.object.loading");
  return text("room.object.refused", { reason: state.says });
}

/** Whether a state over this scene bends the grey scale, which pictures drawn by the server do not follow. */
export function isBentByState(scene: Scene, header: PackHeader, source: ObjectSource): boolean {
  const id = scene.layout === "stack" ? "stack" : scene.active;
  const state = stateOver(scene, header, id, asLaid(scene.layers.objects, source).shown);
  return state !== null && isStateBent(state, header);
}

/** What counts against another's view: an object that is on its way, or one that cannot be shown here. */
export function arrivalOf(objects: readonly Laid[], source: ObjectSource): "there" | "loading" | "elsewhere" {
  const states = objects.map((laid) => source.ask(laid.sop_instance_uid).at);
  if (states.includes("refused")) return "elsewhere";
  return states.includes("loading") ? "loading" : "there";
}
