/** My annotations as acts of the room: shown while drawn, asked for when done, undone and redone; nobody else's. */
import type { Passing } from "../wire/socket";
import type { Act, Annotation, Drawing, Fact } from "../wire/types";

export type Annotating = {
  /** Others see it while my hand moves; null when I let go without drawing it. */
  sketch(annotation_id: string, drawing: Drawing | null): void;
  draw(annotation_id: string, drawing: Drawing): void;
  /** While an earlier act on it has no answer, its version is not known: the newest of what follows is asked for then. */
  change(annotation_id: string, to: Change): void;
  remove(annotation_id: string): void;
  /** Where my hand has left it, while the room has not answered to that; null where it has. */
  newest(annotation_id: string): Drawing | null;
  undo(): void;
  redo(): void;
  canUndo(): boolean;
  canRedo(): boolean;
  receive(fact: Fact): void;
  refused(n: number): void;
  /** Asks up to `acked` are done with, though their facts were not told one by one. */
  resume(acked: number): void;
};

export type AnnotatingWorld = {
  actor: string;
  /** Numbers must grow over a reload too: start from the clock. */
  first_n: number;
  now(): number;
  later(ms: number, run: () => void): void;
  ask(act: Act): number;
  send(message: Passing): boolean;
  annotations(): readonly Annotation[];
  changed(): void;
};

type Change = Pick<Drawing, "points" | "text" | "text_point">;

/** What stood before an act of mine and what after; null where nothing stood. */
type Step = { annotation_id: string; before: Drawing | null; after: Drawing | null };
type Way = "new" | "undo" | "redo";
type Pending = { step: Step; way: Way };

const SKETCH_EVERY_MS = 34;
const STEPS = 100;

export function createAnnotating(world: AnnotatingWorld): Annotating {
  let undone: Step[] = [];
  let done: Step[] = [];
  const pending = new Map<number, Pending>();
  // Undo and redo that were asked for before the room had answered.
  const wishes: (() => void)[] = [];
  // What my hand has done to an annotation since the act that has no answer yet.
  const next = new Map<string, Change | "remove">();
  let sketch_n = world.first_n;
  let sketched_ms = Number.NEGATIVE_INFINITY;
  let waiting: { annotation_id: string; drawing: Drawing } | null = null;
  let isSketchDue = false;

  const find = (annotation_id: string): Annotation | undefined =>
    world.annotations().find((one) => one.annotation_id === annotation_id);

  const isBusy = (annotation_id: string): boolean =>
    [...pending.values()].some(({ step }) => step.annotation_id === annotation_id);

  /** The act that leads from what stands now to what the step says; null where it cannot be done any more. */
  const actOf = ({ annotation_id, before, after }: Step): Act | null => {
    const found = find(annotation_id);
    if (after === null) return found ? { t: "annotation.remove", annotation_id, version: found.version } : null;
    if (before === null) return found ? null : { t: "annotation.draw", annotation_id, drawing: after };
    if (!found || found.author !== world.actor) return null;
    const { points, text, text_point } = after;
    return {
      t: "annotation.change",
      annotation_id,
      version: found.version,
      points,
      text,
      text_point: text_point ?? null,
    };
  };

  const take = (step: Step, way: Way): boolean => {
    if (isBusy(step.annotation_id)) return false;
    const act = actOf(step);
    if (act === null) return false;
    pending.set(world.ask(act), { step, way });
    return true;
  };

  const answered = ({ step, way }: Pending): void => {
    // What is undone goes back to where it can be redone, and the other way round.
    const mirrored: Step = { annotation_id: step.annotation_id, before: step.after, after: step.before };
    if (way === "undo") undone = [...undone, mirrored];
    else done = [...done.slice(1 - STEPS), step];
    if (way === "new") undone = [];
    world.changed();
  };

  const change = (annotation_id: string, to: Change): void => {
    if (isBusy(annotation_id)) {
      next.set(annotation_id, to);
      return;
    }
    const before = find(annotation_id)?.drawing;
    if (before) take({ annotation_id, before, after: { ...before, ...to } }, "new");
  };

  const remove = (annotation_id: string): void => {
    if (isBusy(annotation_id)) {
      next.set(annotation_id, "remove");
      return;
    }
    const found = find(annotation_id);
    if (!found) return;
    // Who removes another's for the case does not undo it under their own name.
    const isMine = found.author === world.actor;
    if (isMine) take({ annotation_id, before: found.drawing, after: null }, "new");
    else world.ask({ t: "annotation.remove", annotation_id, version: found.version });
  };

  const goOn = (): void => {
    for (const [annotation_id, what] of [...next]) {
      if (isBusy(annotation_id)) continue;
      next.delete(annotation_id);
      if (what === "remove") remove(annotation_id);
      else change(annotation_id, what);
    }
  };

  const flushSketch = (): void => {
    isSketchDue = false;
    if (waiting === null) return;
    sketched_ms = world.now();
    sketch_n += 1;
    world.send({ t: "annotation.move", n: sketch_n, ...waiting });
    waiting = null;
  };

  const endSketch = (): void => {
    waiting = null;
  };

  const back = (): void => {
    const last = done.at(-1);
    if (last === undefined) return;
    done = done.slice(0, -1);
    take({ annotation_id: last.annotation_id, before: last.after, after: last.before }, "undo");
    world.changed();
  };

  const forth = (): void => {
    const last = undone.at(-1);
    if (last === undefined) return;
    undone = undone.slice(0, -1);
    take(last, "redo");
    world.changed();
  };

  /** What is taken back is the latest act: it waits for the room's answer to that. */
  const wish = (step: () => void): void => {
    wishes.push(step);
    takeWishes();
  };

  const takeWishes = (): void => {
    while (pending.size === 0) {
      const first = wishes.shift();
      if (first === undefined) return;
      first();
    }
  };

  return {
    sketch(annotation_id, drawing) {
      if (drawing === null) {
        endSketch();
        sketch_n += 1;
        world.send({ t: "annotation.move", n: sketch_n, annotation_id, drawing });
        return;
      }
      waiting = { annotation_id, drawing };
      if (isSketchDue) return;
      const wait_ms = sketched_ms + SKETCH_EVERY_MS - world.now();
      if (wait_ms <= 0) return flushSketch();
      isSketchDue = true;
      world.later(wait_ms, flushSketch);
    },
    draw(annotation_id, drawing) {
      endSketch();
      take({ annotation_id, before: null, after: drawing }, "new");
    },
    change(annotation_id, to) {
      endSketch();
      change(annotation_id, to);
    },
    remove,
    newest(annotation_id) {
      const asked = [...pending.values()].findLast(({ step }) => step.annotation_id === annotation_id);
      const to = next.get(annotation_id);
      const after = asked?.step.after ?? null;
      return after && to !== undefined && to !== "remove" ? { ...after, ...to } : after;
    },
    undo: () => wish(back),
    redo: () => wish(forth),
    canUndo: () => done.length > 0,
    canRedo: () => undone.length > 0,
    receive(fact) {
      const found = fact.actor === world.actor ? pending.get(fact.n) : undefined;
      if (!found || !("annotation_id" in fact.done) || fact.done.annotation_id !== found.step.annotation_id) return;
      pending.delete(fact.n);
      goOn();
      answered(found);
      takeWishes();
    },
    refused(n) {
      if (!pending.delete(n)) return;
      goOn();
      world.changed();
      takeWishes();
    },
    resume(acked) {
      for (const n of [...pending.keys()]) if (n <= acked) pending.delete(n);
      goOn();
      takeWishes();
    },
  };
}
