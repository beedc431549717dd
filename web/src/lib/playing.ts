/** How far a replay has come, and how fast it goes; pure. */

export const SPEEDS = [1, 2, 4, 8] as const;
export type Speed = (typeof SPEEDS)[number];

/** `fact`: the number of the one that was jumped to, until it goes on. */
export type Playing = { played_ms: number; speed: Speed; isPlaying: boolean; fact: number | null };

export const AT_START: Playing = { played_ms: 0, speed: 1, isPlaying: false, fact: null };

/** After so much time of the reader's; at the end it stands still. */
export function advanced(now: Playing, passed_ms: number, length_ms: number): Playing {
  if (!now.isPlaying) return now;
  const played_ms = Math.min(length_ms, now.played_ms + passed_ms * now.speed);
  return { ...now, played_ms, isPlaying: played_ms < length_ms, fact: null };
}

/** Plays, or stands still; from the end it begins again. */
export function toggled(now: Playing, length_ms: number): Playing {
  if (now.isPlaying) return { ...now, isPlaying: false };
  const isOver = now.played_ms >= length_ms;
  return { ...now, isPlaying: length_ms > 0, played_ms: isOver ? 0 : now.played_ms, fact: isOver ? null : now.fact };
}

/** To a place of the tape, by hand. */
export const movedTo = (now: Playing, played_ms: number, length_ms: number): Playing => ({
  ...now,
  played_ms: Math.min(length_ms, Math.max(0, played_ms)),
  fact: null,
});

export function atSpeed(now: Playing, by: -1 | 1): Playing {
  const place = SPEEDS.indexOf(now.speed) + by;
  return { ...now, speed: SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, place))] as Speed };
}
