/** Which stack is open, those kept behind it, and their downloads: one runs at a time. It draws nothing. */
import { fetchHeader, type ImageName, packUrl, placeIn } from "./first";
import { createLoading, type Loading } from "./loading";
import type { PackHeader } from "./pack";
import type { Scene } from "./scene";
import { createSeries, type Series, seriesKey, sizeOf } from "./series";
import { createShelf, type Kept } from "./shelf";

export type { ImageName } from "./first";

export type StackRef = {
  study_uid: string;
  series_uid: string;
  stack: number;
  pack_url: string;
  /** How many frames it has, where known: without an image asked for, it then opens in the middle. */
  frames?: number;
};

/** A stack that was opened, with what is there of it and where its reader stood. */
export type Entry = Kept & {
  readonly key: string;
  readonly ref: StackRef;
  series: Series | null;
  scene: Scene | null;
  /** The image to show first; forgotten once it is shown. */
  asked: ImageName | null;
};

export type OpeningEvents = {
  /** The header has come: `entry.series` is there, all black. */
  arrived(entry: Entry, series: Series): void;
  better(entry: Entry, series: Series, frame: number): void;
  failed(entry: Entry, code: string): void;
  /** The series leaves memory: nothing may draw it any more. */
  leaving(series: Series): void;
};

export type Opening = {
  current(): Entry | null;
  /** Makes this stack the current one and its download the running one. */
  open(ref: StackRef, at: ImageName | null): Entry;
  destroy(): void;
};

// Four CT heads of 300 slices. Whole workstations have 8 GB, and a browser tab is killed at 2 to 4.
const BUDGET_BYTES = 600 * 1024 * 1024;

type Running = { loading: Loading | null; cancel: AbortController };

export function createOpening(events: OpeningEvents): Opening {
  const shelf = createShelf<Entry>(BUDGET_BYTES);
  const running = new Map<Entry, Running>();
  let current: Entry | null = null;

  function newEntry(ref: StackRef): Entry {
    const entry: Entry = {
      key: seriesKey(ref),
      ref,
      series: null,
      scene: null,
      asked: null,
      bytes: () => entry.series?.bytes ?? 0,
      discard() {
        running.get(entry)?.cancel.abort();
        running.get(entry)?.loading?.pause();
        running.delete(entry);
        if (entry.series === null) return;
        events.leaving(entry.series);
        entry.series.discard();
        entry.series = null;
      },
    };
    return entry;
  }

  function arrive(entry: Entry, header: PackHeader): Series {
    shelf.makeRoom(sizeOf(header), entry.key);
    const series = createSeries(entry.key, header);
    entry.series = series;
    events.arrived(entry, series);
    return series;
  }

  async function begin(entry: Entry, run: Running): Promise<void> {
    const first = await firstFrame(entry, run.cancel.signal);
    if (run.cancel.signal.aborted || running.get(entry) !== run) return;
    run.loading = createLoading(packUrl(entry.ref.pack_url, first), {
      header: (header) => arrive(entry, header),
      better: (series, frame) => events.better(entry, series, frame),
      failed: (code) => events.failed(entry, code),
    });
    run.loading.run();
  }

  function start(entry: Entry): void {
    const known = running.get(entry);
    if (known?.loading) {
      known.loading.run();
      return;
    }
    if (known && !known.cancel.signal.aborted) return;
    const run: Running = { loading: null, cancel: new AbortController() };
    running.set(entry, run);
    void begin(entry, run);
  }

  function pause(entry: Entry): void {
    const known = running.get(entry);
    if (known?.loading) known.loading.pause();
    else known?.cancel.abort();
  }

  return {
    current: () => current,
    open(ref, at) {
      const key = seriesKey(ref);
      if (current && current.key !== key) pause(current);
      const entry = shelf.find(key) ?? newEntry(ref);
      shelf.put(key, entry);
      current = entry;
      entry.asked = at;
      start(entry);
      return entry;
    },
    destroy() {
      current = null;
      for (const entry of shelf.items()) shelf.remove(entry.key);
    },
  };
}

async function firstFrame(entry: Entry, signal: AbortSignal): Promise<number> {
  if (entry.asked === null) return Math.floor((entry.ref.frames ?? 1) / 2);
  const header = await fetchHeader(entry.ref.pack_url, signal);
  return header ? Math.max(placeIn(header, entry.asked), 0) : 0;
}
