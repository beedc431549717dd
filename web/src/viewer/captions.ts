/** The words and marks over a viewport, computed from the scene; pure. */
import { type EdgeLetters, projectionLetters } from "../lib/orientation";
import { type Camera, heightAbove, type Size, toScreen } from "../lib/planes";
import { chosenUnit, missingUptake, windowTimes } from "../lib/uptake";
import { dot } from "../lib/vectors";
import type { Pointer, ViewportId } from "../wire/types";
import { framesAround, halfGap, type StackGeometry } from "./geometry";
import type { FrameQuality } from "./memory";
import type { Mark, Text } from "./overlay";
import type { PackHeader } from "./pack";
import { carried, carriesPoints, type Laid } from "./registered";
import { alongOf, isReformat, planeOf, type Scene, stepOf, turnAt } from "./scene";
import { isOblique } from "./tilting";

export type Quality = "loading" | "coarse" | "full";

export type NamedPointer = { actor: string; name: string; color: string; pointer: Pointer };

type Pictured = { header: PackHeader; geometry: StackGeometry };

type Held = Pictured & { lowest(from: number, to: number): FrameQuality };

const QUALITIES: Record<FrameQuality, Quality> = { "-1": "loading", 0: "coarse", 1: "full" };

/** The lowest quality of the frames that a viewport draws from. */
export function qualityOf(scene: Scene, series: Held, id: ViewportId): Quality {
  const { grid } = series.geometry;
  if (!isReformat(id) || !grid) return QUALITIES[series.lowest(scene.frame, scene.frame)];
  const [from, to] = framesAround(grid, planeOf(scene, series.geometry, id));
  return QUALITIES[series.lowest(from, to)];
}

export function lowestOf(found: readonly Quality[]): Quality {
  return found.includes("loading") ? "loading" : found.includes("coarse") ? "coarse" : "full";
}

/** `132/160` and where that is: millimetres along the direction in which one scrolls. */
export function sliceWords(scene: Scene, geometry: StackGeometry, id: ViewportId, text: Text): string {
  const { index, count } = stepOf(scene, geometry, id);
  const of = { n: index + 1, count };
  // A radiograph is no slice, and a loop has images.
  if (!geometry.isInPatient) return text("room.viewer.image", of);
  const place = text("room.viewer.slice", of);
  return `${text("room.viewer.position", { mm: rounded(slicePosition(scene, geometry, id), 1) })}\n${place}`;
}

function slicePosition(scene: Scene, geometry: StackGeometry, id: ViewportId): number {
  const plane = planeOf(scene, geometry, id);
  if (isReformat(id)) return dot(plane.point, alongOf(scene, id));
  // Along row x column, as positions of a series are usually told (Slice Location would be another's arithmetic).
  return -dot(geometry.frames[scene.frame]?.origin ?? plane.point, plane.normal);
}

/**
 * In the unit wished for where there are several (PET), with the reason where the usual one cannot be computed. `curve`:
 * what the file calls its own, where that is drawn and no window.
 */
export function windowWords(
  scene: Scene,
  header: PackHeader,
  wished: { unit: string | null; curve: string | null },
  text: Text,
): string {
  if (header.values === "rgb8") return "";
  const { unit, factor } = chosenUnit(header, wished.unit);
  const { center, width } = windowTimes(scene.window, factor);
  const digits = width < 10 ? 2 : width < 100 ? 1 : 0;
  const line = text("room.viewer.window", { center: rounded(center, digits), width: rounded(width, digits), unit });
  const words = wished.curve === null ? line : text("room.viewer.curve", { name: wished.curve });
  const missing = missingUptake(header);
  return [
    lossyWords(header, text),
    missing === null ? "" : text("room.uptake.missing", { reason: text(`room.suv.${missing}`) }),
    words.trimEnd(),
  ]
    .filter(Boolean)
    .join("\n");
}

/** `lossy_ratio`: how many bytes each one stands for, where the file says it (0028,2112). */
function lossyWords({ lossy, lossy_ratio }: PackHeader, text: Text): string {
  if (!lossy) return "";
  if (!lossy_ratio) return text("room.viewer.lossy");
  return text("room.viewer.lossy_ratio", { ratio: rounded(lossy_ratio, lossy_ratio < 10 ? 1 : 0) });
}

/** Beside a slice next to which others have not come: how many, and between which positions. */
export function gapWords(scene: Scene, { header, geometry }: Pictured, id: ViewportId, text: Text): string {
  if (isReformat(id)) return "";
  const near = (header.missing ?? []).filter(
    ({ after_frame }) => after_frame - 1 <= scene.frame && scene.frame <= after_frame,
  );
  return near
    .map(({ after_frame, missing }) => {
      const [from, to] = [after_frame - 1, after_frame].map((frame) =>
        rounded(slicePosition({ ...scene, frame }, geometry, id), 1),
      ) as [number, number];
      return text("room.viewer.gap", { count: missing, from, to });
    })
    .join("\n");
}

