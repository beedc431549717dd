/** What the panels of a replay draw, as signals, and what they may ask for; filled by replay.ts. */
import { type Signal, signal } from "@preact/signals";
import { AT_START, type Playing, type Speed } from "../lib/playing";
import type { Fact, Member, ReplayPage, RoomState, Seen, View } from "../wire/types";
import type { FactLine } from "./fact_lines";

/** What stood in the room at an instant; `fact`: the last one, null before the first. */
export type MomentPicture = { at_ms: number; fact: Fact | null; state: RoomState; view: View | null };

/** `expired`: what moved is deleted by now; `lost`: some could not be kept; `failed`: it could not be fetched. */
export type TrailPicture = "there" | "expired" | "lost" | "failed";

export type ReplayModel = {
  page: ReplayPage;
  at: Signal<"loading" | "there" | "failed" | "empty">;
  playing: Signal<Playing>;
  length_ms: Signal<number>;
  moment: Signal<MomentPicture | null>;
  /** Where the pause that is cut short ends, null while things happen. */
  pause: Signal<{ from_ms: number; to_ms: number } | null>;
  lines: Signal<readonly FactLine[]>;
  /** Everybody whom the facts name, whenever they came. */
  members: Signal<readonly Member[]>;
  draft: Signal<string>;
  trail: Signal<TrailPicture>;
  /** How far this screen shows what was shown then. */
  seen: Signal<Seen>;
  failure: Signal<string | null>;
  /** Why studies cannot be opened, in the server's words. */
  refusals: Signal<readonly string[]>;
};

export type ReplayActions = {
  mountViewer(host: HTMLElement): Promise<void>;
  toggle(): void;
  setSpeed(speed: Speed): void;
  faster(by: -1 | 1): void;
  moveTo(played_ms: number): void;
  jumpTo(fact: Fact): void;
  /** To the fact before or after this moment. */
  step(by: -1 | 1): void;
  toEnd(end: "first" | "last"): void;
};

export function createReplayModel(page: ReplayPage): ReplayModel {
  return {
    page,
    at: signal<"loading" | "there" | "failed" | "empty">("loading"),
    playing: signal(AT_START),
    length_ms: signal(0),
    moment: signal<MomentPicture | null>(null),
    pause: signal<{ from_ms: number; to_ms: number } | null>(null),
    lines: signal<readonly FactLine[]>([]),
    members: signal<readonly Member[]>([]),
    draft: signal(""),
    trail: signal<TrailPicture>("there"),
    seen: signal<Seen>("loading"),
    failure: signal<string | null>(null),
    refusals: signal<readonly string[]>([]),
  };
}
