/** Runs a recorded meeting: brings the images of each moment to the screen, and its words to the panels. */

import { advanced, atSpeed, movedTo, type Playing, toggled } from "../lib/playing";
import { createTape, type Tape } from "../lib/tape";
import { createDraftReader } from "../room/draft_reading";
import { createRecording, heldBy, type Moment, type Recording } from "../room/recording";
import type { ShowResult } from "../room/screen";
import { linesOf } from "../ui/fact_lines";
import type { ReplayActions, ReplayModel, TrailPicture } from "../ui/replay_model";
import type { Viewer } from "../viewer/viewer";
import type { Trail } from "../wire/trail";
import type { Fact, Member, RoomState, View } from "../wire/types";

export type ReelWorld = {
  show(view: View): ShowResult;
  compare(view: View): ShowResult;
  viewer(): Pick<Viewer, "setPointers" | "drawings"> | null;
  /** What people had laid upon what. */
  registrations(state: Pick<RoomState, "registrations" | "members">): void;
  colorOf(actor: string): string;
  onFrame(run: () => void): void;
  now(): number;
};

export type Reel = {
  /** Null for facts that could not be fetched, and for a trail that could not. */
  load(facts: readonly Fact[] | null, trail: Trail | null): void;
  /** The moment again: what it needs may have come. */
  draw(): void;
  /** How far the screen shows what was shown. */
  look(): void;
  pressed(event: KeyboardEvent): void;
  actions: Omit<ReplayActions, "mountViewer">;
};

