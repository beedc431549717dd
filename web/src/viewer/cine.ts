/** Plays a viewport's steps one after another, round and round; waits for what has not come; draws nothing itself. */

export type Cine = {
  isPlaying(): boolean;
  /** Starts, or goes on at another rate. */
  play(interval_ms: number): void;
  stop(): void;
};

export type CineWorld = {
  place(): { index: number; count: number } | null;
  /** A step of which nothing has come yet is waited for: a gap must not look like movement. */
  isThere(index: number): boolean;
  goTo(index: number): void;
  later(wait_ms: number, run: () => void): number;
  cancel(timer: number): void;
};

// Screens and eyes follow no faster; files that give 0 or 1 ms mean "not known".
const FASTEST_MS = 20;
export const USUAL_MS = 100;

export const intervalOf = (frame_time_ms: number | null, speed: number): number =>
  Math.max((frame_time_ms !== null && frame_time_ms > 1 ? frame_time_ms : USUAL_MS) / speed, FASTEST_MS);

export function createCine(world: CineWorld): Cine {
  let timer: number | null = null;
  let interval = USUAL_MS;

  const stop = (): void => {
    if (timer !== null) world.cancel(timer);
    timer = null;
  };

  const tick = (): void => {
    timer = world.later(interval, tick);
    const place = world.place();
    if (place === null || place.count < 2) {
      stop();
      return;
    }
    const next = (place.index + 1) % place.count;
    if (world.isThere(next)) world.goTo(next);
  };

  return {
    isPlaying: () => timer !== null,
    play(interval_ms) {
      stop();
      interval = interval_ms;
      timer = world.later(interval, tick);
    },
    stop,
  };
}
