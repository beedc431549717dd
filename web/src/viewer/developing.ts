/** Pieces of a pack become pictures in memory: prefixes wait for their remainder, decoders are asked in the right order. */
import { decode } from "./decoders";
import type { PackPiece } from "./pack";
import type { Series } from "./series";

export type Developing = {
  take(into: Series, piece: PackPiece): void;
  /** A frame whose full picture is on its way through a decoder. */
  isBusy(frame: number): boolean;
  /** Prefixes of another pack fit to no remainder of this one. */
  forget(): void;
};

export type DevelopingWorld = {
  /** The series has other images meanwhile, or still these. */
  isCurrent(series: Series): boolean;
  /** The frame looked at; null: the one that came first. */
  wanted(): number | null;
  isLookedAt(): boolean;
  better(series: Series, frame: number): void;
  failed(error: unknown): void;
};

// More than any stack has frames.
const AHEAD = 1_000_000;

export function createDeveloping(world: DevelopingWorld): Developing {
  // Coarse prefixes wait here for the remainder of their codestream; what is decoded leaves.
  const prefixes = new Map<number, Uint8Array>();
  // Decoding is not cancelled by a pause: its bytes have been paid for.
  const decoding = new AbortController();
  const decodingFull = new Set<number>();

  /** The frame looked at, then what is coarse, then the others from there outwards. */
  function rankOf({ header }: Series, { frame, quality }: PackPiece): number {
    const looked = world.wanted() ?? header.chunks[0]?.[0] ?? 0;
    const rank = frame === looked ? 0 : quality === 0 ? 1 : 1 + Math.abs(frame - looked);
    return world.isLookedAt() ? rank : rank + AHEAD;
  }

  async function decodeInto(into: Series, piece: PackPiece): Promise<void> {
    const { header, kept } = into;
    const drop = piece.quality === 1 ? 0 : header.coarse_level;
    const job = {
      bytes: piece.bytes,
      drop,
      rows: header.rows,
      columns: header.columns,
      kept,
      line: into.line(piece.frame),
    };
    if (piece.quality === 1) decodingFull.add(piece.frame);
    try {
      const decoded = await decode(job, () => rankOf(into, piece), decoding.signal);
      if (!world.isCurrent(into)) return;
      if (into.put(piece.frame, piece.quality, decoded)) world.better(into, piece.frame);
    } catch (error) {
      if (world.isCurrent(into) && !decoding.signal.aborted) world.failed(error);
    } finally {
      decodingFull.delete(piece.frame);
    }
  }

  return {
    take(into, { frame, quality, bytes }) {
      const prefix = prefixes.get(frame);
      if (quality === 0) prefixes.set(frame, bytes);
      else if (!into.isNarrow) prefixes.delete(frame);
      if ((into.quality[frame] as number) >= quality || !isKept(into, frame, quality)) return;
      // The decoder takes its bytes away; the prefix is still needed.
      const whole = quality === 0 ? bytes.slice() : prefix ? joined(prefix, bytes) : bytes;
      void decodeInto(into, { frame, quality, bytes: whole });
    },
    isBusy: (frame) => decodingFull.has(frame),
    forget: () => prefixes.clear(),
  };
}

/** Coarse pictures are kept of every frame. */
export const isKept = (series: Series, frame: number, quality: 0 | 1): boolean => quality === 0 || series.keeps(frame);

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
