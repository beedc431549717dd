/** One drop on its way to the server: announced, sent in pieces, resumed where it broke, followed until imported. */

import { type Answer, getJson, type HttpRefusal, postJson } from "../wire/api";
import { retryDelay } from "../wire/backoff";
import type { NewUpload, UploadState } from "../wire/types";
import type { PendingFile } from "./dropped";

/** A piece is what a break makes us send again, and the step of the progress bar. */
const PIECE_BYTES = 8 * 1024 * 1024;
/** Browsers open six connections to a server; one stays free for the page. */
const SENDERS = 4;
/** The server waits 20 s for a silent sender, so a piece that takes longer than this is not moving. */
const PIECE_TIMEOUT_MS = 120_000;
const FOLLOW_EVERY_MS = 1_000;

export type Progress =
  | { step: "sending"; sent: number; size: number; files: number }
  | { step: "retrying" }
  | { step: "importing" | "done" | "failed"; state: UploadState };

/** A refusal that trying again will not change. */
export class SendingRefused extends Error {
  constructor(readonly refusal: HttpRefusal) {
    super(refusal.code);
  }
}

/** Sends all files as one import. Throws `SendingRefused`; an abort rejects with the signal's reason. */
export async function sendBatch(
  files: readonly PendingFile[],
  tell: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<UploadState> {
  const size = files.reduce((sum, pending) => sum + pending.file.size, 0);
  let sent = 0;
  const advance = (bytes: number) => {
    sent += bytes;
    tell({ step: "sending", sent, size, files: files.length });
  };
  const retry = <T>(act: () => Promise<Answer<T>>) => persist(act, () => tell({ step: "retrying" }), signal);
  const [first, ...rest] = files;
  if (!first) throw new SendingRefused({ code: "nothing", says: "", status: 0 });
  advance(0);
  const opened = await announce(first, null, retry);
  const waiting = rest[Symbol.iterator]();
  const sendOthers = async () => {
    for (const pending of waiting) {
      await sendFile(pending, await announce(pending, opened.batch, retry), advance, retry, signal);
    }
  };
  await Promise.all([
    sendFile(first, opened, advance, retry, signal).then(sendOthers),
    ...Array.from({ length: SENDERS - 1 }, sendOthers),
  ]);
  await retry(() => postJson<UploadState>(`/api/uploads/${opened.batch}/finish`, {}));
  return follow(opened.batch, tell, retry, signal);
}

type Retry = <T>(act: () => Promise<Answer<T>>) => Promise<T>;

/** Announcing the same name again gives the same upload, so it may be repeated. */
function announce(pending: PendingFile, batch: string | null, retry: Retry): Promise<UploadState> {
  const body: NewUpload = { name: pending.name, size: pending.file.size, batch };
  return retry(() => postJson<UploadState>("/api/uploads", body));
}

async function sendFile(
  pending: PendingFile,
  announced: UploadState,
  advance: (bytes: number) => void,
  retry: Retry,
  signal: AbortSignal,
): Promise<void> {
  let received = announced.received;
  advance(received);
  while (received < pending.file.size) {
    const state = await retry(async () => {
      const answer = await sendPiece(announced.upload_id, pending.file, received, signal);
      // A break leaves us not knowing how much arrived: the server does.
      return answer.ok || !isPassing(answer.refusal) ? answer : resumed(announced.upload_id, received, answer);
    });
    advance(state.received - received);
    received = state.received;
  }
}

/** After a broken piece: where the server stands, if it has moved; else the break itself, to be tried again. */
async function resumed(uploadId: string, received: number, broken: Answer<UploadState>): Promise<Answer<UploadState>> {
  const state = await getJson<UploadState>(`/api/uploads/${uploadId}`);
  return state.ok && state.value.received !== received ? state : broken;
}

async function sendPiece(
  uploadId: string,
  file: File,
  from: number,
  signal: AbortSignal,
): Promise<Answer<UploadState>> {
  try {
    const response = await fetch(`/api/uploads/${uploadId}`, {
      method: "PATCH",
      headers: { "Upload-Offset": String(from), "Content-Type": "application/octet-stream" },
      body: file.slice(from, from + PIECE_BYTES),
      signal: AbortSignal.any([signal, AbortSignal.timeout(PIECE_TIMEOUT_MS)]),
    });
    if (response.ok) return { ok: true, value: (await response.json()) as UploadState };
    const said: { refused?: string; says?: string } = await response.json().catch(() => ({}));
    return { ok: false, refusal: { code: said.refused ?? "", says: said.says ?? "", status: response.status } };
  } catch {
    signal.throwIfAborted();
    return { ok: false, refusal: { code: "unreachable", says: "", status: 0 } };
  }
}

async function follow(
  batch: string,
  tell: (progress: Progress) => void,
  retry: Retry,
  signal: AbortSignal,
): Promise<UploadState> {
  for (;;) {
    const state = await retry(() => getJson<UploadState>(`/api/uploads/${batch}`));
    if (state.state === "done" || state.state === "failed" || state.state === "expired") {
      tell({ step: state.state === "done" ? "done" : "failed", state });
      return state;
    }
    tell({ step: "importing", state });
    await pause(FOLLOW_EVERY_MS, signal);
  }
}

/** Tries until it works, as long as what stands in the way passes by itself. */
async function persist<T>(act: () => Promise<Answer<T>>, breaks: () => void, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    const answer = await act();
    if (answer.ok) return answer.value;
    if (!isPassing(answer.refusal)) throw new SendingRefused(answer.refusal);
    breaks();
    await pause(retryDelay(attempt, Math.random()), signal);
  }
}

/** The network, a server that restarts, another connection of ours that has not ended yet. */
function isPassing(refusal: HttpRefusal): boolean {
  const isOurs = refusal.code === "upload_busy" || refusal.code === "upload_offset";
  return isOurs || refusal.status === 0 || (refusal.status >= 500 && refusal.code !== "disk_full");
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
