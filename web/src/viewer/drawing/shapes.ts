/** Shapes of annotations in patient space: how many points each has, its lengths and angles, its outline; pure. */
import { cross, distance, dot, moved, subtract, unit, type Vec3 } from "../../lib/vectors";
import type { AnnotationKind, Drawing } from "../../wire/types";

export type Shape = Pick<Drawing, "kind" | "normal" | "up" | "points">;

/** Points that a hand sets, one after the other; the short axis of a bidirectional begins as its own mirror image. */
export const SET_BY_HAND: Record<AnnotationKind, number> = {
  length: 2,
  angle: 3,
  bidirectional: 3,
  ellipse: 2,
  rectangle: 2,
  arrow: 2,
  text: 1,
};

export const isBox = (kind: AnnotationKind): boolean => kind === "ellipse" || kind === "rectangle";

/** What needs millimetres: an angle does too, since pixels of unknown size may not be square. */
export const isMeasure = (kind: AnnotationKind): boolean => kind !== "arrow" && kind !== "text";

export type Box = { centre: Vec3; right: Vec3; up: Vec3; half_right: number; half_up: number };

const at = (points: readonly Vec3[], index: number): Vec3 => points[index] as Vec3;

/** The box between two opposite corners, its sides along the `up` of the plane and across it. */
export function boxOf({ normal, up, points }: Shape): Box {
  const right = unit(cross(up, normal));
  const off = subtract(at(points, 1), at(points, 0));
  return {
    centre: moved(at(points, 0), off, 0.5),
    right,
    up: unit(up),
    half_right: Math.abs(dot(off, right)) / 2,
    half_up: Math.abs(dot(off, unit(up))) / 2,
  };
}

export function areaMm2(shape: Shape): number {
  const { half_right, half_up } = boxOf(shape);
  return (shape.kind === "ellipse" ? Math.PI : 4) * half_right * half_up;
}

/** Whether it has shrunk to less than this somewhere: such a shape says nothing and can hardly be taken hold of again. */
export function isCollapsed(shape: Shape, least_mm: number): boolean {
  const { kind } = shape;
  if (kind === "text") return false;
  if (isBox(kind)) {
    const { half_right, half_up } = boxOf(shape);
    return 2 * Math.min(half_right, half_up) < least_mm;
  }
  const runs = kind === "angle" ? [0, 1] : kind === "bidirectional" ? [0, 2] : [0];
  return runs.some((from) => lengthMm(shape, from) < least_mm);
}

export const lengthMm = ({ points }: Shape, from = 0): number => distance(at(points, from), at(points, from + 1));

/** Degrees between the two arms at the middle point, 0 to 180. */
export function angleDegrees({ points }: Shape): number {
  const [a, b] = [subtract(at(points, 0), at(points, 1)), subtract(at(points, 2), at(points, 1))];
  return (Math.atan2(distance(cross(a, b), [0, 0, 0]), dot(a, b)) * 180) / Math.PI;
}

/** The points of a shape of which a hand has set some: the rest follows from them. */
export function completed(kind: AnnotationKind, set: readonly Vec3[]): Vec3[] {
  if (kind !== "bidirectional") return [...set];
  const [a, b] = [at(set, 0), at(set, 1)];
  const end = set[2] ?? moved(a, subtract(b, a), 0.5);
  const { foot, height } = fromAxis(a, b, end);
  return [a, b, end, moved(foot, height, -1)];
}

/** The shape after one of its points was dragged; the axes of a bidirectional stay perpendicular. */
export function dragged(shape: Shape, index: number, to: Vec3): Vec3[] {
  const points = shape.points.map((point, other) => (other === index ? to : point));
  if (shape.kind !== "bidirectional") return points;
  const [a, b] = [at(points, 0), at(points, 1)];
  if (index < 2) {
    const [oldA, oldB] = [at(shape.points, 0), at(shape.points, 1)];
    const first = fromAxis(oldA, oldB, at(shape.points, 2));
    const second = fromAxis(oldA, oldB, at(shape.points, 3));
    const across = unit(cross(shape.normal, subtract(b, a)));
    const oldAcross = unit(cross(shape.normal, subtract(oldB, oldA)));
    const foot = moved(a, subtract(b, a), first.along);
    return [
      a,
      b,
      moved(foot, across, dot(first.height, oldAcross)),
      moved(foot, across, dot(second.height, oldAcross)),
    ];
  }
  const other = index === 2 ? 3 : 2;
  const { foot } = fromAxis(a, b, to);
  const { height } = fromAxis(a, b, at(points, other));
  points[other] = moved(foot, height, 1);
  return points;
}

/** Where a point stands beside an axis: the foot on it, its share of the way, and the way from there to the point. */
function fromAxis(a: Vec3, b: Vec3, point: Vec3): { foot: Vec3; along: number; height: Vec3 } {
  const axis = subtract(b, a);
  const square = dot(axis, axis);
  const along = square > 0 ? dot(subtract(point, a), axis) / square : 0;
  const foot = moved(a, axis, along);
  return { foot, along, height: subtract(point, foot) };
}

const ROUND_STEPS = 72;

/** Lines to draw, each a run of points; closed ones come back to their beginning. */
export function outline(shape: Shape): Vec3[][] {
  const { kind, points } = shape;
  if (kind === "text") return [];
  if (kind === "bidirectional") return [points.slice(0, 2), points.slice(2)];
  if (!isBox(kind)) return [points];
  const { centre, right, up, half_right, half_up } = boxOf(shape);
  const place = (x: number, y: number): Vec3 => moved(moved(centre, right, x * half_right), up, y * half_up);
  if (kind === "rectangle") return [[place(-1, 1), place(1, 1), place(1, -1), place(-1, -1), place(-1, 1)]];
  const turn = (step: number): number => (2 * Math.PI * step) / ROUND_STEPS;
  return [Array.from({ length: ROUND_STEPS + 1 }, (_, step) => place(Math.cos(turn(step)), Math.sin(turn(step))))];
}

/** `along` without what leads out of the plane. */
const inPlane = (along: Vec3, normal: Vec3): Vec3 => moved(along, normal, -dot(along, normal));

/**
 * A drawing of which a hand has carried a part so far: one of its points, its words, or all of it. It stays in its
 * plane, also where a plane that cuts it shows it. `text_point`: the middle of its words before.
 */
export function carried(
  drawing: Drawing,
  part: number | "words" | "whole",
  way: { by: Vec3; text_point: Vec3 | null },
): Drawing {
  const by = inPlane(way.by, drawing.normal);
  const shifted = (point: Vec3): Vec3 => moved(point, by, 1);
  if (typeof part === "number")
    return { ...drawing, points: dragged(drawing, part, shifted(at(drawing.points, part))) };
  if (part === "words" && drawing.kind !== "text")
    return { ...drawing, text_point: way.text_point && shifted(way.text_point) };
  return {
    ...drawing,
    points: drawing.points.map(shifted),
    text_point: drawing.text_point ? shifted(drawing.text_point) : null,
  };
}
