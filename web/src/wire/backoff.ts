/** When to try the room's socket again; pure. */

/** LiveKit's ladder, which hospital networks are known to bear: quick after a hiccup, gentle after an outage. */
const DELAYS_MS = [0, 300, 1200, 2700, 4800, 7000] as const;

/** After a server's restart everybody comes back at once: spread them a little, even at the first try. */
const JITTER_MS = 250;
const JITTER_PART = 0.3;

/** Milliseconds to wait before try number `attempt` (0 for the first); `chance` is in [0, 1). */
export function retryDelay(attempt: number, chance: number): number {
  const delay = DELAYS_MS[Math.min(attempt, DELAYS_MS.length - 1)] ?? 0;
  return Math.round(delay + chance * Math.max(JITTER_MS, delay * JITTER_PART));
}
