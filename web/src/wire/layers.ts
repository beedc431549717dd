/** What lies over a pane, as it travels: comparing it, and one change of it; pure. */
import type { LaidObject, Layers, Pane } from "./types";

/** Every field there: the server fills in what an older view left out, and so does this. */
export type FullLayers = { overlays: boolean; shutters: boolean; objects: readonly Laid[] };
export type Laid = { sop_instance_uid: string; hidden: readonly number[]; opacity: number };

export const NO_OBJECTS: FullLayers = { overlays: true, shutters: true, objects: [] };

/** The room takes no more (collab/rooms/view.py). */
export const MOST_OBJECTS = 8;
export const MOST_HIDDEN = 128;

export const layersOf = ({ layers }: Pick<Pane, "layers">): FullLayers => full(layers ?? {});

const full = ({ overlays = true, shutters = true, objects = [] }: Layers): FullLayers => ({
  overlays,
  shutters,
  objects: objects.map(({ sop_instance_uid, hidden = [], opacity = 1 }: LaidObject) => ({
    sop_instance_uid,
    hidden,
    opacity,
  })),
});

export const written = ({ overlays, shutters, objects }: FullLayers): Required<Layers> => ({
  overlays,
  shutters,
  objects: objects.map((one) => ({ ...one, hidden: [...one.hidden] })),
});

/** The order counts: what lies on top covers what lies beneath. */
export function isSameLayers(one: FullLayers, other: FullLayers): boolean {
  return (
    one.overlays === other.overlays &&
    one.shutters === other.shutters &&
    one.objects.length === other.objects.length &&
    one.objects.every((laid, index) => isSameLaid(laid, other.objects[index] as Laid))
  );
}

function isSameLaid(one: Laid, other: Laid): boolean {
  return (
    one.sop_instance_uid === other.sop_instance_uid &&
    Math.abs(one.opacity - other.opacity) < 0.01 &&
    one.hidden.length === other.hidden.length &&
    one.hidden.every((number) => other.hidden.includes(number))
  );
}

export const laidIn = (layers: FullLayers, sop_instance_uid: string): Laid | undefined =>
  layers.objects.find((one) => one.sop_instance_uid === sop_instance_uid);

/** On top of what lies there; null where no more fit. */
export function withObject(layers: FullLayers, laid: Laid): FullLayers | null {
  const others = withoutObject(layers, laid.sop_instance_uid);
  return others.objects.length < MOST_OBJECTS ? { ...others, objects: [...others.objects, laid] } : null;
}

export const withoutObject = (layers: FullLayers, sop_instance_uid: string): FullLayers => ({
  ...layers,
  objects: layers.objects.filter((one) => one.sop_instance_uid !== sop_instance_uid),
});

/** In its place among the others; null where more parts would be hidden than the room takes. */
export function changedObject(
  layers: FullLayers,
  sop_instance_uid: string,
  change: Partial<Pick<Laid, "hidden" | "opacity">>,
): FullLayers | null {
  if ((change.hidden?.length ?? 0) > MOST_HIDDEN) return null;
  const changed = (one: Laid): Laid => (one.sop_instance_uid === sop_instance_uid ? { ...one, ...change } : one);
  return { ...layers, objects: layers.objects.map(changed) };
}
