/** Signalling values as they travel between two ends of a call: the twin of rtc/signals.py. */

export type ByeReason = "left" | "rejoining" | "failed" | "timed_out" | "refused" | "ended";

export type CallSignal =
  | { type: "offer"; sdp: string }
  | { type: "answer"; sdp: string }
  | { type: "candidate"; candidate: string; sdp_mid: string | null; sdp_m_line_index: number | null }
  | { type: "bye"; reason: ByeReason };

/** The server has checked the form before it passed the signal on. */
export const readSignal = (data: string): CallSignal => JSON.parse(data) as CallSignal;

export const writeSignal = (signal: CallSignal): string => JSON.stringify(signal);

/** An SDP's own number (RFC 8866 5.2): another number comes from another connection, not from a new turn of one. */
export function sessionOf(sdp: string): string | null {
  return /^o=\S+ (\d+) /m.exec(sdp)?.[1] ?? null;
}
