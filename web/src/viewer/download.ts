/**
 * A download that survives a broken connection: goes on with Range from the byte reached. It does not read packs, and
 * imports nothing, so that it can begin before the viewer's code is there.
 */

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

export type DownloadPlace = { offset: number; etag: string | null };

export type DownloadTakers = {
  bytes(piece: Uint8Array): void;
  /** Whether all has come: some proxies end a broken answer as if it were whole. */
  isWhole(): boolean;
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
  /** Changes as bytes come, so that a later call goes on from there. */
  place: DownloadPlace;
  /** What was asked for at this address already, from its first byte. */
  begun: Begun | null;
};

/** Resolves when all has come. */
export async function download(what: Download, takers: DownloadTakers, signal: AbortSignal): Promise<void> {
  const { url, place } = what;
  let { begun } = what;
  let tries = 0;
  for (;;) {
    const before = place.offset;
    try {
      const request = begun ?? begin(url, wanted(place));
      begun = null;
      await attempt(request, place, takers, signal);
      if (takers.isWhole()) return;
      throw new TryAgain("ended early");
    } catch (error) {
      if (error instanceof NotTaken) throw error.cause;
      if (signal.aborted || isFinal(error)) throw error;
      tries = place.offset > before ? 1 : tries + 1;
      if (tries >= MAX_TRIES) throw new DownloadFailed("pack_unreachable", String(error));
      const wait = Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_WAIT_MS);
      takers.retrying(wait);
      await pause(wait, signal);
    }
  }
}

class TryAgain extends Error {}

/** The taker of the bytes has thrown: fetch's own errors are TypeErrors too, and those are tried again. */
class NotTaken extends Error {
  constructor(override readonly cause: unknown) {
    super();
  }
}

/** Everything but a failed connection or a busy server is final: a wrong pack does not get right by asking again. */
const isFinal = (error: unknown): boolean => !(error instanceof TryAgain || error instanceof TypeError);

function wanted({ offset, etag }: DownloadPlace): Record<string, string> {
  if (offset === 0) return {};
  const range = { range: `bytes=${offset}-` };
  return etag === null ? range : { ...range, "if-range": etag };
}

async function attempt(
  request: Begun,
  place: DownloadPlace,
  takers: DownloadTakers,
  signal: AbortSignal,
): Promise<void> {
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
    let toSkip = bytesToSkip(response, place);
    const reader = response.body?.getReader();
    if (!reader) throw new TryAgain("no body");
    for (;;) {
      const { done, value } = await reader.read();
      clearTimeout(timer);
      if (done) return;
      timer = setTimeout(stall, STALL_MS);
      const fresh = value.subarray(Math.min(toSkip, value.length));
      toSkip -= value.length - fresh.length;
      place.offset += fresh.length;
      give(takers, fresh);
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

function give(takers: DownloadTakers, piece: Uint8Array): void {
  try {
    takers.bytes(piece);
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

/** Checks the answer; where a server has ignored Range, tells how much of the body has been taken already. */
function bytesToSkip(response: Response, place: DownloadPlace): number {
  const etag = response.headers.get("etag");
  const hasChanged = place.offset > 0 && place.etag !== null && etag !== null && etag !== place.etag;
  if (hasChanged) throw new DownloadFailed("pack_changed", "another pack stands at this address now");
  place.etag ??= etag;
  return response.status === 206 ? 0 : place.offset;
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
