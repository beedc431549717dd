/** The time of a replay: that of the meeting, with its pauses cut short; pure. */

/** Nothing happened for longer than this: a pause, played in `PLAYED_PAUSE_MS`. */
export const PAUSE_MS = 10_000;
export const PLAYED_PAUSE_MS = 2_000;

type Piece = { from_ms: number; to_ms: number; played_from_ms: number; played_to_ms: number; isPause: boolean };

export type Tape = {
  /** How long it plays at its own speed. */
  length_ms: number;
  recordedAt(played_ms: number): number;
  playedAt(recorded_ms: number): number;
  /** The pause that is being cut short, in time of the meeting. */
  pauseAt(played_ms: number): { from_ms: number; to_ms: number } | null;
};

/** `instants` are in their order. */
export function createTape(instants: readonly number[]): Tape {
  const pieces = piecesOf(instants);
  const last = pieces.at(-1) as Piece;

  const find = (is: (piece: Piece) => boolean): Piece => pieces.find(is) ?? last;
  const playing = (played_ms: number): Piece => find((piece) => played_ms < piece.played_to_ms);

  return {
    length_ms: last.played_to_ms,
    recordedAt(played_ms) {
      const piece = playing(played_ms);
      return along(played_ms, [piece.played_from_ms, piece.played_to_ms], [piece.from_ms, piece.to_ms]);
    },
    playedAt(recorded_ms) {
      const piece = find(({ to_ms }) => recorded_ms < to_ms);
      return along(recorded_ms, [piece.from_ms, piece.to_ms], [piece.played_from_ms, piece.played_to_ms]);
    },
    pauseAt(played_ms) {
      const { isPause, from_ms, to_ms } = playing(played_ms);
      return isPause && played_ms < last.played_to_ms ? { from_ms, to_ms } : null;
    },
  };
}

function piecesOf(instants: readonly number[]): Piece[] {
  const start = instants[0] ?? 0;
  const pieces: Piece[] = [{ from_ms: start, to_ms: start, played_from_ms: 0, played_to_ms: 0, isPause: false }];
  for (const at_ms of instants) {
    const before = pieces.at(-1) as Piece;
    const gap_ms = at_ms - before.to_ms;
    if (gap_ms > PAUSE_MS) {
      const played_ms = before.played_to_ms + PLAYED_PAUSE_MS;
      pieces.push({ ...begun(before), to_ms: at_ms, played_to_ms: played_ms, isPause: true });
      pieces.push(begun(pieces.at(-1) as Piece));
    } else if (gap_ms > 0) {
      before.to_ms = at_ms;
      before.played_to_ms += gap_ms;
    }
  }
  return pieces;
}

const begun = ({ to_ms, played_to_ms }: Piece): Piece => ({
  from_ms: to_ms,
  to_ms,
  played_from_ms: played_to_ms,
  played_to_ms,
  isPause: false,
});

type Span = readonly [from: number, to: number];

/** Where `at` of one span stands in the other; outside, its end. */
function along(at: number, [from, to]: Span, [into_from, into_to]: Span): number {
  if (to === from) return into_from;
  const share = Math.min(1, Math.max(0, (at - from) / (to - from)));
  return into_from + share * (into_to - into_from);
}
