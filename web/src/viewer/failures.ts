/** What can go wrong between the server and the screen, as the viewer tells it; the sentences are `room.viewer.<code>`. */
import { DecodeFailed } from "./decoders";
import { DownloadFailed } from "./download";
import { WrongPack } from "./pack";

export const FAILURES = [
  /** Goes on by itself. */
  "pack_retrying",
  "pack_unreachable",
  "pack_refused",
  "pack_changed",
  "wrong_pack",
  "decoder",
  "out_of_memory",
  "drawing",
  /** Goes on by itself: the server's pictures. */
  "picture_retrying",
  "picture_busy",
  "picture_refused",
  "picture_stale",
  "picture_wrong",
  /** Goes on without the GPU. */
  "context_lost",
] as const;

export type Failure = (typeof FAILURES)[number];

/** What is told of an error on the way from the server to memory; a bug rises. */
export function failureOf(error: unknown): Failure {
  if (error instanceof WrongPack || error instanceof DecodeFailed || error instanceof DownloadFailed) return error.code;
  // Typed arrays that do not fit raise RangeError.
  if (error instanceof RangeError) return "out_of_memory";
  if (error instanceof SyntaxError) return "wrong_pack";
  throw error;
}
