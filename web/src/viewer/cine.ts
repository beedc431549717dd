/** Plays a viewport's steps one after another, round and round; waits for what has not come; draws nothing itself. */

export type Cine = {
  isPlaying(): boolean;
  /** Starts, or goes on at another rate; how long the step before `index` stands. */
  play(before_ms: (index: number) => number): void;
  stop(): void;
};

type Place = { index: number; count: number };

export type CineWorld = {
  place(): Place | null;
  /** A step of which nothing has come yet is waited for: a gap must not look like movement. */
  isThere(index: number): boolean;
  goTo(index: number): void;
  later(wait_ms: number, run: () => void): number;
  cancel(timer: number): void;
};

// Screens and eyes follow no faster; files that give 0 or 1 ms mean "not known".
const FASTEST_MS = 20;
export const USUAL_MS = 100;

/** The file's times: `frame_times_ms` from each image to the next, the first one's nothing (PS3.3 C.7.6.5.1.2). */
export type FrameTimes = { frame_time_ms: number | null; frame_times_ms?: readonly number[] };

/** How long an image stands before that of `index`; before the first one, as long as the others do in the mean. */
export function timeBefore({ frame_time_ms, frame_times_ms: times = [] }: FrameTimes, index: number): number | null {
  if (times.length < 2) return frame_time_ms;
  const steps = times.slice(1);
  return index === 0 ? steps.reduce((sum, one) => sum + one, 0) / steps.length : (times[index] ?? null);
}

export const intervalOf = (frame_time_ms: number | null, speed: number): number =>
  Math.max((frame_time_ms !== null && frame_time_ms > 1 ? frame_time_ms : USUAL_MS) / speed, FASTEST_MS);

export function createCine(world: CineWorld): Cine {
  let timer: number | null = null;
  let before = (_: number): number => USUAL_MS;

  const stop = (): void => {
    if (timer !== null) world.cancel(timer);
    timer = null;
  };

  const nextOf = ({ index, count }: Place): number => (index + 1) % count;

  /** Until the next step, whatever this one was. */
  function wait(): void {
    const place = world.place();
    timer = place === null || place.count < 2 ? null : world.later(before(nextOf(place)), tick);
  }

  function tick(): void {
    const place = world.place();
    if (place !== null && world.isThere(nextOf(place))) world.goTo(nextOf(place));
    wait();
  }

  return {
    isPlaying: () => timer !== null,
    play(before_ms) {
      stop();
      before = before_ms;
      wait();
    },
    stop,
  };
}
