/** What segmentations, structure sets and presentation states draw over one viewport, and what is said of them; pure. */
import { type Camera, heightAbove, type Size, toScreen } from "../../lib/planes";
import { cross, dot, unit, type Vec3 } from "../../lib/vectors";
import { colorOf, type ShownObject } from "../../wire/objects";
import type { PresentationState, Segmentation, SegmentPlane, StructureSet, ViewportId } from "../../wire/types";
import { type FramePlane, halfGap, type StackGeometry } from "../geometry";
import type { Text } from "../overlay";
import type { PackHeader } from "../pack";
import { isReformat, type Scene } from "../scene";
import { type Affine, framePlacing } from "./placing";
import { graphicsOf } from "./presentation";

type Point = readonly [x_px: number, y_px: number];

export type MaskDrawing = { draw: "mask"; plane: SegmentPlane; rows: number; columns: number; placing: Affine };
export type CutDrawing = { draw: "cut"; segmentation: Segmentation; segment: number; camera: Camera; size: Size };
export type PathDrawing = { draw: "path"; points: readonly Point[]; isClosed: boolean; isFilled: boolean };
export type WordsDrawing = { draw: "words"; words: string; at: Point };
export type Drawing = (MaskDrawing | CutDrawing | PathDrawing | WordsDrawing) & { color: string; opacity: number };

type Under = { header: PackHeader; geometry: StackGeometry };
export type At = { id: ViewportId; camera: Camera; size: Size };

export function drawingsOf(scene: Scene, under: Under, at: At, objects: readonly ShownObject[]): Drawing[] {
  return objects.flatMap((object) => {
    const { content } = object;
    if (content.type === "segmentation") return ofSegmentation(scene, under, at, { object, content });
    if (content.type === "structures") return ofStructures(scene, under, at, { object, content });
    return ofState(scene, under, at, content);
  });
}

/** One line an object: what is laid over, or why it is not. */
export function objectWords(
  scene: Scene,
  under: Under,
  id: ViewportId,
  objects: readonly ShownObject[],
  text: Text,
): string {
  return objects.map(({ content }) => text(wordsKey(scene, under, id, content), { title: content.title })).join("\n");
}

function wordsKey(scene: Scene, under: Under, id: ViewportId, content: ShownObject["content"]): string {
  switch (content.type) {
    case "segmentation":
      if (!isSamePlace(under, content.frame_of_reference_uid)) return "room.object.elsewhere";
      return content.fractional ? "room.object.fractional" : "room.object.segmentation";
    case "structures":
      if (isReformat(id)) return "room.object.original_only";
      return content.structures.some((one) => isSamePlace(under, one.frame_of_reference_uid))
        ? "room.object.structures"
        : "room.object.elsewhere";
    case "presentation":
      if (isReformat(id)) return "room.object.original_only";
      if (!isOfState(content, scene, under)) return "room.object.other_images";
      return isPartly(content) ? "room.object.presentation_partly" : "room.object.presentation";
  }
}

const isPartly = (state: PresentationState): boolean =>
  state.unsupported.length > 0 || state.rotation_deg !== 0 || state.flipped || state.shutter !== null;

/** PS3.3 C.7.4.1: only positions in one frame of reference can be compared. */
const isSamePlace = ({ header }: Under, frame_of_reference_uid: string | null): boolean =>
  frame_of_reference_uid !== null && header.frame_of_reference_uid === frame_of_reference_uid;

type Of<Content> = { object: ShownObject; content: Content };

function ofSegmentation(scene: Scene, under: Under, at: At, { object, content }: Of<Segmentation>): Drawing[] {
  if (!isSamePlace(under, content.frame_of_reference_uid)) return [];
  const shown = content.segments.filter((one) => !object.hidden.includes(one.number));
  return shown.flatMap(({ number, rgb }): Drawing[] => {
    const how = { color: colorOf(number, rgb), opacity: object.opacity };
    if (isReformat(at.id)) {
      return [{ draw: "cut", segmentation: content, segment: number, camera: at.camera, size: at.size, ...how }];
    }
    const { rows, columns, pixel_spacing_mm } = content;
    return content.planes.flatMap((plane): Drawing[] => {
      const frame = planeFrame(plane);
      if (plane.segment !== number || !frame || !pixel_spacing_mm || !liesOn(scene, under, plane, frame)) return [];
      const placing = framePlacing(frame, pixel_spacing_mm, at.camera, at.size);
      return [{ draw: "mask", plane, rows, columns, placing, ...how }];
    });
  });
}

