/** Stacks that are known by their headers alone, and where their pictures are; one request a stack. */
import type { OpenedStack } from "../../wire/types";
import type { Failure } from "../failures";
import type { Hold, Library, StackRef, Taker } from "../library";
import { createStack, type Stack, seriesKey } from "../stack";

/** Where pictures of a stack are asked for, and with which version. */
export type Source = { url: string; version: string };

export type OpenedStacks = Library & {
  /** Null until it has been opened, which this begins; `arrived` tells. */
  source(ref: StackRef): Source | null;
  /** What the server has prepared anew is opened again; those who hold it are given the new one. */
  reopen(key: string): void;
};

export type OpenedWorld = {
  get(url: string): Promise<{ ok: true; value: OpenedStack } | { ok: false; refusal: { status: number } }>;
  later(wait_ms: number, run: () => void): () => void;
  /** A stack has been opened. */
  arrived(): void;
};

type Entry = {
  ref: StackRef;
  takers: Set<Taker>;
  opened: { stack: Stack; version: string } | null;
  isAsked: boolean;
  tries: number;
};

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

const besidePack = ({ pack_url }: StackRef, name: string): string => pack_url.replace(/\/pack$/, `/${name}`);

export function createOpenedStacks(world: OpenedWorld): OpenedStacks {
  const entries = new Map<string, Entry>();
  let isOver = false;

  const entryOf = (ref: StackRef): Entry => {
    const key = seriesKey(ref);
    const found = entries.get(key) ?? { ref, takers: new Set(), opened: null, isAsked: false, tries: 0 };
    entries.set(key, found);
    return found;
  };

  const tell = (entry: Entry, code: Failure): void => {
    for (const taker of entry.takers) taker.failed(code);
  };

  async function open(entry: Entry): Promise<void> {
    if (entry.isAsked) return;
    entry.isAsked = true;
    const answer = await world.get(besidePack(entry.ref, "header"));
    entry.isAsked = false;
    if (isOver) return;
    if (answer.ok) {
      entry.tries = 0;
      const { header, version } = answer.value;
      const before = entry.opened?.stack ?? null;
      entry.opened = { stack: createStack(seriesKey(entry.ref), header), version };
      for (const taker of entry.takers) taker.arrived(entry.opened.stack, before);
      world.arrived();
      return;
    }
    const { status } = answer.refusal;
    if (status !== 0 && status !== 429 && status < 500) return tell(entry, "picture_refused");
    tell(entry, "picture_retrying");
    entry.tries += 1;
    world.later(Math.min(FIRST_WAIT_MS * 2 ** (entry.tries - 1), LONGEST_WAIT_MS), () => void open(entry));
  }

  return {
    hold(ref, _at, begun, taker): Hold {
      // The pack is not wanted here.
      begun?.abort();
      const entry = entryOf(ref);
      entry.takers.add(taker);
      if (entry.opened === null) void open(entry);
      return {
        key: seriesKey(ref),
        ref,
        series: () => entry.opened?.stack ?? null,
        want: () => undefined,
        activate: () => undefined,
        release: () => void entry.takers.delete(taker),
      };
    },
    source(ref) {
      const entry = entryOf(ref);
      if (entry.opened === null) void open(entry);
      return entry.opened && { url: besidePack(ref, "picture"), version: entry.opened.version };
    },
    reopen(key) {
      const entry = entries.get(key);
      if (entry) void open(entry);
    },
    renew(series) {
      for (const entry of entries.values()) {
        const { study_uid, series_uid } = entry.ref;
        const now = series.find((one) => one.study_uid === study_uid && one.series_uid === series_uid)?.version ?? null;
        if (now !== null && entry.opened !== null && entry.opened.version !== now) void open(entry);
      }
    },
    empty: () => undefined,
    destroy() {
      isOver = true;
      for (const entry of entries.values()) entry.takers.clear();
    },
  };
}
