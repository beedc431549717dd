/** Every stack in memory, those that panes show and those kept behind them, and whose download runs. Draws nothing. */
import { budgetHere } from "./budget";
import type { Begun } from "./download";
import type { Failure } from "./failures";
import { carryOver } from "./growing";
import { createLoading, type Loading } from "./loading";
import { createSeries } from "./memory";
import type { ImageName, PackHeader } from "./pack";
import type { Series } from "./series";
import { createShelf, type Kept } from "./shelf";
import { sizeOf } from "./sizes";
import { type Stack, seriesKey } from "./stack";
import { nextTurn } from "./turns";

export type { ImageName } from "./pack";

export type StackRef = {
  study_uid: string;
  series_uid: string;
  stack: number;
  pack_url: string;
};

/** `version` of its packs; null where there are none. */
export type SeriesVersion = { study_uid: string; series_uid: string; version: string | null };

/** What a pane is told of the stack that it holds. */
export type Taker = {
  /** The header has come: the stack is there, with nothing to be seen of it yet; `before`: it had other images till now. */
  arrived(stack: Stack, before: Stack | null): void;
  better(series: Series, frame: number): void;
  failed(code: Failure): void;
};

/** A pane's grip on a stack: while it lasts the stack stays in memory. */
export type Hold<Kind extends Stack = Stack> = {
  readonly key: string;
  readonly ref: StackRef;
  /** Null until its header has come; `taker.arrived` is not called for one that is there already. */
  series(): Kind | null;
  /** The frame that the pane shows now. */
  want(frame: number): void;
  /** The pane is the one worked in: what it shows is fetched before anything else. */
  activate(): void;
  release(): void;
};

export type Library<Kind extends Stack = Stack> = {
  /** What the server says stands there now: series in memory that were prepared anew since are fetched again. */
  renew(series: readonly SeriesVersion[]): void;
  /** `at`: the image to come first; `begun`: the stack's pack, asked for with `at`. Another hold of a stack shares it. */
  hold(ref: StackRef, at: ImageName | null, begun: Begun | null, taker: Taker): Hold<Kind>;
  /** Lets go of what no pane holds. */
  empty(): void;
  destroy(): void;
};

export type FullLibrary = Library<Series> & {
  /** Likely to be held next, in this order: fetched while nothing that is held waits, as far as there is room. */
  expect(stacks: readonly StackRef[]): void;
};

type Entry = Kept & {
  readonly key: string;
  readonly ref: StackRef;
  readonly takers: Set<Taker>;
  loading: Loading;
  series: Series | null;
  hasFailed: boolean;
  isCoarseThere: boolean;
};