export function createReel(model: ReplayModel, world: ReelWorld): Reel {
  let recording: Recording | null = null;
  let tape: Tape | null = null;
  let trail: Trail | null = null;
  let draftAt: (seq: number) => string = () => "";
  let shown: Moment | null = null;
  let isRunning = false;

  const look = (): void => {
    const view = model.moment.value?.view ?? null;
    model.seen.value = view === null ? "loading" : world.compare(view);
  };

  const momentOf = ({ played_ms, fact }: Playing): Moment | null => {
    if (recording === null || tape === null) return null;
    const chosen = fact === null ? undefined : recording.facts.find((one) => one.seq === fact);
    if (!chosen) return recording.at(tape.recordedAt(played_ms));
    const moment = recording.atFact(chosen);
    return { ...moment, view: heldBy(chosen) ?? moment.view };
  };

  const drawHands = (moment: Moment): void => {
    const { members, annotations } = moment.state;
    world.registrations(moment.state);
    const nameOf = (actor: string): string => members.find((one) => one.actor === actor)?.name ?? "";
    const hands = moment.pointers.map((one) => ({ ...one, name: nameOf(one.actor), color: world.colorOf(one.actor) }));
    world.viewer()?.setPointers(hands);
    const moving = moment.sketches.map(({ actor, ...one }) => ({ ...one, author: actor, isSketch: true }));
    const standing = annotations
      .filter((one) => !moving.some(({ annotation_id }) => annotation_id === one.annotation_id))
      .map((one) => ({ ...one, isSketch: false }));
    const inks = [...standing, ...moving].map(({ annotation_id, drawing, author, isSketch }) => {
      return { annotation_id, drawing, color: world.colorOf(author), isMine: false, isSketch };
    });
    world.viewer()?.drawings.show(inks);
  };

  const trailAt = (at_ms: number): TrailPicture => {
    if (trail === null) return "failed";
    const isOlder = at_ms < (trail.steps[0]?.[0] ?? Number.POSITIVE_INFINITY);
    if (isOlder && at_ms < model.page.kept_from_ms) return "expired";
    return trail.lost > 0 ? "lost" : "there";
  };

  const draw = (): void => {
    const moment = momentOf(model.playing.value);
    if (moment === null) return;
    model.moment.value = moment;
    model.pause.value = tape?.pauseAt(model.playing.value.played_ms) ?? null;
    model.trail.value = trailAt(moment.at_ms);
    model.draft.value = draftAt(moment.fact?.seq ?? 0);
    if (moment.view !== null && (moment.view !== shown?.view || model.seen.value === "elsewhere")) {
      model.failure.value = null;
      model.seen.value = world.show(moment.view);
    } else look();
    drawHands(moment);
    shown = moment;
  };

  const set = (next: Playing): void => {
    if (model.at.value !== "there") return;
    model.playing.value = next;
    draw();
    if (next.isPlaying && !isRunning) run();
  };

  const run = (): void => {
    isRunning = true;
    let before_ms = world.now();
    const turn = (): void => {
      const now_ms = world.now();
      model.playing.value = advanced(model.playing.value, now_ms - before_ms, model.length_ms.value);
      before_ms = now_ms;
      draw();
      isRunning = model.playing.value.isPlaying;
      if (isRunning) world.onFrame(turn);
    };
    world.onFrame(turn);
  };

  const jumpTo = (fact: Fact): void => {
    const played_ms = tape?.playedAt(fact.at_ms) ?? 0;
    set({ ...movedTo(model.playing.value, played_ms, model.length_ms.value), fact: fact.seq, isPlaying: false });
  };

  const step = (by: -1 | 1): void => {
    const seq = model.moment.value?.fact?.seq ?? 0;
    // The facts of a room are numbered from 1 without a hole.
    const next = recording?.facts[seq - 1 + by] ?? null;
    if (next !== null) jumpTo(next);
  };

  const toEnd = (end: "first" | "last"): void => {
    const fact = end === "first" ? recording?.facts[0] : recording?.facts.at(-1);
    if (fact) jumpTo(fact);
  };

  const toggle = (): void => set(toggled(model.playing.value, model.length_ms.value));
  const faster = (by: -1 | 1): void => set(atSpeed(model.playing.value, by));

  return {
    load(facts, loaded) {
      if (facts === null || facts.length === 0) {
        model.at.value = facts === null ? "failed" : "empty";
        return;
      }
      trail = loaded;
      recording = createRecording(facts, loaded?.steps ?? []);
      tape = createTape(recording.instants);
      draftAt = createDraftReader(facts);
      model.length_ms.value = tape.length_ms;
      model.lines.value = linesOf(facts);
      model.members.value = membersOf(facts);
      model.at.value = "there";
      draw();
    },
    draw,
    look,
    pressed(event) {
      const act = KEYS[event.key];
      if (act === undefined || event.altKey || event.ctrlKey || event.metaKey || isTaken(event)) return;
      event.preventDefault();
      act({ toggle, step, faster, toEnd });
    },
    actions: {
      toggle,
      faster,
      setSpeed: (speed) => set({ ...model.playing.value, speed }),
      moveTo: (played_ms) => set(movedTo(model.playing.value, played_ms, model.length_ms.value)),
      jumpTo,
      step,
      toEnd,
    },
  };
}

type Keyed = Pick<ReplayActions, "toggle" | "step" | "faster" | "toEnd">;

const KEYS: Readonly<Record<string, (acts: Keyed) => void>> = {
  " ": ({ toggle }) => toggle(),
  ArrowLeft: ({ step }) => step(-1),
  ArrowRight: ({ step }) => step(1),
  "+": ({ faster }) => faster(1),
  "-": ({ faster }) => faster(-1),
  Home: ({ toEnd }) => toEnd("first"),
  End: ({ toEnd }) => toEnd("last"),
};

/** A button that has the focus is pressed by Space, and the place of the meeting is moved by its own arrows. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false;
  return target.closest("input, textarea, select") !== null || (key === " " && target.closest("button, a") !== null);
}

/** As they were last known. */
function membersOf(facts: readonly Fact[]): Member[] {
  const joined = facts.flatMap(({ done }) => (done.t === "member.joined" ? [done.member] : []));
  return [...new Map(joined.map((one) => [one.actor, one])).values()];
}
