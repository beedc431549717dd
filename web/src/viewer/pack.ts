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
  /** Takes the next bytes, of any length; calls back for whatever has become complete. */
  push(bytes: Uint8Array): void;
  header(): PackHeader | null;
  /** Bytes taken so far: where to go on after a broken connection. */
  taken(): number;
  /** True when every chunk of the header's table has come. */
  isDone(): boolean;
};

export type PackTakers = { header(header: PackHeader): void; piece(piece: PackPiece): void };

export function createPackReader(takers: PackTakers): PackReader {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let taken = 0;
  let headerBytes = 0;
  let header: PackHeader | null = null;
  let next = 0;

  /** The length of the piece that comes next; null when nothing is to come. */
  const wanted = (): number | null => {
    if (headerBytes === 0) return PREAMBLE_BYTES;
    if (header === null) return headerBytes;
    return header.chunks[next]?.[2] ?? null;
  };

  const take = (length: number): Uint8Array => {
    const out = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const first = waiting[0] as Uint8Array;
      const part = first.subarray(0, length - filled);
      out.set(part, filled);
      filled += part.length;
      if (part.length === first.length) waiting.shift();
      else waiting[0] = first.subarray(part.length);
    }
    waitingBytes -= length;
    return out;
  };

  const accept = (piece: Uint8Array): void => {
    if (headerBytes === 0) headerBytes = readPreamble(piece);
    else if (header === null) {
      header = readHeader(piece);
      takers.header(header);
    } else {
      const [frame, quality] = header.chunks[next] as Chunk;
      next++;
      takers.piece({ frame, quality, bytes: piece });
    }
  };

  return {
    push(bytes) {
      if (bytes.length === 0) return;
      waiting.push(bytes);
      waitingBytes += bytes.length;
      taken += bytes.length;
      for (let length = wanted(); length !== null && waitingBytes >= length; length = wanted()) accept(take(length));
      if (wanted() === null) {
        waiting = [];
        if (waitingBytes > 0) throw new WrongPack("bytes after the last chunk");
      }
    },
    header: () => header,
    taken: () => taken,
    isDone: () => header !== null && wanted() === null,
  };
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
  const isOutside = (chunk: Chunk): boolean => chunk[0] < 0 || chunk[0] >= header.frames.length || chunk[2] < 0;
  if (header.chunks.some(isOutside)) throw new WrongPack("a chunk of a frame that is not there");
  return header;
}