/** `leaving`: the series leaves memory, nothing may draw it any more. */
export function createLibrary(leaving: (series: Series) => void): FullLibrary {
  const budget = budgetHere();
  const shelf = createShelf<Entry>(budget);
  let expected: readonly StackRef[] = [];
  let active: Taker | null = null;
  let running: Entry | null = null;

  function newEntry(ref: StackRef, at: ImageName | null): Entry {
    const takers = new Set<Taker>();
    const isHeld = (): boolean => takers.size > 0;
    const entry: Entry = {
      key: seriesKey(ref),
      ref,
      takers,
      series: null,
      hasFailed: false,
      isCoarseThere: false,
      loading: createLoading(ref.pack_url, at, {
        isLookedAt: isHeld,
        header: (header) => arrive(entry, header),
        better(series, frame) {
          for (const taker of takers) taker.better(series, frame);
          const isCoarseThere = entry.isCoarseThere || series.lowest(0, series.quality.length - 1) >= 0;
          const isTurnOver = isCoarseThere !== entry.isCoarseThere;
          entry.isCoarseThere = isCoarseThere;
          if (isTurnOver) schedule();
        },
        complete: () => schedule(),
        failed(code) {
          for (const taker of takers) taker.failed(code);
          entry.hasFailed = code !== "pack_retrying";
          if (!entry.hasFailed) return;
          if (!entry.isHeld()) giveUp(entry);
          schedule();
        },
      }),
      isHeld,
      bytes: () => entry.series?.bytes ?? 0,
      discard() {
        entry.loading.pause();
        if (entry.series === null) return;
        leaving(entry.series);
        entry.series.discard();
        entry.series = null;
      },
    };
    return entry;
  }

  function arrive(entry: Entry, header: PackHeader): Series {
    const before = entry.series;
    const bytes = Math.min(sizeOf(header), budget);
    // Nothing that somebody has looked at leaves for what nobody has asked for.
    if (!entry.isHeld() && !shelf.hasRoom(bytes)) throw new RangeError("no room ahead");
    shelf.makeRoom(bytes, entry.key);
    const series = createSeries(entry.key, header, shelf.room(entry.key), () => {
      if (before === null) return;
      leaving(before);
      before.discard();
    });
    if (before !== null) carryOver(before, series);
    entry.series = series;
    entry.isCoarseThere = series.lowest(0, series.quality.length - 1) >= 0;
    for (const taker of entry.takers) taker.arrived(series, before);
    return series;
  }

  /** What nobody looks at leaves instead: it is fetched when somebody does. */
  function renewed(entry: Entry): void {
    if (running === entry) running = null;
    if (entry.isHeld()) {
      entry.hasFailed = false;
      entry.loading.renew();
    } else shelf.remove(entry.key);
  }

  /** What was fetched ahead and cannot be had is forgotten, until somebody asks for it. */
  function giveUp(entry: Entry): void {
    expected = expected.filter((ref) => seriesKey(ref) !== entry.key);
    shelf.remove(entry.key);
  }

  function nextExpected(): Entry | null {
    for (const ref of expected) {
      const entry = shelf.items().find(({ key }) => key === seriesKey(ref));
      if (!entry) return putNew(ref, null);
      if (!entry.hasFailed && !entry.loading.isComplete()) return entry;
    }
    return null;
  }

  function putNew(ref: StackRef, at: ImageName | null): Entry {
    const entry = newEntry(ref, at);
    shelf.put(entry.key, entry);
    return entry;
  }

  function nextHeld(): Entry | null {
    const waiting = shelf.items().filter((entry) => entry.isHeld() && !entry.hasFailed && !entry.loading.isComplete());
    const claims = waiting.map((entry) => ({
      entry,
      isActive: active !== null && entry.takers.has(active),
      need: entry.isCoarseThere ? ("full" as const) : ("coarse" as const),
    }));
    return nextTurn(claims)?.entry ?? null;
  }

  /** Lets the download run whose turn it is; `begun` belongs to `owner`. */
  function schedule(owner: Entry | null = null, begun: Begun | null = null): void {
    const next = nextHeld() ?? nextExpected();
    if (running !== next) running?.loading.pause();
    running = next;
    const isItsOwn = next !== null && next === owner;
    // An answer that is not taken now would hold back bytes of the one whose turn it is.
    if (!isItsOwn) begun?.abort();
    next?.loading.run(isItsOwn ? begun : null);
  }

  return {
    renew(series) {
      for (const entry of shelf.items()) {
        const { study_uid, series_uid } = entry.ref;
        const now = series.find((one) => one.study_uid === study_uid && one.series_uid === series_uid)?.version ?? null;
        const before = entry.loading.version();
        if (now !== null && before !== null && now !== before) renewed(entry);
      }
      schedule();
    },
    expect(stacks) {
      const names = (refs: readonly StackRef[]): string => refs.map(seriesKey).join(" ");
      if (names(stacks) === names(expected)) return;
      expected = stacks;
      schedule();
    },
    hold(ref, at, begun, taker) {
      const key = seriesKey(ref);
      const entry = shelf.find(key) ?? putNew(ref, at);
      entry.takers.add(taker);
      entry.hasFailed = false;
      active ??= taker;
      schedule(entry, begun);
      return {
        key,
        ref,
        series: () => entry.series,
        want: (frame) => entry.loading.want(frame),
        activate() {
          active = taker;
          schedule();
        },
        release() {
          entry.takers.delete(taker);
          if (active === taker) active = null;
          schedule();
        },
      };
    },
    empty() {
      expected = [];
      for (const entry of shelf.items()) if (!entry.isHeld()) shelf.remove(entry.key);
    },
    destroy() {
      active = null;
      expected = [];
      for (const entry of shelf.items()) entry.takers.clear();
      for (const entry of shelf.items()) shelf.remove(entry.key);
    },
  };
}
