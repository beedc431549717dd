/** Three-vectors in patient millimetres (LPS) and the few operations on them; no matrices, no Cornerstone. */
export type Vec3 = [number, number, number];

export const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

export const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

export const subtract = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

export const scaled = (a: Vec3, by: number): Vec3 => [a[0] * by, a[1] * by, a[2] * by];

/** `origin + along * by`. */
export const moved = (origin: Vec3, along: Vec3, by: number): Vec3 => [
  origin[0] + along[0] * by,
  origin[1] + along[1] * by,
  origin[2] + along[2] * by,
];

export const length = (a: Vec3): number => Math.hypot(a[0], a[1], a[2]);

export const distance = (a: Vec3, b: Vec3): number => length(subtract(a, b));

/** The unit vector along `a`; `a` itself when it has no length. */
export function unit(a: Vec3): Vec3 {
  const size = length(a);
  return size > 0 ? scaled(a, 1 / size) : a;
}

/** Turned by an angle about a unit axis, by the right hand (Rodrigues). */
export function turnedAbout(a: Vec3, axis: Vec3, angle: number): Vec3 {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return moved(moved(scaled(a, c), cross(axis, a), s), axis, dot(axis, a) * (1 - c));
}
