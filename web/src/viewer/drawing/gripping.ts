/** What of my annotations a hand can take hold of in a viewport, and what the keyboard can move. */
import { type Camera, type Size, toScreen, toWorld } from "../../lib/planes";
import { subtract, type Vec3 } from "../../lib/vectors";
import type { Drawing, ViewportId } from "../../wire/types";
import type { Inked } from "./drawing";
import { holdAmong, type Part, type Reach } from "./holding";
import type { NudgingWorld, Step } from "./nudging";
import { type OnScreen, onScreen } from "./onscreen";
import type { Hold, Place } from "./pencil";

export type Gripping = {
  /** Without a measuring tool: of what is selected only. */
  holdAt(id: ViewportId, place: Place, reach: Reach): Hold | null;
  target: NudgingWorld["target"];
  way: NudgingWorld["way"];
  /** Where a point of the patient lies on a viewport. */
  placeOf(id: ViewportId, point: Vec3): Place | null;
};

export type GrippingWorld = {
  /** Mine, as they are drawn. */
  mine(): readonly Inked[];
  selected(): string | null;
  hasTool(): boolean;
  active(): ViewportId | null;
  camera(id: ViewportId): Camera | null;
  size(id: ViewportId): Size;
  /** Its words where it lies on what the viewport shows; null where it does not. */
  linesOn(id: ViewportId, drawing: Drawing): string[] | null;
};

export function createGripping(world: GrippingWorld): Gripping {
  type Placed = Inked & OnScreen;

  function placed(id: ViewportId, one: Inked): Placed | null {
    const camera = world.camera(id);
    const lines = world.linesOn(id, one.drawing);
    return camera && lines && { ...one, ...onScreen(one.drawing, lines, camera, world.size(id)) };
  }

  /** The middle of its words, in the patient. */
  function textPointOf(id: ViewportId, { box }: OnScreen): Vec3 | null {
    const camera = world.camera(id);
    return box && camera && toWorld(camera, world.size(id), (box.left + box.right) / 2, (box.top + box.bottom) / 2);
  }

  return {
    holdAt(id, { x_px, y_px }, reach) {
      const selected = world.selected();
      const all = world
        .mine()
        .filter((one) => world.hasTool() || one.annotation_id === selected)
        .map((one) => placed(id, one))
        .filter((one): one is Placed => one !== null)
        // Words of what is not selected would be in the way of drawing beside them.
        .map((one) => (one.annotation_id === selected ? one : { ...one, box: null }));
      const found = holdAmong(all, [x_px, y_px], reach);
      if (!found) return null;
      const { annotation_id, drawing } = found.of;
      return { annotation_id, drawing, part: found.part, text_point: textPointOf(id, found.of) };
    },
    target() {
      const id = world.active();
      const one = world.mine().find(({ annotation_id }) => annotation_id === world.selected());
      const found = id && one ? placed(id, one) : null;
      if (!id || !found) return null;
      const { annotation_id, drawing } = found;
      return { annotation_id, drawing, parts: partsOf(found), text_point: textPointOf(id, found) };
    },
    way({ right_px, up_px }: Step) {
      const id = world.active();
      const camera = id && world.camera(id);
      if (!id || !camera) return [0, 0, 0];
      const at = (x: number, y: number): Vec3 => toWorld(camera, world.size(id), x, y);
      return subtract(at(right_px, -up_px), at(0, 0));
    },
    placeOf(id, point) {
      const camera = world.camera(id);
      const [x_px, y_px] = camera ? toScreen(camera, world.size(id), point) : [0, 0];
      return camera && { x_px, y_px };
    },
  };
}

/** A text is its words: there is nothing else to move of it. */
function partsOf({ drawing, box }: Inked & OnScreen): Part[] {
  if (drawing.kind === "text") return ["whole"];
  return ["whole", ...drawing.points.keys(), ...(box ? (["words"] as const) : [])];
}
