/**
 * A download that survives a broken connection: goes on with Range from what is still wanted. It does not read packs, and
 * imports next to nothing, so that it can begin before the viewer's code is there.
 */
import { BadAnswer, type ByteRange, bodyReader, rangeHeader } from "./ranges";

/** The bytes cannot be had (again): `code` is what the viewer tells. */
export class DownloadFailed extends Error {
  constructor(
    readonly code: "pack_unreachable" | "pack_refused" | "pack_changed",
    message: string,
  ) {
    super(message);
  }
}

/** The stack is there, but not the image that was to come first. */
export class NoSuchImage extends Error {
  override readonly name = "NoSuchImage";
}

/** A request on its way, before anybody is there to take its bytes; the browser holds back what comes meanwhile. */
export type Begun = { readonly answer: Promise<Response>; abort(): void };

export function begin(url: string, headers: Record<string, string> = {}): Begun {
  const stop = new AbortController();
  const answer = fetch(url, { headers, signal: stop.signal });
  // It may be given up before anybody waits for it.
  answer.catch(() => undefined);
  return { answer, abort: () => stop.abort() };
}

/** Which bytes came until now: those of another tag are not theirs; `version`: what they were prepared from. */
export type DownloadTag = { etag: string | null; version: string | null };

export type DownloadTakers = {
  /** What to ask for next, in this order; nothing once all has come. */
  wanted(): readonly ByteRange[];
  /** Tells how many of them are new: a server need not know ranges. */
  bytes(offset: number, piece: Uint8Array): number;
  /** A try has failed and the next one follows in `wait_ms`. */
  retrying(wait_ms: number): void;
};

// Half a second is below what people notice; ten seconds is how long a reader looks at "connection lost" before acting.
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
// About five minutes of tries in a row without one byte.
const MAX_TRIES = 34;
// TCP may not tell for minutes that a network has gone; a 32 kbit/s line still brings bytes every second.
const STALL_MS = 20_000;

export type Download = {
  url: string;
  /** Set when the first bytes come, so that a later call goes on with the same ones. */
  tag: DownloadTag;
  /** What was asked for at this address already. */
  begun: Begun | null;
};

/** Resolves when nothing is wanted any more. */
export async function download(what: Download, takers: DownloadTakers, signal: AbortSignal): Promise<void> {
  let { begun } = what;
  let tries = 0;
  for (let ranges = takers.wanted(); ranges.length > 0; ranges = takers.wanted()) {
    const attempt: Attempt = { ...what, ranges, hasCome: false, reached: 0 };
    try {
      const request = begun ?? begin(what.url, headersFor(ranges, what.tag));
      // What was begun before may have been asked for in part only: that it ends is no failure.
      const isOurs = begun === null;
      begun = null;
      await run(request, attempt, takers, signal);
      if (!attempt.hasCome || (isOurs && isShort(attempt, takers))) throw new TryAgain("ended early");
      tries = 0;
    } catch (error) {
      if (error instanceof NotTaken) throw error.cause;
      if (signal.aborted || isFinal(error)) throw error;
      tries = attempt.hasCome ? 1 : tries + 1;
      if (tries >= MAX_TRIES) throw new DownloadFailed("pack_unreachable", String(error));
      const wait = Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_WAIT_MS);
      takers.retrying(wait);
      await pause(wait, signal);
    }
  }
}

type Attempt = {
  readonly tag: DownloadTag;
  readonly ranges: readonly ByteRange[];
  hasCome: boolean;
  /** Where the last byte that came ends. */
  reached: number;
};

/** Some proxies end a broken answer as if it were whole. What was asked for may reach beyond the end of a short pack. */
function isShort({ ranges, reached }: Attempt, takers: DownloadTakers): boolean {
  const end = ranges.at(-1)?.end ?? null;
  return (end === null || reached < end) && takers.wanted().length > 0;
}

class TryAgain extends Error {}

/** The taker of the bytes has thrown: fetch's own errors are TypeErrors too, and those are tried again. */
class NotTaken extends Error {
  constructor(override readonly cause: unknown) {
    super();
  }
}

/** Everything but a failed connection or a busy server is final: a wrong pack does not get right by asking again. */
const isFinal = (error: unknown): boolean =>
  !(error instanceof TryAgain || error instanceof TypeError || error instanceof BadAnswer);

function headersFor(ranges: readonly ByteRange[], { etag }: DownloadTag): Record<string, string> {
  const range = rangeHeader(ranges);
  if (range === null) return {};
  return etag === null ? { range } : { range, "if-range": etag };
}

async function run(request: Begun, attempt: Attempt, takers: DownloadTakers, signal: AbortSignal): Promise<void> {
  let isStalled = false;
  const stall = (): void => {
    isStalled = true;
    request.abort();
  };
  let timer = setTimeout(stall, STALL_MS);
  signal.addEventListener("abort", request.abort);
  try {
    signal.throwIfAborted();
    const response = await request.answer;
    if (!response.ok) await refuse(response);
    checkTag(response, attempt.tag);
    const take = bodyReader(response, (offset, piece) => {
      attempt.reached = offset + piece.length;
      if (give(takers, offset, piece) > 0) attempt.hasCome = true;
    });
    const reader = response.body?.getReader();
    if (!reader) throw new TryAgain("no body");
    for (;;) {
      const { done, value } = await reader.read();
      clearTimeout(timer);
      if (done) return;
      timer = setTimeout(stall, STALL_MS);
      take(value);
    }
  } catch (error) {
    if (isStalled && !signal.aborted) throw new TryAgain("stalled");
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", request.abort);
    // Nothing is left of an answer that was taken to its end; one that was not must not go on coming.
    request.abort();
  }
}

function give(takers: DownloadTakers, offset: number, piece: Uint8Array): number {
  try {
    return takers.bytes(offset, piece);
  } catch (error) {
    throw new NotTaken(error);
  }
}

async function refuse(response: Response): Promise<never> {
  const { status } = response;
  if (status === 429 || status >= 500) throw new TryAgain(`status ${status}`);
  const said = (await response.json().catch(() => null)) as { refused?: string } | null;
  if (said?.refused === "no_such_image") throw new NoSuchImage();
  throw new DownloadFailed("pack_refused", `status ${status}`);
}

function checkTag(response: Response, tag: DownloadTag): void {
  const etag = response.headers.get("etag");
  if (tag.etag !== null && etag !== null && etag !== tag.etag) {
    throw new DownloadFailed("pack_changed", "another pack stands at this address now");
  }
  tag.etag ??= etag;
  tag.version ??= response.headers.get("consilium-version");
}

function pause(wait_ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, wait_ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
