/**
 * A stack whose values do not fit in memory: every frame small, and those around the one looked at in full. No volume is
 * made of it. How good each frame is stays true: one that had to leave is coarse again.
 */
import { blankValue, bytesEach, emptyValues, enlarge, type Kept, keptAs, type Values } from "../lib/rescale";
import type { Decoded } from "./decoders";
import { createImages } from "./images";
import type { Memory } from "./memory";
import { gainOf, slotBytes } from "./sizes";
import type { Stack } from "./stack";

// Fewer, and a hand that scrolls sees nothing but previews.
const LEAST_FRAMES = 32;

type Small = { put(frame: number, values: Values): void; enlarged(frame: number): Values; bytes: number };

/** Throws RangeError where the budget is too small even for this. */
export function createNarrow(stack: Stack, budget_bytes: number, ready: () => void): Memory {
  const { header } = stack;
  const kept = keptAs(header.values, header.frames, header.unit);
  const gain = gainOf(header, kept);
  const count = header.frames.length;
  let blankNow = blankValue(kept, header.invert);
  const small = createSmall(stack, kept, blankNow);
  const capacity = Math.min(count, Math.floor((budget_bytes - small.bytes) / slotBytes(header, kept)));
  if (capacity < LEAST_FRAMES) throw new RangeError(`room for ${capacity} of ${count} frames`);
  const quality = new Int8Array(count).fill(-1);
  const ranges = header.frames.map(() => ({ min: blankNow, max: blankNow + 1 }));
  const slots = new Map<number, Values>();
  let looked = header.chunks[0]?.[0] ?? 0;
  ready();
  const images = createImages(stack, { kept, values: null, valuesOf, blank: blankNow });

  /** The first of as many frames as there is room for, the one looked at in their middle. */
  const from = (): number => Math.min(Math.max(0, looked - (capacity >> 1)), count - capacity);
  const keeps = (frame: number): boolean => frame >= from() && frame < from() + capacity;

  function slotFor(frame: number): Values {
    const held = slots.get(frame);
    if (held) return held;
    const made = slots.size < capacity ? emptyValues(kept, slotBytes(header, kept) / bytesEach(kept)) : taken();
    slots.set(frame, made);
    return made;
  }

  /** The buffer of the frame farthest from the one looked at. */
  function taken(): Values {
    const [farthest] = [...slots.keys()].toSorted((one, other) => Math.abs(other - looked) - Math.abs(one - looked));
    const values = slots.get(farthest as number) as Values;
    slots.delete(farthest as number);
    if (quality[farthest as number] === 1) quality[farthest as number] = 0;
    return values;
  }

  function valuesOf(frame: number): Values {
    const held = slots.get(frame);
    if (held) return held;
    const values = slotFor(frame);
    if (quality[frame] === -1) values.fill(blankNow);
    else values.set(small.enlarged(frame));
    return values;
  }

  return {
    kept,
    gain,
    quality,
    bytes: small.bytes + capacity * slotBytes(header, kept),
    isNarrow: true,
    keeps,
    look: (frame) => {
      looked = frame;
    },
    valuesOf,
    line(frame) {
      const { slope, intercept } = header.frames[frame] ?? { slope: 1, intercept: 0 };
      return { slope: slope * gain, intercept: intercept * gain };
    },
    decoded: (frame) => ({ values: valuesOf(frame), ...(ranges[frame] as { min: number; max: number }) }),
    put(frame, better, decoded: Decoded) {
      if ((quality[frame] as number) >= better || (better === 1 && !keeps(frame))) return false;
      if (quality[frame] === -1) small.put(frame, decoded.values);
      if (better === 1 || slots.has(frame)) slotFor(frame).set(decoded.values);
      quality[frame] = better;
      ranges[frame] = { min: decoded.min, max: decoded.max };
      images.ranged(frame, decoded);
      return true;
    },
    blank(isInverted) {
      const wanted = blankValue(kept, isInverted);
      if (wanted === blankNow) return false;
      blankNow = wanted;
      for (const [frame, values] of slots) if (quality[frame] === -1) values.fill(wanted);
      return quality.includes(-1);
    },
    lowest: (first, last) => Math.min(...quality.subarray(first, last + 1)) as -1 | 0 | 1,
    volumeId: () => null,
    renew: () => undefined,
    settle: () => undefined,
    discard: images.discard,
  };
}

/** Every frame at its coarse level: of the enlarged pictures that come, the samples that they were made from. */
function createSmall({ header }: Stack, kept: Kept, blank: number): Small {
  const drop = header.coarse_level;
  const samples = kept === "rgb8" ? 3 : 1;
  const [rows, columns] = [header.rows, header.columns].map((side) => Math.ceil(side / 2 ** drop)) as [number, number];
  const each = rows * columns * samples;
  const all = emptyValues(kept, each * header.frames.length);
  all.fill(blank);
  const of = (frame: number): Values => all.subarray(frame * each, (frame + 1) * each);
  return {
    bytes: all.byteLength,
    put(frame, values) {
      const into = of(frame);
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++) {
          const at = ((y << drop) * header.columns + (x << drop)) * samples;
          for (let sample = 0; sample < samples; sample++)
            into[(y * columns + x) * samples + sample] = values[at + sample] as number;
        }
      }
    },
    enlarged: (frame) => enlarge(of(frame), { columns: header.columns, rows: header.rows, samples }, drop),
  };
}
