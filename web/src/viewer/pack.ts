/**
 * The pack of one display stack: its address, and its reading piece by piece as it arrives, bytes in, header and chunks
 * out; no network.
 */
import type { Chunk, PackHeader } from "../wire/types";

export type { PackHeader } from "../wire/types";

export type Orientation = [number, number, number, number, number, number];

export type ImageName = { sop_instance_uid: string; frame: number };

/** Where the pack is that begins with this image; without one it begins in the middle of the stack. */
export const packUrl = (pack_url: string, image: ImageName | null): string =>
  image === null ? pack_url : `${pack_url}?sop=${encodeURIComponent(image.sop_instance_uid)}&frame=${image.frame}`;

export type PackPiece = { frame: number; quality: 0 | 1; bytes: Uint8Array };

/** A pack that is not one, or is of another version; `code` is what the viewer tells. */
export class WrongPack extends Error {
  readonly code = "wrong_pack";
}

const MAGIC = "CPK1";
const VERSION = 1;
const PREAMBLE_BYTES = 8;
// 5,000 frames of metadata take about 2 MB; anything near this bound is not a header.
const MAX_HEADER_BYTES = 64 << 20;

export type PackReader = {
  /** Takes bytes of any length that stand at this offset; calls back for whatever is complete, tells how many were new. */
  push(offset: number, bytes: Uint8Array): number;
  header(): PackHeader | null;
  /** Where the bytes begin that the header is read from: all before have come. */
  headTaken(): number;
  /** What is still to come of a chunk; null when nothing is. Only once the header is there. */
  left(chunk: number): Span | null;
  /** Its bytes are wanted once more. */
  forget(chunk: number): void;
  /** True when every chunk of the header's table has come. */
  isDone(): boolean;
};

/** Bytes [start, end) of the pack. */
export type Span = { readonly start: number; readonly end: number };

export type PackTakers = { header(header: PackHeader): void; piece(piece: PackPiece): void };

export function createPackReader(takers: PackTakers): PackReader {
  const head = createHeadReader();
  let header: PackHeader | null = null;
  let body: ChunkReader | null = null;

  return {
    push(offset, bytes) {
      let fresh = 0;
      let at = offset;
      let rest = bytes;
      if (body === null) {
        fresh = head.push(at, rest);
        header = head.header();
        if (header === null) return fresh;
        body = createChunkReader(header, head.taken(), takers.piece);
        takers.header(header);
        const passed = Math.max(0, head.taken() - offset);
        at += passed;
        rest = rest.subarray(passed);
      }
      return fresh + body.push(at, rest);
    },
    header: () => header,
    headTaken: head.taken,
    left: (chunk) => body?.left(chunk) ?? null,
    forget: (chunk) => body?.forget(chunk),
    isDone: () => body?.isDone() ?? false,
  };
}

type HeadReader = { push(offset: number, bytes: Uint8Array): number; taken(): number; header(): PackHeader | null };

/** Preamble and header come first and in order. */
function createHeadReader(): HeadReader {
  let taken = 0;
  let filling = new Uint8Array(PREAMBLE_BYTES);
  let end = PREAMBLE_BYTES;
  let header: PackHeader | null = null;
  return {
    push(offset, bytes) {
      if (offset > taken) return 0;
      const before = taken;
      while (header === null && taken < offset + bytes.length) {
        const part = bytes.subarray(taken - offset, end - offset);
        filling.set(part, filling.length - (end - taken));
        taken += part.length;
        if (taken < end) break;
        if (end > PREAMBLE_BYTES) header = readHeader(filling);
        else {
          filling = new Uint8Array(readPreamble(filling));
          end += filling.length;
        }
      }
      return taken - before;
    },
    taken: () => taken,
    header: () => header,
  };
}

type ChunkReader = {
  push(offset: number, bytes: Uint8Array): number;
  left(chunk: number): Span | null;
  forget(chunk: number): void;
  isDone(): boolean;
};

/** Chunks come in any order; of one that was broken off the bytes from its beginning are kept. */
function createChunkReader({ chunks }: PackHeader, start: number, piece: PackTakers["piece"]): ChunkReader {
  const ends: number[] = [];
  for (const [, , length] of chunks) ends.push((ends.at(-1) ?? start) + length);
  const end = ends.at(-1) ?? start;
  const filled = new Float64Array(chunks.length);
  const filling = new Map<number, Uint8Array>();
  let missing = chunks.length;

  const startOf = (chunk: number): number => ends[chunk - 1] ?? start;

  function takeInto(chunk: number, offset: number, bytes: Uint8Array): number {
    const [frame, quality, length] = chunks[chunk] as Chunk;
    const reached = startOf(chunk) + (filled[chunk] as number);
    // Behind a hole it would have to be kept as a second part; it is asked for again.
    if (offset > reached) return 0;
    const fresh = bytes.subarray(reached - offset, startOf(chunk) + length - offset);
    if (fresh.length === 0) return 0;
    const into = filling.get(chunk) ?? new Uint8Array(length);
    filling.set(chunk, into);
    into.set(fresh, filled[chunk]);
    filled[chunk] = (filled[chunk] as number) + fresh.length;
    if (filled[chunk] === length) {
      filling.delete(chunk);
      missing--;
      piece({ frame, quality, bytes: into });
    }
    return fresh.length;
  }

  return {
    push(offset, bytes) {
      if (offset + bytes.length > end) throw new WrongPack("bytes after the last chunk");
      let fresh = 0;
      for (let chunk = chunkAt(ends, offset); startOf(chunk) < offset + bytes.length; chunk++) {
        fresh += takeInto(chunk, offset, bytes);
      }
      return fresh;
    },
    left(chunk) {
      const from = startOf(chunk) + (filled[chunk] as number);
      const to = ends[chunk] as number;
      return from < to ? { start: from, end: to } : null;
    },
    forget(chunk) {
      if (filled[chunk] === chunks[chunk]?.[2]) missing++;
      filled[chunk] = 0;
      filling.delete(chunk);
    },
    isDone: () => missing === 0,
  };
}

/** The chunk in which this offset lies. */
function chunkAt(ends: readonly number[], offset: number): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] as number) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function readPreamble(bytes: Uint8Array): number {
  const magic = String.fromCharCode(...bytes.subarray(0, 4));
  if (magic !== MAGIC) throw new WrongPack(`magic ${JSON.stringify(magic)}`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  if (length === 0 || length > MAX_HEADER_BYTES) throw new WrongPack(`header of ${length} bytes`);
  return length;
}

function readHeader(bytes: Uint8Array): PackHeader {
  const header = JSON.parse(new TextDecoder().decode(bytes)) as PackHeader;
  if (header.version !== VERSION) throw new WrongPack(`version ${header.version}`);
  if (header.frames.length === 0) throw new WrongPack("no frames");
  const isOutside = (chunk: Chunk): boolean => chunk[0] < 0 || chunk[0] >= header.frames.length || chunk[2] < 1;
  if (header.chunks.some(isOutside)) throw new WrongPack("a chunk of a frame that is not there, or of no bytes");
  return header;
}

/** Whether both are of the same images, kept in the same way: chunks of one are chunks of the other. */
export function isSamePack(one: PackHeader, other: PackHeader): boolean {
  const shape = ({ rows, columns, values, frames }: PackHeader): string =>
    JSON.stringify([rows, columns, values, frames]);
  return shape(one) === shape(other);
}
