/**
 * Fills one stack from its pack: download, reading, decoding; goes on after a pause with what has not come, and first
 * with what is looked at.
 */
import { DecodeFailed, decode } from "./decoders";
import { type Begun, DownloadFailed, type DownloadTag, download, NoSuchImage } from "./download";
import type { Failure } from "./failures";
import {
  createPackReader,
  type ImageName,
  type PackHeader,
  type PackPiece,
  type PackReader,
  packUrl,
  WrongPack,
} from "./pack";
import { bytesBefore, planned } from "./planning";
import type { ByteRange } from "./ranges";
import { createRate } from "./rate";
import type { Series } from "./series";

export type LoadingEvents = {
  /** The header has come: makes the memory for it. May throw when there is none. */
  header(header: PackHeader): Series;
  better(series: Series, frame: number): void;
  failed(code: Failure): void;
};

export type Loading = {
  /** Begins, with what was asked for already if anything was, or goes on; nothing while running or when all has come. */
  run(begun?: Begun | null): void;
  pause(): void;
  /** Somebody looks at this frame now: what is asked for in another order if it would come late. */
  want(frame: number): void;
  isComplete(): boolean;
};

// Below this a reader hardly notices; a new request costs a round trip or two.
const LATE_MS = 400;
// A hand that scrolls on and on must not keep bytes from coming.
const REPLAN_MS = 300;

/** `first`: the image that is to come before all others. */
export function createLoading(pack_url: string, first: ImageName | null, events: LoadingEvents): Loading {
  let url = packUrl(pack_url, first);
  let tag: DownloadTag = { etag: null };
  let reader = newReader();
  let series: Series | null = null;
  let stop: AbortController | null = null;
  let hasRestarted = false;
  let isRetrying = false;
  let wanted: number | null = null;
  let plannedFor: number | null = null;
  // What the running request brings, in this order, and where it has come to.
  let asked: readonly ByteRange[] = [];
  let reached: number | null = null;
  let firstByte_ms = 0;
  let replanning: ReturnType<typeof setTimeout> | null = null;
  const rate = createRate();
  // Going on would lay the chunks of one pack upon the header of another.
  let isWrong = false;
  // Coarse prefixes wait here for the remainder of their codestream; what is decoded leaves.
  const prefixes = new Map<number, Uint8Array>();
  // Decoding is not cancelled by a pause: its bytes have been paid for.
  const decoding = new AbortController();

  function newReader(): PackReader {
    return createPackReader({
      header(header) {
        if (series === null) series = events.header(header);
        else if (!isSamePack(series.header, header)) throw new WrongPack("another pack than before");
      },
      piece: takePiece,
    });
  }

  function takePiece({ frame, quality, bytes }: PackPiece): void {
    if (series === null) return;
    const prefix = prefixes.get(frame);
    if (quality === 0) prefixes.set(frame, bytes);
    else prefixes.delete(frame);
    // The decoder takes its bytes away; the prefix is still needed.
    const whole = quality === 0 ? bytes.slice() : prefix ? joined(prefix, bytes) : bytes;
    void decodeInto(series, { frame, quality, bytes: whole });
  }

  /** The frame looked at, then what is coarse, then the others from there outwards. */
  function rankOf({ header }: Series, { frame, quality }: PackPiece): number {
    const looked = wanted ?? header.chunks[0]?.[0] ?? 0;
    return frame === looked ? 0 : quality === 0 ? 1 : 1 + Math.abs(frame - looked);
  }

  async function decodeInto(into: Series, piece: PackPiece): Promise<void> {
    const { header, kept } = into;
    const drop = piece.quality === 1 ? 0 : header.coarse_level;
    const job = {
      bytes: piece.bytes,
      drop,
      rows: header.rows,
      columns: header.columns,
      kept,
      line: into.line(piece.frame),
    };
    try {
      const decoded = await decode(job, () => rankOf(into, piece), decoding.signal);
      if (into.put(piece.frame, piece.quality, decoded)) events.better(into, piece.frame);
    } catch (error) {
      if (!decoding.signal.aborted) fail(error);
    }
  }

  function fail(error: unknown): void {
    pause();
    isWrong ||= codeOf(error) === "wrong_pack";
    events.failed(codeOf(error));
  }

  async function fetchAll(signal: AbortSignal, begun: Begun | null): Promise<void> {
    const takers = {
      wanted: nextRanges,
      bytes(offset: number, piece: Uint8Array) {
        isRetrying = false;
        const at_ms = performance.now();
        if (reached === null) {
          firstByte_ms = at_ms;
          rate.began(at_ms);
          // Somebody has gone on meanwhile.
          if (wanted !== plannedFor && replanning === null) replanning = setTimeout(replan, REPLAN_MS);
        } else rate.took(piece.length, at_ms);
        reached = offset + piece.length - 1;
        return reader.push(offset, piece);
      },
      retrying() {
        if (!isRetrying) events.failed("pack_retrying");
        isRetrying = true;
      },
    };
    try {
      await download({ url, tag, begun }, takers, signal);
      stop = null;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof NoSuchImage && url !== pack_url) restartUnnamed();
      else if (error instanceof DownloadFailed && error.code === "pack_changed" && !hasRestarted) restart();
      else fail(error);
    }
  }

  function nextRanges(): readonly ByteRange[] {
    const header = reader.header();
    if (reader.isDone()) asked = [];
    else if (header === null) asked = [{ start: reader.headTaken(), end: null }];
    else asked = planned(header.chunks, reader.left, wanted);
    reached = null;
    plannedFor = wanted;
    return asked;
  }

  /** In how long the frame looked at comes at the rate found; null while that is not known. */
  function late_ms(): number | null {
    const header = reader.header();
    const found = rate.found();
    if (header === null || found === null || reached === null) return null;
    const chunk = header.chunks.findLastIndex(([frame]) => frame === wanted);
    const span = reader.left(chunk);
    return span === null ? 0 : bytesBefore(asked, reached, span.start) / found;
  }

  function replan(): void {
    replanning = null;
    const late = late_ms();
    if (stop === null || late === null || late <= LATE_MS) return;
    const wait = firstByte_ms + REPLAN_MS - performance.now();
    if (wait > 0) replanning = setTimeout(replan, wait);
    else {
      pause();
      run();
    }
  }

  function pause(): void {
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

  /** The pack was written anew meanwhile (same frames, other bytes): from the start, keeping what is decoded. */
  function restart(): void {
    hasRestarted = true;
    tag = { etag: null };
    prefixes.clear();
    reader = newReader();
    stop = null;
    run();
  }

  function run(begun: Begun | null = null): void {
    if (stop !== null || isWrong || reader.isDone()) return;
    stop = new AbortController();
    void fetchAll(stop.signal, begun);
  }

  return {
    run,
    pause,
    want(frame) {
      if (wanted === frame) return;
      wanted = frame;
      if (replanning === null) replan();
    },
    isComplete: () => reader.isDone(),
  };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}

function isSamePack(one: PackHeader, other: PackHeader): boolean {
  const shape = ({ rows, columns, values, frames }: PackHeader): string =>
    JSON.stringify([rows, columns, values, frames]);
  return shape(one) === shape(other);
}

function codeOf(error: unknown): Failure {
  if (error instanceof WrongPack || error instanceof DecodeFailed || error instanceof DownloadFailed) return error.code;
  // Typed arrays that do not fit raise RangeError.
  if (error instanceof RangeError) return "out_of_memory";
  if (error instanceof SyntaxError) return "wrong_pack";
  throw error;
}
