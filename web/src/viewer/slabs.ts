/** Thick planes: some millimetres of the volume drawn as one, highest, lowest or mean value; the server draws them. Pure. */
import type { Slab, ViewportId } from "../wire/types";
import type { Text } from "./overlay";
import { isReformat, type Scene, withPlane } from "./scene";

/** Of planes through the volume only: a slice is the file's own image. */
export const slabAt = (scene: Scene, id: ViewportId): Slab | null => (isReformat(id) ? scene.planes[id].slab : null);

export function withSlab(scene: Scene, id: ViewportId, slab: Slab | null): Scene {
  if (!isReformat(id) || isSameSlab(slabAt(scene, id), slab)) return scene;
  return withPlane(scene, id, { slab });
}

export const isSameSlab = (one: Slab | null, other: Slab | null): boolean =>
  one?.blend === other?.blend && one?.thickness_mm === other?.thickness_mm;

export function slabWords(scene: Scene, id: ViewportId, text: Text): string {
  const slab = slabAt(scene, id);
  return slab ? text(`room.slab.on.${slab.blend}`, { mm: slab.thickness_mm }) : "";
}
