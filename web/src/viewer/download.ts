/** A download that survives a broken connection: goes on with Range from the byte reached. It does not read packs. */

/** The bytes cannot be had (again): `code` is what the viewer tells. */
export class DownloadFailed extends Error {
  constructor(
    readonly code: "pack_unreachable" | "pack_refused" | "pack_changed",
    message: string,
  ) {
    super(message);
  }
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

/** Resolves when all has come; changes `place` as bytes come, so that a later call goes on from there. */
export async function download(
  url: string,
  place: DownloadPlace,
  takers: DownloadTakers,
  signal: AbortSignal,
): Promise<void> {
  let tries = 0;
  for (;;) {
    const before = place.offset;
    try {
      await attempt(url, place, takers, signal);
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

async function attempt(url: string, place: DownloadPlace, takers: DownloadTakers, signal: AbortSignal): Promise<void> {
  const stalled = new AbortController();
  const headers = new Headers();
  if (place.offset > 0) {
    headers.set("range", `bytes=${place.offset}-`);
    if (place.etag !== null) headers.set("if-range", place.etag);
  }
  let timer = setTimeout(() => stalled.abort(), STALL_MS);
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.any([signal, stalled.signal]) });
    let toSkip = bytesToSkip(response, place);
    const reader = response.body?.getReader();
    if (!reader) throw new TryAgain("no body");
    for (;;) {
      const { done, value } = await reader.read();
      clearTimeout(timer);
      if (done) return;
      timer = setTimeout(() => stalled.abort(), STALL_MS);
      const fresh = value.subarray(Math.min(toSkip, value.length));
      toSkip -= value.length - fresh.length;
      place.offset += fresh.length;
      give(takers, fresh);
    }
  } catch (error) {
    if (stalled.signal.aborted && !signal.aborted) throw new TryAgain("stalled");
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function give(takers: DownloadTakers, piece: Uint8Array): void {
  try {
    takers.bytes(piece);
  } catch (error) {
    throw new NotTaken(error);
  }
}

/** Checks the answer; where a server has ignored Range, tells how much of the body has been taken already. */
function bytesToSkip(response: Response, place: DownloadPlace): number {
  if (response.status === 429 || response.status >= 500) throw new TryAgain(`status ${response.status}`);
  if (!response.ok) throw new DownloadFailed("pack_refused", `status ${response.status}`);
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
