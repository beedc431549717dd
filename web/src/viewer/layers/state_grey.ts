/** The grey scale of a presentation state, in the values that this screen keeps (PS3.4 N.2); pure but for its tables. */
import { type Curve, tableLevel } from "../../lib/curves";
import { levelThrough } from "../../lib/windows";
import type { ShownObject } from "../../wire/objects";
import type { PackFrame, PresentationState, ViewportId, VoiWindow } from "../../wire/types";
import type { PackHeader } from "../pack";
import type { Scene } from "../scene";
import { functionOf, functionsOf } from "../voi";
import { isNamed } from "./naming";
import { tableOf } from "./tables";

/** The state that lies on top of an image of the file; planes through a volume are no image that a state could be of. */
export function stateOver(
  scene: Scene,
  header: PackHeader,
  id: ViewportId,
  objects: readonly ShownObject[],
): PresentationState | null {
  const image = header.frames[scene.frame];
  if (id !== "stack" || !image) return null;
  const states = objects.flatMap(({ content }) => (content.type === "presentation" ? [content] : []));
  return states.findLast((state) => state.images.some((one) => isNamed(one, image))) ?? null;
}

function ofImage<Item extends { images: PresentationState["images"] }>(
  items: readonly Item[],
  image: PackFrame,
): Item | null {
  return items.find(({ images }) => images.length === 0 || images.some((one) => isNamed(one, image))) ?? null;
}

/** value kept here = factor * value of the state + offset: each has its own line from the stored values. */
function lineOf(state: PresentationState, image: PackFrame): { factor: number; offset: number } {
  const { slope = 1, intercept = 0 } = state.modality;
  return { factor: image.slope / slope, offset: image.intercept - (intercept * image.slope) / slope };
}

/** Why the state's grey scale cannot be shown on this image; null where it can, and on colour, which has none. */
export function greyGap(state: PresentationState, header: PackHeader, frame: number): string | null {
  const image = header.frames[frame];
  if (!image || header.values === "rgb8") return null;
  // What is kept here lies behind the file's own table, from which another one cannot be counted.
  if (state.modality_table !== null) return "modality_table";
  return lineOf(state, image).factor > 0 ? null : "modality";
}

/** The window that the state gives an image, in this screen's values; that of a table spans it. Null: it has none. */
export function stateWindow(state: PresentationState, header: PackHeader, frame: number): VoiWindow | null {
  const image = header.frames[frame];
  if (!image || header.values === "rgb8" || greyGap(state, header, frame) !== null) return null;
  const found = ofImage(state.voi_tables, image)?.window ?? ofImage(state.windows, image)?.window;
  if (!found) return null;
  const { factor, offset } = lineOf(state, image);
  // C.11.2.1.2.1: a LINEAR window spans width - 1 around centre - 0.5, and it is these that scale.
  const half = found.function === "LINEAR" ? 0.5 : 0;
  return {
    ...found,
    center: (found.center - half) * factor + offset + half,
    width: (found.width - 2 * half) * factor + 2 * half,
  };
}

/** Whether the state's own window, or that which spans its table, is the one on the screen. */
const isItsWindow = ({ window }: Scene, own: VoiWindow | null): boolean =>
  own !== null && Math.abs(own.center - window.center) < 0.01 && Math.abs(own.width - window.width) < 0.01;

/** Whether it takes more than a window to show the state's grey scale on these images. */
export function isStateBent(state: PresentationState, header: PackHeader): boolean {
  if (header.values === "rgb8") return false;
  const drawn = functionsOf(header);
  const isOther = drawn.size > 1 || state.windows.some(({ window }) => !drawn.has(window.function ?? "LINEAR"));
  return state.presentation_table !== null || state.voi_tables.length > 0 || isOther || drawn.has("SIGMOID");
}

// Wider, a table would be larger than what it maps.
const MOST_ENTRIES = 131072;

/** "straight": a window is all it takes. Null while a table is being unpacked; "too_wide": no table could hold it. */
export function stateCurve(
  state: PresentationState,
  scene: Scene,
  header: PackHeader,
  ready: () => void,
): Curve | "straight" | "too_wide" | null {
  const image = header.frames[scene.frame];
  const own = stateWindow(state, header, scene.frame);
  if (!image || header.values === "rgb8" || greyGap(state, header, scene.frame) !== null) return "straight";
  const isOwn = isItsWindow(scene, own);
  const packed = isOwn ? (ofImage(state.voi_tables, image)?.table ?? null) : null;
  const voiFunction = own?.function ?? "LINEAR";
  const drawn = functionOf(header, scene.window);
  if (!packed && !state.presentation_table && voiFunction === drawn && drawn !== "SIGMOID") return "straight";
  const voi = packed && tableOf(packed, ready);
  const presentation = state.presentation_table && tableOf(state.presentation_table, ready);
  if ((packed && !voi) || (state.presentation_table && !presentation)) return null;
  const { factor, offset } = lineOf(state, image);
  const level = (value: number): number => {
    const shown = voi ? tableLevel(voi, (value - offset) / factor) : levelThrough(scene.window, voiFunction, value);
    return presentation
      ? tableLevel({ ...presentation, first: 0 }, (shown / 255) * (presentation.entries.length - 1))
      : shown;
  };
  const reach = scene.window.width * (voiFunction === "SIGMOID" ? 1.56 : 0.5) + 1;
  const first = Math.floor(scene.window.center - reach);
  const count = Math.ceil(scene.window.center + reach) - first + 1;
  if (count > MOST_ENTRIES) return "too_wide";
  const levels = Uint8Array.from({ length: count }, (_, index) => Math.round(level(first + index)));
  return { name: nameOf(state, scene, image), first, levels };
}

const numbers = new WeakMap<PresentationState, number>();
let count = 0;

/** Curves are told apart by their names. */
function nameOf(state: PresentationState, { window }: Scene, image: PackFrame): string {
  if (!numbers.has(state)) {
    count += 1;
    numbers.set(state, count);
  }
  return `state ${numbers.get(state)} ${image.sop_instance_uid} ${image.frame} ${window.center} ${window.width}`;
}
