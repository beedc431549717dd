/** Which stack is open, those kept behind it, and their downloads: one runs at a time. It draws nothing. */
import type { Begun } from "./download";
import type { Failure } from "./failures";
import { createLoading, type Loading } from "./loading";
import type { ImageName, PackHeader } from "./pack";
import type { Scene } from "./scene";
import { createSeries, type Series, seriesKey, sizeOf } from "./series";
import { createShelf, type Kept } from "./shelf";

export type { ImageName } from "./pack";

export type StackRef = {
  study_uid: string;
  series_uid: string;
  stack: number;
  pack_url: string;
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
  failed(entry: Entry, code: Failure): void;
  /** The series leaves memory: nothing may draw it any more. */
  leaving(series: Series): void;
};

export type Opening = {
  current(): Entry | null;
  /** Makes this stack the current one and its download the running one; `begun`: its pack, asked for with `at`. */
  open(ref: StackRef, at: ImageName | null, begun: Begun | null): Entry;
  destroy(): void;
};

// Four CT heads of 300 slices. Whole workstations have 8 GB, and a browser tab is killed at 2 to 4.
const BUDGET_BYTES = 600 * 1024 * 1024;

export function createOpening(events: OpeningEvents): Opening {
  const shelf = createShelf<Entry>(BUDGET_BYTES);
  const running = new Map<Entry, Loading>();
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
        running.get(entry)?.pause();
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

  function start(entry: Entry, begun: Begun | null): void {
    const loading = running.get(entry) ?? newLoading(entry);
    running.set(entry, loading);
    loading.run(begun);
  }

  function newLoading(entry: Entry): Loading {
    return createLoading(entry.ref.pack_url, entry.asked, {
      header: (header) => arrive(entry, header),
      better: (series, frame) => events.better(entry, series, frame),
      failed: (code) => events.failed(entry, code),
    });
  }

  return {
    current: () => current,
    open(ref, at, begun) {
      const key = seriesKey(ref);
      if (current && current.key !== key) running.get(current)?.pause();
      const entry = shelf.find(key) ?? newEntry(ref);
      shelf.put(key, entry);
      current = entry;
      entry.asked = at;
      start(entry, begun);
      return entry;
    },
    destroy() {
      current = null;
      for (const entry of shelf.items()) shelf.remove(entry.key);
    },
  };
}
