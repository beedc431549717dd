/**
 * Fills one stack from its pack: download, reading, decoding; goes on after a pause with what has not come, and first
 * with what is looked at.
 */

import { createCourse } from "./course";
import { createDeveloping, isKept } from "./developing";
import { type Begun, DownloadFailed, type DownloadTag, download, NoSuchImage } from "./download";
import { type Failure, failureOf } from "./failures";
import {
  createPackReader,
  type ImageName,
  isSamePack,
  type PackHeader,
  type PackReader,
  packUrl,
  type Span,
} from "./pack";
import { planned } from "./planning";
import type { ByteRange } from "./ranges";
import type { Series } from "./series";
import { createStrides } from "./strides";

export type LoadingEvents = {
  /** Else it is fetched ahead, a little at a time, and decoded after all that somebody looks at. */
  isLookedAt(): boolean;
  /** The header has come, or that of a pack with other images: makes the memory for it. May throw when there is none. */
  header(header: PackHeader): Series;
  better(series: Series, frame: number): void;
  /** All bytes have come; some may still be in the decoders. */
  complete(): void;
  failed(code: Failure): void;
};

export type Loading = {
  /** Begins, with what was asked for already if anything was, or goes on; nothing while running or when all has come. */
  run(begun?: Begun | null): void;
  pause(): void;
  /** The pack has been written anew with other images, says who knows: what has not come of it is fetched. */
  renew(): void;
  /** Which preparation of the series the pack is of; null until that is known. */
  version(): string | null;
  /** Somebody looks at this frame now: what is asked for in another order if it would come late. */
  want(frame: number): void;
  isComplete(): boolean;
};

// Preparation writes a pack anew a few times while a study arrives; one that changes faster than it is fetched waits.
const MOST_RESTARTS = 8;
// Below this a reader hardly notices; a new request costs a round trip or two.
const LATE_MS = 400;
// A hand that scrolls on and on must not keep bytes from coming.
const REPLAN_MS = 300;

