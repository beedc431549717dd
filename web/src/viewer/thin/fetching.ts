/** One picture from the server's door: its bytes, what they show, how fast they came; or why there is none. */
import type { DrawnPlane } from "../../wire/types";

export type Fetched = { picture: Blob; drawn: DrawnPlane; took_ms: number };

/** `retry_ms`: when asking again may help; null where it will not. */
export class NoPicture extends Error {
  constructor(
    readonly code:
      | "picture_overtaken"
      | "picture_retrying"
      | "picture_busy"
      | "picture_refused"
      | "picture_stale"
      | "picture_wrong",
    readonly retry_ms: number | null,
    message: string,
  ) {
    super(message);
  }
}

const DRAWN_HEADER = "consilium-drawn";
const BUSY_MS = 1000;
// A worker may have to decode a whole volume first; a line of 32 kbit/s brings a small picture in ten seconds.
const TIMEOUT_MS = 45_000;

export async function fetchPicture(url: string, signal: AbortSignal): Promise<Fetched> {
  const begun = performance.now();
  const patience = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, patience]) });
    if (!response.ok) throw await refusalOf(response);
    const drawn = JSON.parse(response.headers.get(DRAWN_HEADER) ?? "null") as DrawnPlane | null;
    if (drawn === null) throw new NoPicture("picture_wrong", null, "an answer that does not say what it shows");
    const heard = performance.now();
    const picture = await response.blob();
    // What the server took to draw says nothing of the line.
    return { picture, drawn, took_ms: performance.now() - Math.max(heard, begun) };
  } catch (error) {
    if (error instanceof NoPicture) throw error;
    signal.throwIfAborted();
    throw new NoPicture("picture_retrying", 0, String(error));
  }
}

async function refusalOf(response: Response): Promise<NoPicture> {
  const { status, headers } = response;
  const said = (await response.json().catch(() => null)) as { refused?: string; facts?: { reason?: string } } | null;
  const message = `${status} ${said?.refused ?? ""} ${said?.facts?.reason ?? ""}`;
  if (said?.refused === "picture_of_other_version") return new NoPicture("picture_stale", null, message);
  // A request of this screen that was given up meanwhile has come to the server after this one.
  if (said?.refused === "picture_overtaken") return new NoPicture("picture_overtaken", 0, message);
  if (status === 503 || status === 429) return new NoPicture("picture_busy", retryAfter(headers) ?? BUSY_MS, message);
  if (status >= 500) return new NoPicture("picture_retrying", 0, message);
  return new NoPicture("picture_refused", null, message);
}

/** Seconds, or a date (RFC 9110 10.2.3). */
export function retryAfter(headers: Pick<Headers, "get">, now_ms = Date.now()): number | null {
  const told = headers.get("retry-after")?.trim();
  if (!told) return null;
  const wait_ms = /^\d+$/.test(told) ? Number(told) * 1000 : Date.parse(told) - now_ms;
  return Number.isNaN(wait_ms) ? null : Math.max(wait_ms, 0);
}
