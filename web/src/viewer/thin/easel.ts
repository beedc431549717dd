/**
 * The pictures of one viewport as they are asked for and come: a small one while things move, then better ones. What
 * stands there always knows of what it is a picture; a picture of something else never takes its name.
 */
import { type Asked, isSameAsked, isSameContent, type Manner } from "./asking";
import { NoPicture } from "./fetching";
import { nextStep, RANK, STILL_MS, type Step } from "./steps";

/** `of`: what the one who asked wants to be told with the picture. */
export type Wish<Of> = { asked: Asked; of: Of };

export type Painted<Of, Image> = Wish<Of> & { step: Step; manner: Manner; image: Image };

export type EaselWorld<Of, Image> = {
  /** Fetches one picture and checks what it shows. `giveWay` is called when another's is more urgent. */
  fetch(wish: Wish<Of>, step: Step, stop: { signal: AbortSignal; giveWay(): void }): Promise<Fetching<Image>>;
  /** Whether the full size comes soon enough to be asked for while things move. */
  firstStep(asked: Asked): "draft" | "full";
  now_ms(): number;
  later(wait_ms: number, run: () => void): () => void;
  /** Another picture stands there. */
  painted(): void;
  failed(failure: NoPicture): void;
  /** The image is of no use any more. */
  dropped(image: Image): void;
};

export type Fetching<Image> = { image: Image; manner: Manner };

export type Easel<Of, Image> = {
  /** What is to be seen from now on; null takes everything away. */
  want(wish: Wish<Of> | null): void;
  painted(): Painted<Of, Image> | null;
  /** After a failure for good: once more. */
  retry(): void;
};

type Flight = { asked: Asked; step: Step; stop: AbortController };

// As the download of packs: half a second is not noticed, ten are as long as people wait.
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

export function createEasel<Of, Image>(world: EaselWorld<Of, Image>): Easel<Of, Image> {
  let wish: Wish<Of> | null = null;
  let changed_ms = 0;
  let painted: Painted<Of, Image> | null = null;
  let flight: Flight | null = null;
  let forget: () => void = () => undefined;
  let tries = 0;
  let isStuck = false;

  /** Read once for each decision: where two readings lie on both sides of the moment, nobody would go on. */
  const untilStill_ms = (): number => Math.max(STILL_MS - (world.now_ms() - changed_ms), 0);

  /** A picture of the same plane that is only moved or zoomed does as well as a small one. */
  function hasOf(asked: Asked): Step | null {
    if (painted === null || !isSameContent(painted.asked, asked)) return null;
    return isSameAsked(painted.asked, asked) ? painted.step : "draft";
  }

  function wanted({ asked }: Wish<Of>, isStill: boolean): Step | null {
    return isStuck ? null : nextStep(hasOf(asked), isStill, world.firstStep(asked));
  }

  /** A draft that is on its way is let come while things move: else nothing would be seen before they rest. */
  const isWorthWaiting = (of: Flight, { asked }: Wish<Of>, isStill: boolean): boolean =>
    isSameAsked(of.asked, asked) || (of.step === "draft" && !isStill);

  function wake(wait_ms: number): void {
    forget();
    forget = world.later(wait_ms, go);
  }

  function go(): void {
    if (wish === null) return;
    const wait_ms = untilStill_ms();
    const isStill = wait_ms === 0;
    if (!isStill && !isStuck) wake(wait_ms);
    if (flight !== null && isWorthWaiting(flight, wish, isStill)) return;
    land();
    const step = wanted(wish, isStill);
    if (step !== null) void fly(wish, step);
  }

  function land(): void {
    flight?.stop.abort();
    flight = null;
  }

  async function fly(of: Wish<Of>, step: Step): Promise<void> {
    const mine: Flight = { asked: of.asked, step, stop: new AbortController() };
    flight = mine;
    const giveWay = (): void => {
      if (flight !== mine) return;
      land();
      wake(STILL_MS);
    };
    const found = await world.fetch(of, step, { signal: mine.stop.signal, giveWay }).catch((error: unknown) => {
      if (flight !== mine) return null;
      flight = null;
      if (!(error instanceof NoPicture)) throw error;
      fail(error);
      return null;
    });
    if (found === null) return;
    if (flight !== mine) {
      world.dropped(found.image);
      return;
    }
    flight = null;
    tries = 0;
    paint({ ...of, step, ...found });
    go();
  }

  function paint(next: Painted<Of, Image>): void {
    const before = painted;
    const isWorse = before && isSameAsked(before.asked, next.asked) && RANK[before.step] > RANK[next.step];
    if (isWorse) {
      world.dropped(next.image);
      return;
    }
    painted = next;
    if (before) world.dropped(before.image);
    world.painted();
  }

  function fail(failure: NoPicture): void {
    isStuck = failure.retry_ms === null;
    world.failed(failure);
    if (failure.retry_ms === null) return;
    // The server is well: it took another request for the newer one.
    if (failure.code !== "picture_overtaken") tries += 1;
    const wait_ms = Math.min(FIRST_WAIT_MS * 2 ** Math.max(tries - 1, 0), LONGEST_WAIT_MS);
    wake(Math.max(failure.retry_ms, wait_ms));
  }

  return {
    want(next) {
      if (next && wish && isSameAsked(next.asked, wish.asked)) {
        wish = next;
        return;
      }
      wish = next;
      changed_ms = world.now_ms();
      isStuck = false;
      if (next === null) {
        forget();
        land();
        if (painted) world.dropped(painted.image);
        painted = null;
        return;
      }
      go();
    },
    painted: () => painted,
    retry() {
      isStuck = false;
      go();
    },
  };
}
