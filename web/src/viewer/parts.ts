/** Which parts of what a pane shows the hand has changed, from one scene to the next; pure. */
import { dot, subtract, type Vec3 } from "../lib/vectors";
import { NOTHING } from "../wire/facets";
import type { Facets, ViewportId } from "../wire/types";
import { isReformat, type Scene, shownViewports, turnAt } from "./scene";

/** Which series stand where, and nothing else. */
export const ARRANGED: Facets = { ...NOTHING, layout: true };

/** A step along the normal smaller than this is arithmetic, not a hand. */
const STILL_MM = 1e-6;

export function partsChanged(before: Scene, after: Scene): Facets {
  const shown = shownViewports(after);
  return {
    slice: shown.some((id) => isOtherSlice(before, after, id)),
    window: isOther(greysOf(before), greysOf(after)),
    zoom: shown.some((id) => isOther(lookOf(before, id), lookOf(after, id))),
    layout: before.layout !== after.layout,
  };
}

const isOther = (one: unknown, other: unknown): boolean => JSON.stringify(one) !== JSON.stringify(other);

const greysOf = ({ window, isInverted, layers }: Scene): unknown => [window, isInverted, layers];

/** The plane itself, turned as it is, whatever of it is looked at. */
function isOtherSlice(before: Scene, after: Scene, id: ViewportId): boolean {
  if (isOther(turnAt(before, id), turnAt(after, id))) return true;
  if (!isReformat(id)) return before.frame !== after.frame;
  const [one, other] = [before.planes[id], after.planes[id]];
  if (isOther([one.facing, one.slab], [other.facing, other.slab])) return true;
  return Math.abs(dot(subtract(other.centre, one.centre) as Vec3, other.facing.normal)) > STILL_MM;
}

/** Where in its plane, and how near: a centre that moves along the normal has moved the slice. */
function lookOf(scene: Scene, id: ViewportId): unknown {
  if (!isReformat(id)) {
    const { right_mm, up_mm, fov_mm } = scene.stack;
    return [right_mm, up_mm, fov_mm];
  }
  const { centre, facing, fov_mm } = scene.planes[id];
  const across = subtract(centre, facing.normal.map((part) => part * dot(centre, facing.normal)) as Vec3);
  return [across.map((mm) => Math.round(mm * 1e3)), fov_mm];
}
