/** Closed planar contours as the solid that they bound, and what any plane cuts out of it; pure, in patient millimetres. */
import { heightAbove, type Plane } from "../../lib/planes";
import { cross, dot, moved, scaled, subtract, unit, type Vec3 } from "../../lib/vectors";
import { sliceHalf } from "./sampling";

/** Contours of one plane; between them the even-odd rule holds: a hole is a contour within another. */
export type Sheet = { normal: Vec3; origin: Vec3; half_mm: number; outlines: readonly Vec3[][] };

// Planes nearer than this are one; contours are drawn on slices, never this close together.
const SAME_MM = 0.01;
/** Nearer to parallel than 2.5 degrees, a plane is one that contours are drawn in. */
export const PARALLEL = 0.999;

/** By planes; a sheet reaches half way to its neighbours, as the slices do on which its contours were drawn. */
export function sheetsOf(contours: readonly Vec3[][]): Sheet[] {
  const flat = contours.flatMap((outline) => {
    const normal = normalOf(outline);
    return normal ? [{ normal, outline }] : [];
  });
  const normal = flat[0]?.normal;
  if (!normal) return [];
  // One direction for all, so that their heights can be compared; those that lie otherwise make no solid with them.
  const stacked = flat.filter((one) => Math.abs(dot(one.normal, normal)) > PARALLEL);
  const byHeight = new Map<number, Vec3[][]>();
  for (const { outline } of stacked) {
    const height = Math.round(dot(outline[0] as Vec3, normal) / SAME_MM) * SAME_MM;
    byHeight.set(height, [...(byHeight.get(height) ?? []), outline]);
  }
  const half_mm = sliceHalf([...byHeight.keys()]);
  return [...byHeight.values()].map((outlines) => ({ normal, origin: outlines[0]?.[0] as Vec3, half_mm, outlines }));
}

/** Newell's: the sum over the edges, so that no three points in a line mislead. Null where they enclose nothing. */
function normalOf(outline: readonly Vec3[]): Vec3 | null {
  const first = outline[0];
  if (!first || outline.length < 3) return null;
  let sum: Vec3 = [0, 0, 0];
  for (let index = 1; index + 1 < outline.length; index++) {
    const fan = cross(subtract(outline[index] as Vec3, first), subtract(outline[index + 1] as Vec3, first));
    sum = moved(sum, fan, 1);
  }
  return Math.hypot(...sum) > 1e-6 ? unit(sum) : null;
}

/** A piece of the cut: four corners, of which the first two and the last two lie on the solid's own side. */
export type Band = readonly [Vec3, Vec3, Vec3, Vec3];

/** What a plane that is not parallel to the sheet cuts out of its solid: a band for each stretch inside. */
export function bandsOf(sheet: Sheet, plane: Plane): Band[] {
  const along = cross(sheet.normal, plane.normal);
  const steep = Math.hypot(...along);
  if (steep < 1e-3) return [];
  const direction = scaled(along, 1 / steep);
  // Within the cutting plane, and across the sheet: a tilted plane goes through it on a longer way.
  const across = unit(cross(plane.normal, direction));
  const reach_mm = sheet.half_mm / Math.abs(dot(across, sheet.normal));
  const crossings = sheet.outlines
    .flatMap((outline) => crossingsOf(outline, plane))
    .sort((one, other) => dot(one, direction) - dot(other, direction));
  const bands: Band[] = [];
  for (let index = 0; index + 1 < crossings.length; index += 2) {
    const [from, to] = [crossings[index] as Vec3, crossings[index + 1] as Vec3];
    bands.push([
      moved(from, across, -reach_mm),
      moved(from, across, reach_mm),
      moved(to, across, reach_mm),
      moved(to, across, -reach_mm),
    ]);
  }
  return bands;
}

/** Where an outline goes through a plane: an even number of times. */
function crossingsOf(outline: readonly Vec3[], plane: Plane): Vec3[] {
  const heights = outline.map((point) => heightAbove(plane, point));
  return outline.flatMap((to, index) => {
    const before = (index + outline.length - 1) % outline.length;
    const [from, low, high] = [outline[before] as Vec3, heights[before] as number, heights[index] as number];
    if (low > 0 === high > 0) return [];
    return [moved(from, subtract(to, from), low / (low - high))];
  });
}
