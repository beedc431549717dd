/** The values of one display stack in memory, how good each frame is, and what Cornerstone draws them from. */
import { blankValue, emptyValues, type Kept, keptAs, type Line, type Values } from "../lib/rescale";
import type { Decoded } from "./decoders";
import { slotOf } from "./geometry";
import { createImages } from "./images";
import { createLayered } from "./layered";
import { createNarrow } from "./narrow";
import type { PackHeader } from "./pack";
import type { Series } from "./series";
import { bytesOfLayers, gainOf, sizeOf } from "./sizes";
import { createStack, type Stack } from "./stack";

/** Nothing yet, coarse, full. */
export type FrameQuality = -1 | 0 | 1;

export type Memory = {
  readonly kept: Kept;
  /** Values in memory are modality values times this power of two (exact), see `gainOf`. */
  readonly gain: number;
  readonly quality: Int8Array;
  readonly bytes: number;
  /** Only the frames around the one looked at are kept in full, and there is no volume: see `narrow`. */
  readonly isNarrow: boolean;
  /** Whether there is room for this frame in full, as long as the same one is looked at. */
  keeps(frame: number): boolean;
  look(frame: number): void;
  line(frame: number): Line;
  /** Values of a frame as they are kept, row by row; see `gain`. */
  valuesOf(frame: number): Values;
  /** What `put` would take to make this frame again. */
  decoded(frame: number): Decoded;
  /** Puts decoded values in; tells whether they were better than what stood there. */
  put(frame: number, quality: 0 | 1, decoded: Decoded): boolean;
  /** Frames with nothing yet are black; which value is black depends on the inversion. Tells whether it changed. */
  blank(isInverted: boolean): boolean;
  /** Lowest quality among these frames, both included. */
  lowest(from: number, to: number): FrameQuality;
  volumeId(): string | null;
  /** Lets the GPU fetch these frames anew at the next drawing. */
  renew(frames: Iterable<number>): void;
  /** Before planes are drawn: mixes what has changed of a resampled volume. */
  settle(): void;
  discard(): void;
};

/** `ready`: see `createMemory`. */
export function createSeries(
  key: string,
  header: PackHeader,
  budget_bytes: number,
  ready: () => void = () => undefined,
): Series {
  const stack = createStack(key, header);
  if (sizeOf(header) <= budget_bytes) return { ...stack, ...createMemory(stack, ready) };
  const flat = { ...stack, geometry: { ...stack.geometry, grid: null } };
  return { ...flat, ...createNarrow(flat, budget_bytes, ready) };
}

/** `ready`: the memory is there; what stands in Cornerstone under the names of these images must leave now. */
function createMemory(stack: Stack, ready: () => void): Memory {
  const { header, geometry } = stack;
  const kept = keptAs(header.values, header.frames, header.unit);
  const gain = gainOf(header, kept);
  const count = header.frames.length;
  const each = header.rows * header.columns * (kept === "rgb8" ? 3 : 1);
  const values = emptyValues(kept, each * count);
  const quality = new Int8Array(count).fill(-1);
  const { grid } = geometry;
  const slot = (frame: number): number => (grid && grid.layers === null ? slotOf(grid, frame) : frame);
  const valuesOf = (frame: number): Values => values.subarray(slot(frame) * each, (slot(frame) + 1) * each);
  let blankNow = blankValue(kept, header.invert);
  values.fill(blankNow);
  const ranges = header.frames.map(() => ({ min: 0, max: 1 }));
  ready();
  const images = createImages(stack, { kept, values, valuesOf, blank: blankNow });
  const isThere = (frame: number): boolean => quality[frame] !== -1;
  const layered = createLayered(stack, { kept, valuesOf, isThere }, blankNow);

  const renew = (frames: Iterable<number>): void => images.renew([...frames].map(slot));

  return {
    kept,
    gain,
    quality,
    bytes: values.byteLength + bytesOfLayers(header, kept),
    isNarrow: false,
    keeps: () => true,
    look: () => undefined,
    valuesOf,
    line(frame) {
      const { slope, intercept } = header.frames[frame] ?? { slope: 1, intercept: 0 };
      return { slope: slope * gain, intercept: intercept * gain };
    },
    decoded: (frame) => ({ values: valuesOf(frame), ...(ranges[frame] as { min: number; max: number }) }),
    put(frame, better, decoded) {
      if ((quality[frame] as number) >= better) return false;
      values.set(decoded.values, slot(frame) * each);
      quality[frame] = better;
      ranges[frame] = { min: decoded.min, max: decoded.max };
      images.ranged(frame, decoded);
      layered?.touch([frame]);
      return true;
    },
    blank(isInverted) {
      const wanted = blankValue(kept, isInverted);
      if (wanted === blankNow) return false;
      blankNow = wanted;
      const empty = header.frames.map((_, frame) => frame).filter((frame) => quality[frame] === -1);
      for (const frame of empty) valuesOf(frame).fill(wanted);
      renew(empty);
      // Layers have edges and gaps that are black as well.
      layered?.touch(header.frames.keys());
      return empty.length > 0 || layered !== null;
    },
    lowest: (from, to) => Math.min(...quality.subarray(from, to + 1)) as FrameQuality,
    volumeId: layered?.volumeId ?? images.volumeId,
    renew,
    settle: () => layered?.settle(blankNow),
    discard() {
      layered?.discard();
      images.discard();
    },
  };
}
