/** A meeting as it was recorded: facts and what moved between them, folded to any moment of it; pure, and no clock. */
import type { TrailStep } from "../wire/trail";
import type { Fact, RoomState, View } from "../wire/types";
import { EMPTY_STATE, fold } from "./fold";
import type { RemotePointer, Sketch } from "./live";

type Step = TrailStep;

/** What people in the room had before their eyes. `view` is what was presented: at rest, or as the trail has it. */
export type Moment = {
  at_ms: number;
  /** The last fact, null before the first. */
  fact: Fact | null;
  state: RoomState;
  view: View | null;
  pointers: readonly RemotePointer[];
  sketches: readonly Sketch[];
};

/** The view by which a fact lets itself be found again. */
export function heldBy({ done }: Fact): View | null {
  const holds =
    done.t === "view.settled" || done.t === "key_view.added" || done.t === "chat.said" || done.t === "view.marked";
  return holds ? (done.view ?? null) : null;
}

export type Recording = {
  facts: readonly Fact[];
  /** Instants at which anything happened, in their order. */
  instants: readonly number[];
  /** The first instant of the trail, null where there is none. */
  trail_from_ms: number | null;
  at(ms: number): Moment;
  /** Just after a fact, whatever else happened in the same millisecond. */
  atFact(fact: Fact): Moment;
};

type Happening = { at_ms: number; fact: Fact } | { at_ms: number; step: Step };

/** `epoch`: of the owner whose samples these are; with another owner all hands are new. */
type Standing = Moment & { epoch: number };

const START: Standing = {
  at_ms: 0,
  fact: null,
  state: EMPTY_STATE,
  view: null,
  pointers: [],
  sketches: [],
  epoch: 0,
};

/** Moments that are kept, so that a jump back need not begin at the beginning. */
const KEPT_EVERY = 256;

export function createRecording(facts: readonly Fact[], steps: readonly Step[]): Recording {
  const happenings = merged(facts, steps);
  const places = new Map(happenings.flatMap((one, place) => ("fact" in one ? [[one.fact.seq, place] as const] : [])));
  const kept: Standing[] = [START];
  let last = { count: 0, standing: START };

  /** After so many happenings. */
  const after = (count: number): Standing => {
    const stop = Math.min(Math.floor(count / KEPT_EVERY), kept.length - 1);
    let from = { count: stop * KEPT_EVERY, standing: kept[stop] as Standing };
    if (last.count <= count && last.count > from.count) from = last;
    for (let next = from.count; next < count; next++) {
      from = { count: next + 1, standing: happened(from.standing, happenings[next] as Happening) };
      if (from.count === kept.length * KEPT_EVERY) kept.push(from.standing);
    }
    last = from;
    return from.standing;
  };

  return {
    facts,
    instants: happenings.map(({ at_ms }) => at_ms),
    trail_from_ms: steps[0]?.[0] ?? null,
    at: (ms) => ({ ...after(countUntil(happenings, ms)), at_ms: ms }),
    atFact: (fact) => after((places.get(fact.seq) ?? -1) + 1),
  };
}

/** In the order of time; of the same instant the facts first, since what moved belongs to what they made. */
function merged(facts: readonly Fact[], steps: readonly Step[]): Happening[] {
  const all: Happening[] = [
    ...facts.map((fact) => ({ at_ms: fact.at_ms, fact })),
    ...steps.map((step) => ({ at_ms: step[0], step })),
  ];
  return all.toSorted((one, other) => one.at_ms - other.at_ms);
}

function countUntil(happenings: readonly Happening[], ms: number): number {
  let [from, to] = [0, happenings.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((happenings[middle] as Happening).at_ms <= ms) from = middle + 1;
    else to = middle;
  }
  return from;
}

function happened(before: Standing, one: Happening): Standing {
  return { ...("fact" in one ? afterFact(before, one.fact) : afterStep(before, one.step[1])), at_ms: one.at_ms };
}

function afterFact(before: Standing, fact: Fact): Standing {
  const { done } = fact;
  const state = fold(before.state, fact);
  const next: Standing = { ...before, fact, state };
  // What moved before has come to rest, or to its end.
  if (done.t === "view.settled" || done.t === "control.taken") next.view = state.view;
  if (done.t === "member.left") {
    next.pointers = without(next.pointers, done.actor);
    next.sketches = without(next.sketches, done.actor);
  }
  if ("annotation_id" in done)
    next.sketches = next.sketches.filter((one) => one.actor !== fact.actor || one.annotation_id !== done.annotation_id);
  return next;
}

function afterStep(before: Standing, moved: Step[1]): Standing {
  const epoch = Math.floor(moved.n / 2 ** 32);
  const now = epoch === before.epoch ? before : { ...before, epoch, pointers: [], sketches: [] };
  const { actor } = moved;
  switch (moved.t) {
    case "view.moved":
      // Of an earlier holder: the baton has changed since.
      return moved.term === now.state.term ? { ...now, view: moved.view } : now;
    case "pointer.moved": {
      const others = without(now.pointers, actor);
      return { ...now, pointers: moved.pointer === null ? others : [...others, { actor, pointer: moved.pointer }] };
    }
    case "annotation.moved": {
      const { annotation_id, drawing } = moved;
      const others = without(now.sketches, actor);
      return { ...now, sketches: drawing === null ? others : [...others, { actor, annotation_id, drawing }] };
    }
  }
}

const without = <Kept extends { actor: string }>(hands: readonly Kept[], actor: string): Kept[] =>
  hands.filter((one) => one.actor !== actor);
