/** The planes of bits of a stack's header, unpacked once and kept as long as the header is; draws nothing. */
import { fromBase64 } from "../../wire/base64";

/** Row by row, 1 where the plane is set. */
export type Mask = { rows: number; columns: number; set: Uint8Array };

export type PackedPlane = { rows: number; columns: number; bits: string };

const unpacked = new WeakMap<PackedPlane, Mask>();
const waiting = new WeakSet<PackedPlane>();

/** The plane, or null while it is being inflated: `ready` is called when it is worth asking again. */
export function maskOf(plane: PackedPlane, ready: () => void): Mask | null {
  const known = unpacked.get(plane);
  if (known) return known;
  if (waiting.has(plane)) return null;
  waiting.add(plane);
  void inflated(fromBase64(plane.bits)).then((packed) => {
    unpacked.set(plane, { rows: plane.rows, columns: plane.columns, set: unpack(packed, plane.rows * plane.columns) });
    ready();
  });
  return null;
}

/** Deflate with its zlib header (RFC 1950). */
export async function inflated(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Eight to a byte, lowest bit first (PS3.5 8.1.2). */
export function unpack(packed: Uint8Array, count: number): Uint8Array {
  const set = new Uint8Array(count);
  for (let index = 0; index < count; index++) set[index] = ((packed[index >> 3] ?? 0) >> (index & 7)) & 1;
  return set;
}

/** Blocks of `pixels` squared are set when one of theirs is: a line one pixel wide must not fall between. */
export function reduced(mask: Mask, pixels: number): Mask {
  if (pixels <= 1) return mask;
  const rows = Math.ceil(mask.rows / pixels);
  const columns = Math.ceil(mask.columns / pixels);
  const set = new Uint8Array(rows * columns);
  for (let row = 0; row < mask.rows; row++) {
    const to = Math.floor(row / pixels) * columns;
    const from = row * mask.columns;
    for (let column = 0; column < mask.columns; column++) {
      if (mask.set[from + column]) set[to + Math.floor(column / pixels)] = 1;
    }
  }
  return { rows, columns, set };
}
