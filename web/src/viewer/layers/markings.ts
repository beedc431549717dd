/** What the file itself lays over one viewport's image, and what is said of it; pure. */
import type { Camera, Size } from "../../lib/planes";
import type { Overlay, PresentationState, Shutter, ViewportId } from "../../wire/types";
import type { StackGeometry } from "../geometry";
import type { Text } from "../overlay";
import type { PackHeader } from "../pack";
import { isReformat, type Scene } from "../scene";
import { type Affine, framePlacing } from "./placing";

/** Which markings of files are shown; both are until the user says otherwise. */
export type Switches = { overlays: boolean; shutters: boolean };

export type Markings = {
  placing: Affine;
  rows: number;
  columns: number;
  /** Height of a pixel over its width. */
  row_per_column: number;
  shutters: readonly Shutter[];
  overlays: readonly Overlay[];
};

type Marked = { header: PackHeader; geometry: StackGeometry };

/** Markings of the file that any frame of a stack has. */
export const markingsIn = (header: PackHeader): Switches => ({
  overlays: (header.overlays ?? []).some((one) => one.overlay.kind === "graphic"),
  shutters: (header.shutters ?? []).length > 0,
});

/** What to draw over a slice; null for a plane through the volume, which is no image of the file. */
export function markingsOf(
  scene: Scene,
  { header, geometry }: Marked,
  at: { id: ViewportId; camera: Camera; size: Size },
  state: PresentationState | null,
): Markings | null {
  const frame = geometry.frames[scene.frame];
  if (isReformat(at.id) || !frame) return null;
  const on = scene.layers;
  const isHere = (one: { frames: number[] }): boolean => one.frames.includes(scene.frame);
  const shutters = on.shutters ? shuttersHere(header, isHere, state) : [];
  // Regions of interest (Overlay Type R, PS3.3 C.9.2.1.1) are measured in, not looked at.
  const overlays = on.overlays
    ? (header.overlays ?? [])
        .filter(isHere)
        .map((one) => one.overlay)
        .filter((one) => one.kind === "graphic" && isActivated(one, state))
        .concat((state?.overlays ?? []).flatMap(({ plane }) => plane ?? []))
    : [];
  if (shutters.length === 0 && overlays.length === 0) return null;
  return {
    placing: framePlacing(frame, geometry.pixel_mm, at.camera, at.size),
    rows: header.rows,
    columns: header.columns,
    row_per_column: geometry.pixel_mm[0] / geometry.pixel_mm[1],
    shutters,
    overlays,
  };
}

type Here = (one: { frames: number[] }) => boolean;

/** PS3.3 C.11.12: the state's own shutter takes the place of the image's. */
const shuttersHere = (header: PackHeader, isHere: Here, state: PresentationState | null): Shutter[] =>
  state ? (state.shutter ? [state.shutter] : []) : (header.shutters ?? []).filter(isHere).map((one) => one.shutter);

/** C.11.7: under a state only the groups that it activates are shown; of older packs the group is not known. */
const isActivated = ({ group }: Overlay, state: PresentationState | null): boolean =>
  state === null || state.overlays.some((one) => one.plane === null && (!group || one.group === group));

/** One line a notice: hidden parts of an image and markings that are switched off must not go unnoticed. */
export function markingWords(
  scene: Scene,
  header: PackHeader,
  { id, state }: { id: ViewportId; state: PresentationState | null },
  text: Text,
): string {
  const on = scene.layers;
  const all = markingsIn(header);
  if (!all.overlays && !all.shutters && !state?.shutter) return "";
  if (isReformat(id)) return text("room.layers.original_only");
  const isHere = (one: { frames: number[] }): boolean => one.frames.includes(scene.frame);
  const said: string[] = [];
  if (shuttersHere(header, isHere, state).length > 0)
    said.push(text(on.shutters ? "room.layers.shutter_on" : "room.layers.shutter_off"));
  const drawn = (header.overlays ?? []).some((one) => isHere(one) && one.overlay.kind === "graphic");
  if (drawn && !on.overlays) said.push(text("room.layers.overlays_off"));
  return said.join("\n");
}