export type PlaneFrame = Pick<FramePlane, "origin" | "row" | "column" | "normal">;

export function planeFrame({ position_mm, orientation }: SegmentPlane): PlaneFrame | null {
  if (!position_mm || !orientation) return null;
  const [a, b, c, d, e, f] = orientation;
  const [row, column] = [unit([a, b, c]), unit([d, e, f])];
  return { origin: position_mm, row, column, normal: unit(cross(column, row)) };
}

/** On the image that it names, or in its slice: parallel and nearer than the neighbours are. */
function liesOn(scene: Scene, { header, geometry }: Under, plane: SegmentPlane, frame: PlaneFrame): boolean {
  const here = geometry.frames[scene.frame];
  const image = header.frames[scene.frame];
  if (!here || !image) return false;
  const isParallel = Math.abs(dot(here.normal, frame.normal)) > 0.999;
  const away_mm = Math.abs(heightAbove(here, frame.origin));
  if (plane.sop_instance_uid === image.sop_instance_uid && (plane.frame ?? image.frame) === image.frame) {
    return isParallel && away_mm <= halfGap(geometry, scene.frame);
  }
  return plane.sop_instance_uid === null ||
    !header.frames.some((one) => one.sop_instance_uid === plane.sop_instance_uid)
    ? isParallel && away_mm < halfGap(geometry, scene.frame)
    : false;
}

function ofStructures(scene: Scene, under: Under, at: At, { object, content }: Of<StructureSet>): Drawing[] {
  const here = under.geometry.frames[scene.frame];
  const image = under.header.frames[scene.frame];
  if (isReformat(at.id) || !here || !image) return [];
  const within_mm = halfGap(under.geometry, scene.frame);
  return content.structures.flatMap((structure): Drawing[] => {
    if (object.hidden.includes(structure.number)) return [];
    if (!isSamePlace(under, structure.frame_of_reference_uid)) return [];
    const color = colorOf(structure.number, structure.rgb);
    return structure.contours.flatMap((contour): Drawing[] => {
      const world = triples(contour.points_mm);
      // Every point must lie in the slice: a contour drawn across slices is not one of this image.
      if (!world.every((point) => Math.abs(heightAbove(here, point)) <= within_mm)) return [];
      if (contour.sop_instance_uid !== null && contour.sop_instance_uid !== image.sop_instance_uid) return [];
      const points = world.map((point) => toScreen(at.camera, at.size, point));
      return [
        { draw: "path", points, isClosed: contour.kind.startsWith("CLOSED"), isFilled: false, color, opacity: 1 },
      ];
    });
  });
}

function triples(numbers: readonly number[]): Vec3[] {
  const points: Vec3[] = [];
  for (let at = 0; at + 2 < numbers.length; at += 3) points.push(numbers.slice(at, at + 3) as Vec3);
  return points;
}

function isOfState(state: PresentationState, scene: Scene, { header }: Under): boolean {
  const image = header.frames[scene.frame];
  return image !== undefined && state.images.some((one) => isNamed(one, image));
}

type Reference = PresentationState["images"][number];

export const isNamed = (one: Reference, image: { sop_instance_uid: string; frame: number }): boolean =>
  one.sop_instance_uid === image.sop_instance_uid &&
  (!one.frames || one.frames.length === 0 || one.frames.includes(image.frame));

function ofState(scene: Scene, under: Under, at: At, state: PresentationState): Drawing[] {
  const frame = under.geometry.frames[scene.frame];
  const image = under.header.frames[scene.frame];
  if (isReformat(at.id) || !frame || !image || !isOfState(state, scene, under)) return [];
  const placing = framePlacing(frame, under.geometry.pixel_mm, at.camera, at.size);
  return graphicsOf(state, { image, placing, rows: under.header.rows, columns: under.header.columns });
}
