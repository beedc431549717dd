/** The keyboard's hand: moves the selected annotation of mine, or one of its points or its words, step by step. */
import type { Vec3 } from "../../lib/vectors";
import type { Drawing } from "../../wire/types";
import type { Part } from "./holding";
import { carried } from "./shapes";

export type Step = { right_px: number; up_px: number };

export type NudgingWorld = {
  /** Mine, selected, and shown in the viewport that the keyboard speaks to; with what can be moved of it. */
  target(): { annotation_id: string; drawing: Drawing; parts: readonly Part[]; text_point: Vec3 | null } | null;
  /** A way on that viewport, in the patient. */
  way(step: Step): Vec3;
  /** True of what is smaller than a pixel: a step that leads there is not taken. */
  isNothing(drawing: Drawing): boolean;
  sketch(annotation_id: string, drawing: Drawing): void;
  changed(annotation_id: string, drawing: Drawing): void;
  later(wait_ms: number, run: () => void): number;
  cancel(timer: number): void;
};

export type Nudging = {
  /** False where there is nothing to move. */
  nudge(step: Step): boolean;
  /** The next of all, each point, the words. */
  next(): boolean;
  /** What the keyboard moves of this annotation; null until it has been used on it. */
  partOf(annotation_id: string): Part | null;
  /** What was moved is asked of the room at once. */
  settle(): void;
};

// One ask, and one step of undo, for a key held down or pressed several times.
const SETTLE_MS = 600;

export function createNudging(world: NudgingWorld): Nudging {
  let held: { annotation_id: string; part: Part } | null = null;
  let moving: { annotation_id: string; drawing: Drawing } | null = null;
  let timer = 0;

  function settle(): void {
    world.cancel(timer);
    const done = moving;
    moving = null;
    if (done) world.changed(done.annotation_id, done.drawing);
  }

  function take(annotation_id: string): Part {
    if (held?.annotation_id !== annotation_id) {
      settle();
      held = { annotation_id, part: "whole" };
    }
    return held.part;
  }

  return {
    settle,
    nudge(step) {
      const target = world.target();
      if (!target) return false;
      const { annotation_id, drawing, text_point } = target;
      const part = take(annotation_id);
      const next = carried(drawing, part, { by: world.way(step), text_point });
      if (world.isNothing(next)) return true;
      moving = { annotation_id, drawing: next };
      world.sketch(annotation_id, moving.drawing);
      world.cancel(timer);
      timer = world.later(SETTLE_MS, settle);
      return true;
    },
    next() {
      const target = world.target();
      if (!target) return false;
      const { annotation_id, parts } = target;
      const isNew = held?.annotation_id !== annotation_id;
      const part = take(annotation_id);
      const index = isNew ? 0 : parts.indexOf(part);
      held = { annotation_id, part: parts[(index + 1) % parts.length] ?? "whole" };
      return true;
    },
    partOf: (annotation_id) => (held?.annotation_id === annotation_id ? held.part : null),
  };
}
