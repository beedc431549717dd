/** What each member sees, as far as this browser has been told; pure. */
import type { Facets, Presence, RoomState, Seen } from "../wire/types";

/** `lost_at_ms`: on this browser's clock, when the member's connection went; null while connected. */
export type Seat = { actor: string; seen: Seen; follows: Facets; lost_at_ms: number | null };
export type Seats = ReadonlyMap<string, Seat>;

export function seatsOf(presences: readonly Presence[], now_ms: number): Seats {
  return new Map(presences.map((one) => [one.actor, seatOf(one, now_ms)]));
}

export function withPresence(seats: Seats, presence: Presence, now_ms: number): Seats {
  return new Map(seats).set(presence.actor, seatOf(presence, now_ms));
}

function seatOf({ actor, connected, seen, follows, lost_ms }: Presence, now_ms: number): Seat {
  return { actor, seen: connected ? seen : "lost", follows, lost_at_ms: connected ? null : now_ms - lost_ms };
}

/** Members who are in the room now, me first. */
export function presentMembers(state: RoomState, me: string): RoomState["members"] {
  const here = state.members.filter((one) => state.present.includes(one.actor));
  return [...here.filter((one) => one.actor === me), ...here.filter((one) => one.actor !== me)];
}
