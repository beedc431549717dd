/** Grey curves that are no straight line, as tables from modality values to 8 bits (PS3.3 C.11.2.1). Pure. */

/** Values `first`, `first` + 1, ... and their levels, 0 to 255; below and above, the end levels hold. */
export type Curve = { name: string; first: number; levels: Uint8Array };

// Where 255 / (1 + exp(-4 x / width)) is less than half a level from black or white: ln(509) / 4.
const REACH = 1.56;
/** Wider, a table would be larger than what it maps. */
const MOST_ENTRIES = 65536;

/** PS3.3 C.11.2.1.3.1; null where it has no value on which to bend. */
export function sigmoidCurve({ center, width }: { center: number; width: number }): Curve | null {
  const first = Math.floor(center - REACH * width);
  const count = Math.ceil(center + REACH * width) - first + 1;
  if (!(width > 0) || count > 2 * MOST_ENTRIES) return null;
  const levels = Uint8Array.from({ length: count }, (_, index) =>
    Math.round(255 / (1 + Math.exp((-4 * (first + index - center)) / width))),
  );
  levels[0] = 0;
  levels[count - 1] = 255;
  return { name: `sigmoid ${center} ${width}`, first, levels };
}

/** PS3.3 C.11.2.1.1: entries of so many bits, white being the highest that these hold. */
export function tableCurve(name: string, table: { first: number; bits: number; entries: Uint16Array }): Curve {
  const white = 2 ** table.bits - 1;
  const levels = Uint8Array.from(table.entries, (entry) => Math.round((Math.min(entry, white) * 255) / white));
  return { name, first: table.first, levels };
}

/** The level, 0 to 255 and not rounded, of a value; beyond the ends of the table the end entries hold. */
export function tableLevel(table: { first: number; bits: number; entries: Uint16Array }, value: number): number {
  const last = table.entries.length - 1;
  const index = Math.min(Math.max(Math.round(value) - table.first, 0), last);
  return ((table.entries[index] as number) * 255) / (2 ** table.bits - 1);
}

/** Little-endian 16-bit entries, as they travel. */
export function entriesOf(bytes: Uint8Array): Uint16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint16Array.from({ length: bytes.byteLength >> 1 }, (_, index) => view.getUint16(2 * index, true));
}
