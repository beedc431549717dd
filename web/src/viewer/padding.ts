/** Pixel padding: values that are no part of an image, and are drawn as what lies around it. Pure. */
import type { Kept } from "../lib/rescale";
import type { PackHeader } from "./pack";
import { levelOf } from "./presenting";
import type { Presentation } from "./screens";

type Padded = { header: PackHeader; gain: number };

/** Both ends included, as values are kept. */
type Ends = { low: number; high: number };

// Values kept as 32-bit floats have lost what is beyond seven digits.
const ALIKE = 1e-6;

/**
 * Pixel Padding Value, and Range Limit where a range is padding, are stored values (PS3.3 C.7.5.1.1.2): they go the way of
 * the pixels of their frame.
 */
export function paddingOf({ header, gain }: Padded, frame: number): Ends | null {
  const image = header.frames[frame];
  if (header.pixel_padding === null || image === undefined) return null;
  const ends = [header.pixel_padding, header.pixel_padding_limit ?? header.pixel_padding].map(
    (stored) => (stored * image.slope + image.intercept) * gain,
  );
  const slack = ALIKE * Math.max(1, ...ends.map(Math.abs));
  return { low: Math.min(...ends) - slack, high: Math.max(...ends) + slack };
}

export function isPadding(padded: Padded, kept: number, frame: number): boolean {
  const ends = paddingOf(padded, frame);
  return ends !== null && kept >= ends.low && kept <= ends.high;
}

/** Whether the line or curve itself draws all padding black, as it does where files are made and shown as usual. */
export function isPaddingBlack(presentation: Presentation, gain: number, { low, high }: Ends): boolean {
  const level = levelOf(presentation, gain);
  const { curve } = presentation;
  if (!curve) return level(low) < 0.5 && level(high) < 0.5;
  const [from, to] = [Math.max(Math.ceil(low), curve.first - 1), Math.min(Math.floor(high), endOf(curve) + 1)];
  for (let value = from; value <= to; value++) if (level(value) >= 0.5) return false;
  return level(Math.round(low)) < 0.5 && level(Math.round(high)) < 0.5;
}

// Wider, a table would be larger than what it maps.
const MOST_ENTRIES = 131072;

type Curve = NonNullable<Presentation["curve"]>;

const endOf = (curve: Curve): number => curve.first + curve.levels.length - 1;

/**
 * The same with padding black; as it is where it is so already, and where no table could hold it: only whole numbers can be
 * looked up in one. `padding`: null for what has none.
 */
export function withPaddingBlack(
  presentation: Presentation,
  { kept, gain }: { kept: Kept; gain: number },
  padding: Ends | null,
): Presentation {
  if (padding === null || kept === "rgb8" || isPaddingBlack(presentation, gain, padding)) return presentation;
  const { curve, lower, upper, isInverted, isSigmoid } = presentation;
  if (kept === "float32" || (isSigmoid && curve === null)) return presentation;
  const [low, high] = [Math.ceil(padding.low), Math.floor(padding.high)];
  // At either end a value that is none: the end levels hold for all beyond.
  const first = Math.min(curve?.first ?? Math.floor(lower), low - 1);
  const count = Math.max(curve ? endOf(curve) : Math.ceil(upper), high + 1) - first + 1;
  if (count > MOST_ENTRIES) return presentation;
  const level = levelOf({ ...presentation, isInverted: false }, gain);
  const black = isInverted ? 255 : 0;
  const levels = Uint8Array.from({ length: count }, (_, index) => {
    const value = first + index;
    return value >= low && value <= high ? black : Math.round(level(value));
  });
  const name = `${curve?.name ?? `line ${lower} ${upper}`} without ${low} ${high} ${isInverted}`;
  return { ...presentation, curve: { name, first, levels } };
}