/** On planes through a volume that was not acquired as one. */
export function resampledWords(header: PackHeader, id: ViewportId, text: Text): string {
  if (!isReformat(id) || !header.resampling) return "";
  const hasGaps = header.resampling.layers.some(([below]) => below < 0);
  return text(hasGaps ? "room.viewer.resampled_gaps" : "room.viewer.resampled");
}

/** Of an image without a place in the patient: what its file says of its rows and columns; null where it says nothing. */
export function lettersOf(scene: Scene, header: PackHeader): EdgeLetters | null {
  const told = header.frames[scene.frame]?.patient_orientation;
  return told ? projectionLetters(told, turnAt(scene, "stack")) : null;
}

/** What makes the picture another than the plane as it lies. */
export function turnWords(scene: Scene, id: ViewportId, text: Text): string {
  const { quarters, isMirrored } = turnAt(scene, id);
  const oblique = isReformat(id) && isOblique(scene, id) ? text("room.viewer.oblique") : "";
  const turned = quarters === 0 ? "" : text("room.viewer.rotated", { degrees: 90 * quarters });
  return [oblique, turned, isMirrored ? text("room.viewer.flipped") : ""].filter(Boolean).join("\n");
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

// A pointer this far from the plane is shown at its faintest.
const FAR_MM = 50;
const FAINTEST = 0.3;

/**
 * Pointers that belong to the place shown: at full strength in their own slice, fainter the farther they are; what comes
 * from another frame of reference says that it was carried over.
 */
export function marksFor(
  pointers: NamedPointer[],
  scene: Scene,
  series: Pictured,
  at: { id: ViewportId; camera: Camera; size: Size; laid: Laid },
  text: Text,
): Mark[] {
  return pointers.flatMap(({ actor, name: ofPerson, color, pointer: pointed }) => {
    const pointer = broughtInto(pointed, series, at.laid);
    const away_mm = pointer && distanceFrom(pointer, scene, series, at.id);
    if (pointer === null || away_mm === null) return [];
    const name = pointer === pointed ? ofPerson : text("room.viewer.pointer_registered", { name: ofPerson });
    const [x_px, y_px] = toScreen(at.camera, at.size, pointer.point_world_mm);
    const isHere = away_mm === 0;
    const label = isHere ? name : text("room.viewer.pointer_away", { name, mm: Math.max(Math.round(away_mm), 1) });
    const opacity = isHere ? 1 : Math.max(FAINTEST, 0.75 - (0.45 * away_mm) / FAR_MM);
    return [{ actor, label, color, x_px, y_px, opacity }];
  });
}

/** The pointer in the series' own frame of reference; null where nothing carries it there. */
function broughtInto(pointer: Pointer, { header, geometry }: Pictured, laid: Laid): Pointer | null {
  const { frame_of_reference_uid: own } = header;
  const relation = laid(pointer.frame_of_reference_uid, own);
  // Images without a frame of reference are told apart by their own names (`distanceFrom`).
  if (relation === null || relation.by === "frame_of_reference") return pointer;
  if (!geometry.isInPatient || !carriesPoints(relation)) return null;
  const point_world_mm = carried(pointer.point_world_mm, relation);
  return { series_uid: pointer.series_uid, frame_of_reference_uid: own, point_world_mm };
}

/** Millimetres to the plane shown, 0 within its slice; null where the two have no place in common. */
function distanceFrom(pointer: Pointer, scene: Scene, series: Pictured, id: ViewportId): number | null {
  const { header, geometry } = series;
  const image = header.frames[scene.frame];
  const isSameImage = image?.sop_instance_uid === pointer.sop_instance_uid && image?.frame === pointer.frame;
  if (!isReformat(id) && isSameImage) return 0;
  if (!geometry.isInPatient) return null;
  const isSameSeries = pointer.series_uid === header.series_uid;
  const isSamePlace = pointer.frame_of_reference_uid === header.frame_of_reference_uid;
  if (!isSamePlace || (header.frame_of_reference_uid === null && !isSameSeries)) return null;
  const away_mm = Math.abs(heightAbove(planeOf(scene, geometry, id), pointer.point_world_mm));
  return away_mm <= sliceHalf(scene, geometry, id) ? 0 : away_mm;
}

/** Half a slice of the stack; half a voxel (at least half a millimetre) for a reslice. */
export function sliceHalf(scene: Scene, geometry: StackGeometry, id: ViewportId): number {
  if (!isReformat(id)) return halfGap(geometry, scene.frame);
  const { grid } = geometry;
  if (!grid) return 0.5;
  const along = alongOf(scene, id);
  const thickest = grid.axes.reduce(
    (most, axis, index) => Math.max(most, Math.abs(dot(axis, along)) * (grid.spacing_mm[index] as number)),
    0,
  );
  return Math.max(thickest / 2, 0.5);
}