/** `first`: the image that is to come before all others. */
export function createLoading(pack_url: string, first: ImageName | null, events: LoadingEvents): Loading {
  let url = packUrl(pack_url, first);
  let tag: DownloadTag = { etag: null, version: null };
  let reader = newReader();
  let series: Series | null = null;
  let stop: AbortController | null = null;
  let restarts = 0;
  let isRetrying = false;
  let wanted: number | null = null;
  const strides = createStrides();
  // When the last little was asked for of what nobody looks at.
  let strode_ms: number | null = null;
  let plannedFor: number | null = null;
  let replanning: ReturnType<typeof setTimeout> | null = null;
  // Going on would take bytes for what they are not.
  let isWrong = false;
  const course = createCourse();
  const developing = createDeveloping({
    isCurrent: (of) => of === series,
    wanted: () => wanted,
    isLookedAt: events.isLookedAt,
    better: events.better,
    failed: fail,
  });

  function newReader(): PackReader {
    return createPackReader({ header: takeHeader, piece: (piece) => series && developing.take(series, piece) });
  }

  function takeHeader(header: PackHeader): void {
    if (series !== null && isSamePack(series.header, header)) return;
    // It counted in the frames of another pack.
    wanted = null;
    series = events.header(header);
  }

  function fail(error: unknown): void {
    pause();
    isWrong ||= failureOf(error) === "wrong_pack";
    // Its header was refused: chunks that follow would be taken for those of the series that is there.
    const header = reader.header();
    if (header !== null && (series === null || !isSamePack(series.header, header))) forget();
    events.failed(failureOf(error));
  }

  async function fetchAll(signal: AbortSignal, begun: Begun | null): Promise<void> {
    const takers = {
      wanted: nextRanges,
      bytes: takeBytes,
      retrying() {
        if (!isRetrying) events.failed("pack_retrying");
        isRetrying = true;
      },
    };
    try {
      await download({ url, tag, begun }, takers, signal);
      stop = null;
      restarts = 0;
      events.complete();
    } catch (error) {
      if (signal.aborted) return;
      const isChanged = error instanceof DownloadFailed && error.code === "pack_changed";
      if (error instanceof NoSuchImage && url !== pack_url) restartUnnamed();
      else if (isChanged && restarts < MOST_RESTARTS) restart();
      else fail(error);
    }
  }

  function takeBytes(offset: number, piece: Uint8Array): number {
    isRetrying = false;
    const isFirst = course.came(offset, piece.length);
    const hadHeader = reader.header() !== null;
    const fresh = reader.push(offset, piece);
    // Much of a pack that grew is here already; what follows its header would be fetched for nothing.
    const isBegun = !hadHeader && reader.header() !== null;
    if (isBegun && series?.quality.includes(1)) again();
    // Somebody has gone on meanwhile.
    else if (isFirst && wanted !== plannedFor) replanning ??= setTimeout(replan, REPLAN_MS);
    return fresh;
  }

  function left(chunk: number): Span | null {
    const [frame, quality] = reader.header()?.chunks[chunk] ?? [-1, 0];
    if (series === null || frame < 0) return reader.left(chunk);
    return isThere(series, frame) || !isKept(series, frame, quality) ? null : reader.left(chunk);
  }

  function nextRanges(): readonly ByteRange[] {
    const left = rangesLeft();
    const ranges = events.isLookedAt() ? left : nextStride(left);
    course.asked(ranges);
    plannedFor = wanted;
    return ranges;
  }

  function nextStride(left: readonly ByteRange[]): readonly ByteRange[] {
    const now_ms = performance.now();
    if (strode_ms !== null) strides.took(now_ms - strode_ms);
    strode_ms = now_ms;
    return strides.first(left);
  }

  function rangesLeft(): readonly ByteRange[] {
    const header = reader.header();
    if (header === null) return [{ start: reader.headTaken(), end: null }];
    if (series?.isNarrow) askAgain(series, header);
    return planned(header.chunks, left, wanted);
  }

  /** What had to leave memory, and for which there is room again. */
  function askAgain(into: Series, { chunks }: PackHeader): void {
    for (const [chunk, [frame, quality]] of chunks.entries()) {
      const isLost = quality === 1 && reader.left(chunk) === null && !isThere(into, frame) && !developing.isBusy(frame);
      if (isLost && into.keeps(frame)) reader.forget(chunk);
    }
  }

  function replan(): void {
    replanning = null;
    const header = reader.header();
    if (stop === null || header === null || wanted === null) return;
    const span = left(header.chunks.findLastIndex(([frame]) => frame === wanted));
    const late_ms = span && course.until_ms(span.start);
    if (late_ms === null || late_ms <= LATE_MS) return;
    // What is on its way would be lost and come again; the next request begins with this frame.
    if ((course.untilEnd_ms() ?? 0) <= LATE_MS) return;
    const wait_ms = REPLAN_MS - course.since_ms();
    if (wait_ms > 0) replanning = setTimeout(replan, wait_ms);
    else again();
  }

  function again(): void {
    pause();
    run();
  }

  function pause(): void {
    strode_ms = null;
    if (replanning !== null) clearTimeout(replanning);
    replanning = null;
    stop?.abort();
    stop = null;
  }

  /** The image is in no stack of this name, or no more: the series is shown all the same, and as another image. */
  function restartUnnamed(): void {
    url = packUrl(pack_url, null);
    restart();
  }

  function restart(): void {
    restarts++;
    forget();
    run();
  }

  /** What is decoded is kept. */
  function forget(): void {
    pause();
    tag = { etag: null, version: null };
    developing.forget();
    reader = newReader();
  }

  const isComplete = (): boolean => reader.header() !== null && rangesLeft().length === 0;

  function run(begun: Begun | null = null): void {
    if (stop !== null || isWrong || isComplete()) {
      begun?.abort();
      return;
    }
    stop = new AbortController();
    void fetchAll(stop.signal, begun);
  }

  return {
    run,
    pause,
    renew() {
      isWrong = false;
      restarts = 0;
      forget();
    },
    version: () => tag.version,
    want(frame) {
      if (wanted === frame) return;
      wanted = frame;
      series?.look(frame);
      if (replanning === null) replan();
      if (series?.isNarrow && stop === null) events.complete();
    },
    isComplete,
  };
}

const isThere = (series: Series, frame: number): boolean => series.quality[frame] === 1;
