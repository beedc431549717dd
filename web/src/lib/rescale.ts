/** Stored values to modality values (PS3.3 C.11.1.1.2), kept in the smallest array that holds them exactly. */
export type Stored = "int16" | "uint16" | "uint8" | "rgb8";
export type Kept = "uint8" | "uint16" | "int16" | "float32" | "rgb8";
export type Values = Uint8Array | Uint16Array | Int16Array | Float32Array;
export type Line = { slope: number; intercept: number };

/**
 * How the values of a stack are kept. Hounsfield values are kept as int16 although a 16-bit unsigned scale could
 * exceed it: such values saturate at 32767 HU, which no window reaches; everything else that is not exact is float32.
 */
export function keptAs(stored: Stored, lines: Line[], unit: string): Kept {
  if (stored === "rgb8") return "rgb8";
  const isIdentity = lines.every((line) => line.slope === 1 && line.intercept === 0);
  if (isIdentity) return stored;
  const isWhole = lines.every((line) => Number.isInteger(line.slope) && Number.isInteger(line.intercept));
  if (!isWhole) return "float32";
  const [low, high] = stored === "uint8" ? [0, 255] : stored === "uint16" ? [0, 65535] : [-32768, 32767];
  const ends = lines.flatMap((line) => [low * line.slope + line.intercept, high * line.slope + line.intercept]);
  const fits = ends.every((end) => end >= -32768 && end <= 32767);
  const isHounsfield = unit === "HU" && lines.every((line) => line.slope === 1);
  return fits || isHounsfield ? "int16" : "float32";
}

/** Bytes of one sample in memory. */
export const bytesEach = (kept: Kept): number => (kept === "float32" ? 4 : kept === "uint8" || kept === "rgb8" ? 1 : 2);

export function emptyValues(kept: Kept, length: number): Values {
  if (kept === "float32") return new Float32Array(length);
  if (kept === "int16") return new Int16Array(length);
  if (kept === "uint16") return new Uint16Array(length);
  return new Uint8Array(length);
}

/** A value that every window draws black (or, for inverted images, white turned black); colour is black as zeros. */
export function blankValue(kept: Kept, isInverted: boolean): number {
  if (kept === "rgb8") return 0;
  if (kept === "float32") return isInverted ? 1e30 : -1e30;
  if (kept === "int16") return isInverted ? 32767 : -32768;
  return isInverted ? (kept === "uint8" ? 255 : 65535) : 0;
}

const clamped = (value: number): number => (value < -32768 ? -32768 : value > 32767 ? 32767 : value);

/** Applies the line to `from`, and tells the range found; saturates only where `keptAs` says so. */
export function rescale(from: Values, kept: Kept, line: Line): { values: Values; min: number; max: number } {
  const values = emptyValues(kept, from.length);
  const isCopy = line.slope === 1 && line.intercept === 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < from.length; index++) {
    const stored = from[index] as number;
    const value = isCopy ? stored : stored * line.slope + line.intercept;
    const safe = kept === "int16" ? clamped(value) : value;
    values[index] = safe;
    if (safe < min) min = safe;
    if (safe > max) max = safe;
  }
  return { values, min, max };
}

/**
 * Spreads a reduced image (`2^drop` times smaller, rounded up) over the full one. Sample k of a reduced JPEG 2000 image
 * stands at k * 2^drop (its filters are centred on even samples), so every pixel takes the nearest one: no shift.
 */
export function enlarge(from: Values, to: { columns: number; rows: number; samples: number }, drop: number): Values {
  const width = Math.ceil(to.columns / 2 ** drop);
  const height = Math.ceil(to.rows / 2 ** drop);
  const half = drop === 0 ? 0 : 2 ** (drop - 1);
  const large = from.slice(0, 0).constructor as new (length: number) => Values;
  const each = to.columns * to.samples;
  const out = new large(each * to.rows);
  const line = new large(each);
  let filled = -1;
  for (let y = 0; y < to.rows; y++) {
    const source = Math.min((y + half) >> drop, height - 1);
    if (source !== filled) {
      for (let x = 0; x < to.columns; x++) {
        const at = (source * width + Math.min((x + half) >> drop, width - 1)) * to.samples;
        for (let sample = 0; sample < to.samples; sample++) line[x * to.samples + sample] = from[at + sample] as number;
      }
      filled = source;
    }
    out.set(line, y * each);
  }
  return out;
}
