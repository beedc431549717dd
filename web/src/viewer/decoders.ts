/** Two decode workers for the page's life, and a queue before them; whose turn it is is asked when a worker is free. */
import codecUrl from "@cornerstonejs/codec-openjph/wasm?url";
import type { Values } from "../lib/rescale";
import type { DecodeAnswer, DecodeJob, DecodeStart } from "./decode.worker";

export type Decoded = { values: Values; min: number; max: number };

/** The lowest comes first, and of equals the one that came first; it may change while a job waits. */
export type Rank = () => number;

/** A codestream that the codec refuses, or a codec that cannot start. */
export class DecodeFailed extends Error {
  readonly code = "decoder";
}

type Waiting = {
  job: Omit<DecodeJob, "id">;
  rank: Rank;
  signal: AbortSignal;
  resolve(decoded: Decoded): void;
  reject(error: unknown): void;
};

type Hand = { worker: Worker; busy: number };

const WORKERS = 2;
// One job on the way while another is worked on: the worker never idles, and little is lost when a load is cancelled.
const JOBS_EACH = 2;

const hands: Hand[] = [];
let queue: Waiting[] = [];
const running = new Map<number, { waiting: Waiting; hand: Hand }>();
let lastId = 0;
let warmed: Promise<void> | null = null;

/** Starts the workers and their WASM; resolves when they can decode. The biggest single gain in time to first image. */
export function warmDecoders(): Promise<void> {
  warmed ??= startHands().catch(notStarted);
  return warmed;
}

/** Without one decoder nothing that waits will ever come; the next series tries again. */
function notStarted(error: unknown): never {
  if (hands.length === 0) {
    warmed = null;
    for (const { reject } of queue.splice(0)) reject(new DecodeFailed(String(error)));
  }
  throw error;
}

/** The codec is fetched and compiled here, once for all workers, and beside their own code. */
async function startHands(): Promise<void> {
  const codec = WebAssembly.compileStreaming(fetch(codecUrl));
  await Promise.all(Array.from({ length: WORKERS }, () => startHand(codec)));
}

/** Decodes one codestream; its bytes are given away. Rejects with `DecodeFailed`, or with the signal's reason. */
export function decode(job: Omit<DecodeJob, "id">, rank: Rank, signal: AbortSignal): Promise<Decoded> {
  void warmDecoders().catch(() => undefined);
  return new Promise((resolve, reject) => {
    queue.push({ job, rank, signal, resolve, reject });
    pump();
  });
}

function startHand(codec: Promise<WebAssembly.Module>): Promise<void> {
  const worker = new Worker(new URL("./decode.worker.ts", import.meta.url), { type: "module" });
  const hand: Hand = { worker, busy: 0 };
  return new Promise((resolve, reject) => {
    codec.then(
      (compiled) => worker.postMessage({ codec: compiled } satisfies DecodeStart),
      (error) => {
        worker.terminate();
        reject(error);
      },
    );
    worker.onerror = (event) => {
      const failed = new DecodeFailed(event.message);
      reject(failed);
      drop(hand, failed);
    };
    worker.onmessage = (event: MessageEvent<DecodeAnswer>) => {
      const answer = event.data;
      if ("ready" in answer) {
        hands.push(hand);
        resolve();
      } else if (answer.id < 0) reject(new DecodeFailed("failed" in answer ? answer.failed : ""));
      else finish(hand, answer);
      pump();
    };
  });
}

/** A worker that has died: its jobs fail, the other one goes on. */
function drop(hand: Hand, failed: DecodeFailed): void {
  const place = hands.indexOf(hand);
  if (place >= 0) hands.splice(place, 1);
  for (const [id, job] of [...running]) {
    if (job.hand !== hand) continue;
    running.delete(id);
    job.waiting.reject(failed);
  }
  hand.worker.terminate();
  if (hands.length > 0) pump();
}

function finish(hand: Hand, answer: Exclude<DecodeAnswer, { ready: true }>): void {
  hand.busy--;
  const waiting = running.get(answer.id)?.waiting;
  running.delete(answer.id);
  if (!waiting) return;
  if ("failed" in answer) waiting.reject(new DecodeFailed(answer.failed));
  else waiting.resolve({ values: answer.values, min: answer.min, max: answer.max });
}

function nextWaiting(): Waiting | null {
  for (const { signal, reject } of queue.filter((waiting) => waiting.signal.aborted)) reject(signal.reason);
  queue = queue.filter((waiting) => !waiting.signal.aborted);
  let best = 0;
  let lowest = Number.POSITIVE_INFINITY;
  for (const [index, waiting] of queue.entries()) {
    const rank = waiting.rank();
    if (rank < lowest) [best, lowest] = [index, rank];
  }
  return queue.splice(best, 1)[0] ?? null;
}

function pump(): void {
  for (const hand of [...hands].sort((a, b) => a.busy - b.busy)) {
    while (hand.busy < JOBS_EACH) {
      const waiting = nextWaiting();
      if (!waiting) return;
      const id = ++lastId;
      running.set(id, { waiting, hand });
      hand.busy++;
      hand.worker.postMessage({ id, ...waiting.job }, [waiting.job.bytes.buffer as ArrayBuffer]);
    }
  }
}
