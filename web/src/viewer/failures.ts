/** What can go wrong between the server and the screen, as the viewer tells it; the sentences are `room.viewer.<code>`. */
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
