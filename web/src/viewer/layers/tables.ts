/** Look-up tables of objects, unpacked once and kept as long as the object is. */
import { entriesOf } from "../../lib/curves";
import { fromBase64 } from "../../wire/base64";
import type { PackedLut } from "../../wire/types";
import { inflated } from "./bits";

export type Table = { first: number; bits: number; entries: Uint16Array };

const unpacked = new WeakMap<PackedLut, Table>();
const waiting = new WeakSet<PackedLut>();

/** The table, or null while it is being inflated: `ready` is called when it is worth asking again. */
export function tableOf(packed: PackedLut, ready: () => void): Table | null {
  const known = unpacked.get(packed);
  if (known || waiting.has(packed)) return known ?? null;
  waiting.add(packed);
  void inflated(fromBase64(packed.entries)).then((bytes) => {
    unpacked.set(packed, { first: packed.first_mapped, bits: packed.bits, entries: entriesOf(bytes) });
    ready();
  });
  return null;
}
