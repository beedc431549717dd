/** The resampled volume of a stack whose slices make none: its layers are mixed from the slices when they are drawn. */
import { mixLayer } from "../lib/resample";
import { emptyValues, type Kept, type Values } from "../lib/rescale";
import { createImages } from "./images";
import type { PackHeader } from "./pack";
import { createStack, type Stack } from "./stack";

export type Layered = {
  volumeId(): string | null;
  /** These frames have changed: the layers that take from them are mixed again at the next `settle`. */
  touch(frames: Iterable<number>): void;
  settle(blank: number): void;
  discard(): void;
};

type Slices = { kept: Kept; valuesOf(frame: number): Values; isThere(frame: number): boolean };

/** null for a stack that is a volume by itself, or can be none. */
export function createLayered({ key, header }: Stack, slices: Slices, blank: number): Layered | null {
  const grid = header.resampling;
  if (!grid || slices.kept === "rgb8") return null;
  const each = grid.rows * grid.columns;
  const values = emptyValues(slices.kept, each * grid.layers.length);
  values.fill(blank);
  const layerOf = (index: number): Values => values.subarray(index * each, (index + 1) * each);
  const images = createImages(createStack(key, layersAsStack(header)), {
    kept: slices.kept,
    values,
    valuesOf: layerOf,
    blank,
  });
  const stale = new Set<number>();

  function mix(index: number, blank: number): void {
    const [below, above, share] = grid?.layers[index] ?? [-1, -1, 0];
    const layer = layerOf(index);
    const used = share === 0 ? [below] : [below, above];
    if (!grid || below < 0 || !used.every(slices.isThere)) {
      layer.fill(blank);
      return;
    }
    const parts = used.map((frame, part) => ({
      values: slices.valuesOf(frame),
      share: part === 0 ? 1 - share : share,
      shift: grid.shifts[frame] ?? ([0, 0] as const),
    }));
    mixLayer(layer, grid, parts, header, blank);
    images.ranged(index, rangeOf(layer, blank));
  }

  return {
    volumeId: images.volumeId,
    touch(frames) {
      const touched = new Set(frames);
      for (const [index, [below, above]] of grid.layers.entries())
        if (touched.has(below) || touched.has(above)) stale.add(index);
    },
    settle(blank) {
      for (const index of stale) mix(index, blank);
      images.renew([...stale]);
      stale.clear();
    },
    discard: images.discard,
  };
}

/** The grid as the stack that it would be if it had been acquired like this; its images are nobody's. */
function layersAsStack(header: PackHeader): PackHeader {
  const grid = header.resampling;
  const [a, b, c, d, e, f] = header.orientation ?? [1, 0, 0, 0, 1, 0];
  const normal = [b * f - c * e, c * d - a * f, a * e - b * d];
  const frames = (grid?.layers ?? []).map((_, index) => ({
    sop_instance_uid: `layers of ${header.series_uid}/${header.stack}`,
    frame: index + 1,
    instance_number: null,
    position_mm: (grid?.origin_mm ?? [0, 0, 0]).map(
      (start, axis) => start + index * (grid?.spacing_mm ?? 0) * (normal[axis] as number),
    ) as [number, number, number],
    orientation: header.orientation,
    slope: 1,
    intercept: 0,
  }));
  const { rows, columns, spacing_mm } = grid ?? header;
  return { ...header, kind: "volume", reason: null, rows, columns, spacing_mm, frames, resampling: null };
}

function rangeOf(values: Values, blank: number): { min: number; max: number } {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value === blank) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return max < min ? { min: 0, max: 1 } : { min, max };
}
