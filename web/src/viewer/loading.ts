/** Fills one stack from its pack: download, reading, decoding; can be paused and go on from the byte reached. */
import { DecodeFailed, decode } from "./decoders";
import { type Begun, DownloadFailed, type DownloadPlace, download, NoSuchImage } from "./download";
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
  isComplete(): boolean;
};

// Frames near the one asked for come first in the pack; this one must not wait behind them in the decoders.
const ASKED = 2;

/** `first`: the image that is to come before all others. */
export function createLoading(pack_url: string, first: ImageName | null, events: LoadingEvents): Loading {
  let url = packUrl(pack_url, first);
  let place: DownloadPlace = { offset: 0, etag: null };
  let reader = newReader();
  let series: Series | null = null;
  let stop: AbortController | null = null;
  let hasRestarted = false;
  let isRetrying = false;
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
    const isAsked = quality === 1 && !prefix && frame === series.header.chunks[0]?.[0];
    // The decoder takes its bytes away; the prefix is still needed.
    const whole = quality === 0 ? bytes.slice() : prefix ? joined(prefix, bytes) : bytes;
    void decodeInto(series, { frame, quality, bytes: whole }, isAsked ? ASKED : quality === 0 ? 1 : 0);
  }

  async function decodeInto(into: Series, piece: PackPiece, urgency: 0 | 1 | 2): Promise<void> {
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
      const decoded = await decode(job, urgency, decoding.signal);
      if (into.put(piece.frame, piece.quality, decoded)) events.better(into, piece.frame);
    } catch (error) {
      if (!decoding.signal.aborted) fail(error);
    }
  }

  function fail(error: unknown): void {
    stop?.abort();
    stop = null;
    isWrong ||= codeOf(error) === "wrong_pack";
    events.failed(codeOf(error));
  }

  async function fetchAll(signal: AbortSignal, begun: Begun | null): Promise<void> {
    const takers = {
      bytes(piece: Uint8Array) {
        isRetrying = false;
        reader.push(piece);
      },
      isWhole: () => reader.isDone(),
      retrying() {
        if (!isRetrying) events.failed("pack_retrying");
        isRetrying = true;
      },
    };
    try {
      await download({ url, place, begun }, takers, signal);
      stop = null;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof NoSuchImage && url !== pack_url) restartUnnamed();
      else if (error instanceof DownloadFailed && error.code === "pack_changed" && !hasRestarted) restart();
      else fail(error);
    }
  }

  /** The image is in no stack of this name, or no more: the series is shown all the same, and as another image. */
  function restartUnnamed(): void {
    url = packUrl(pack_url, null);
    restart();
  }

  /** The pack was written anew meanwhile (same frames, other bytes): from the start, keeping what is decoded. */
  function restart(): void {
    hasRestarted = true;
    place = { offset: 0, etag: null };
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
    pause() {
      stop?.abort();
      stop = null;
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
