/** What one end does about an offer or a failed connection; pure. Both ends reach the same decision. */

/** What is known of the connection with a peer: `remote`, the session that answered or offered, null before. */
export type LegFacts = { remote: string | null; offered: boolean };

export type OfferAnswer = "refuse" | "begin" | "continue" | "replace" | "ignore";

export type OfferFacts = { is_in_call: boolean; is_polite: boolean; leg: LegFacts | null; session: string | null };

/** W3C WebRTC 10.7: of two offers that cross, the polite end gives its own up. The later name is the impolite one. */
export const isPolite = (me: string, peer: string): boolean => me < peer;

export function answerTo({ is_in_call, is_polite, leg, session }: OfferFacts): OfferAnswer {
  if (!is_in_call) return "refuse";
  if (leg === null) return "begin";
  const isCrossing = leg.remote === null && leg.offered;
  if (isCrossing) return is_polite ? "replace" : "ignore";
  return leg.remote === session ? "continue" : "replace";
}

/** ICE rarely recovers by itself from a change of address: a new connection is there in under a second. */
export const INTERRUPTED_MS = 3000;
/** A relay over TLS through a slow proxy needs several seconds; beyond this nobody waits without a word. */
export const CONNECT_WITHIN_MS = 15_000;

const REDIAL_MS = [0, 1000, 3000, 7000] as const;
/** Both ends see a failure: the polite one leaves the first word to the other. */
const POLITE_PAUSE_MS = 1500;

/** When to call again after failure number `failures` (from 1); null when it is for people to decide. */
export function redialAfter(failures: number, is_polite: boolean): number | null {
  const delay = REDIAL_MS[failures - 1];
  return delay === undefined ? null : delay + (is_polite ? POLITE_PAUSE_MS : 0);
}

export type MediaProblem = "not_allowed" | "not_found" | "in_use" | "insecure" | "failed";

/** Why the browser gives no microphone or camera, by the name of its DOMException. */
export function mediaProblem(name: string): MediaProblem {
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return "not_allowed";
    case "NotFoundError":
    case "OverconstrainedError":
      return "not_found";
    case "NotReadableError":
    case "AbortError":
      return "in_use";
    case "TypeError":
      return "insecure";
    default:
      return "failed";
  }
}
