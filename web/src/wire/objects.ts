/** Objects of a study that are no images, as the server reads them and as a screen shows them. */
import type { PresentationState, Report, Segmentation, SpatialRegistration, StructureSet } from "./types";

export type ObjectContent = Report | Segmentation | StructureSet | PresentationState | SpatialRegistration;
/** What can lie over an image. */
export type LayerContent = Exclude<ObjectContent, Report | SpatialRegistration>;

export const isLayer = (content: ObjectContent): content is LayerContent =>
  content.type !== "report" && content.type !== "registration";

/** How far an object has come to this screen; `says`: why it cannot be shown here. */
export type ObjectState = { at: "loading" } | { at: "there"; content: LayerContent } | { at: "refused"; says: string };

/** Where the screen asks for the objects that lie over its images, by their SOP Instance UID. */
export type ObjectSource = {
  /** Asks for it where nobody has yet. */
  ask(sop_instance_uid: string): ObjectState;
};

/** One object laid over the images; `hidden` are numbers of its segments or structures. */
export type ShownObject = { uid: string; content: LayerContent; hidden: readonly number[]; opacity: number };

/** Parts that can be switched one by one. */
export function partsOf(content: LayerContent): readonly { number: number; label: string; color: string }[] {
  if (content.type === "segmentation") return content.segments.map(named);
  return content.type === "structures" ? content.structures.map(named) : [];
}

const named = (part: { number: number; label: string; rgb: Rgb | null }): ReturnType<typeof partsOf>[number] => ({
  number: part.number,
  label: part.label,
  color: colorOf(part.number, part.rgb),
});

type Rgb = [number, number, number];

// For parts without a colour of their own: told apart on grey and by the colour-blind (Okabe and Ito, 2008).
const COLORS: readonly Rgb[] = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [240, 228, 66],
  [213, 94, 0],
  [204, 121, 167],
];

export const colorOf = (number: number, rgb: Rgb | null): string =>
  `rgb(${(rgb ?? (COLORS[Math.abs(number) % COLORS.length] as Rgb)).join(" ")})`;
