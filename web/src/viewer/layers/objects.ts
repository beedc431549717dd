/** What segmentations, structure sets and presentation states draw over one viewport, and what is said of them; pure. */
import { type Camera, heightAbove, type Plane, type Size, toScreen } from "../../lib/planes";
import { cross, dot, unit, type Vec3 } from "../../lib/vectors";
import { colorOf, type ShownObject } from "../../wire/objects";
import type { PresentationState, Segmentation, SegmentPlane, StructureSet, ViewportId } from "../../wire/types";
import { type FramePlane, halfGap, type StackGeometry } from "../geometry";
import type { Text } from "../overlay";
import type { PackHeader } from "../pack";
import { isReformat, planeOf, type Scene } from "../scene";
import { isAsStated } from "./applying";
import { bandsOf, PARALLEL, type Sheet, sheetsOf } from "./contours";
import { isNamed } from "./naming";
import { type Affine, framePlacing } from "./placing";
import { graphicsOf } from "./presentation";
import { greyGap, isStateBent } from "./state_grey";

type Point = readonly [x_px: number, y_px: number];

export type MaskDrawing = { draw: "mask"; plane: SegmentPlane; rows: number; columns: number; placing: Affine };
export type CutDrawing = { draw: "cut"; segmentation: Segmentation; segment: number; camera: Camera; size: Size };
export type PathDrawing = {
  draw: "path";
  points: readonly Point[];
  isClosed: boolean;
  isFilled: boolean;
  isBare?: boolean;
};
export type WordsDrawing = { draw: "words"; words: string; at: Point };
export type Drawing = (MaskDrawing | CutDrawing | PathDrawing | WordsDrawing) & { color: string; opacity: number };

/** `kept`: how the values are held, where they are in memory. */
type Under = { header: PackHeader; geometry: StackGeometry; kept?: string };
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
  return objects
    .map(({ content }) => {
      const gaps = content.type === "presentation" ? gapsOf(content, under, scene) : [];
      const blanks = { title: content.title, gaps: gaps.map((gap) => text(`room.object.gap.${gap}`)).join(", ") };
      return text(wordsKey(scene, under, id, content), blanks);
    })
    .join("\n");
}

function wordsKey(scene: Scene, under: Under, id: ViewportId, content: ShownObject["content"]): string {
  switch (content.type) {
    case "segmentation":
      if (!isSamePlace(under, content.frame_of_reference_uid)) return "room.object.elsewhere";
      return content.fractional ? "room.object.fractional" : "room.object.segmentation";
    case "structures":
      return content.structures.some((one) => isSamePlace(under, one.frame_of_reference_uid))
        ? "room.object.structures"
        : "room.object.elsewhere";
    case "presentation":
      if (isReformat(id)) return "room.object.original_only";
      if (!isOfState(content, scene, under)) return "room.object.other_images";
      if (gapsOf(content, under, scene).length > 0) return "room.object.presentation_partly";
      return isAsStated(scene, under, content) ? "room.object.presentation" : "room.object.presentation_changed";
  }
}

/** What of the state is not shown on this image; the words for each stand in the catalogue. */
function gapsOf(state: PresentationState, { header, kept }: Under, scene: Scene): string[] {
  const gap = greyGap(state, header, scene.frame);
  // Tables are indexed by value, which floats cannot; pictures drawn by the server come through the window alone.
  const curve = kept === "float32" ? ["float"] : kept === undefined ? ["served"] : [];
  return [...state.unsupported, ...(gap === null ? [] : [gap]), ...(isStateBent(state, header) ? curve : [])];
}

/** PS3.3 C.7.4.1: only positions in one frame of reference can be compared. */
const isSamePlace = ({ header }: Under, frame_of_reference_uid: string | null): boolean =>
  frame_of_reference_uid !== null && header.frame_of_reference_uid === frame_of_reference_uid;

type Of<Content> = { object: ShownObject; content: Content };

function ofSegmentation(scene: Scene, under: Under, at: At, { object, content }: Of<Segmentation>): Drawing[] {
  if (!isSamePlace(under, content.frame_of_reference_uid)) return [];
  const shown = content.segments.filter((one) => !object.hidden.includes(one.number));
  const here = under.geometry.frames[scene.frame];
  // Slices of another direction go through the planes of the segmentation as any plane does.
  const isParallel = content.planes.some((plane) => {
    const frame = planeFrame(plane);
    return frame !== null && here !== undefined && Math.abs(dot(here.normal, frame.normal)) > PARALLEL;
  });
  return shown.flatMap(({ number, rgb }): Drawing[] => {
    const how = { color: colorOf(number, rgb), opacity: object.opacity };
    if (isReformat(at.id) || !isParallel) {
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
  const here = isReformat(at.id) ? planeOf(scene, under.geometry, at.id) : under.geometry.frames[scene.frame];
  if (!here) return [];
  return content.structures.flatMap((structure): Drawing[] => {
    if (object.hidden.includes(structure.number)) return [];
    if (!isSamePlace(under, structure.frame_of_reference_uid)) return [];
    const how = { color: colorOf(structure.number, structure.rgb), opacity: 1 };
    const { sheets, others } = solidOf(structure);
    const isParallel = sheets.some((sheet) => Math.abs(dot(sheet.normal, here.normal)) > PARALLEL);
    const drawn = isParallel ? sheets.flatMap((sheet) => inPlane(sheet, scene, under, at)) : [];
    const cut = isParallel ? [] : sheets.flatMap((sheet) => cutBy(sheet, here, at));
    const rest = others.filter(({ points }) => points.every((point) => isInSlice(point, scene, under, at)));
    return [
      ...drawn.map((points) => ({ draw: "path" as const, points, isClosed: true, isFilled: false, ...how })),
      ...cut.flatMap((band) => bandPaths(band, how)),
      ...rest.map(({ points, kind }) =>
        openPath(
          points.map((point) => toScreen(at.camera, at.size, point)),
          kind,
          how,
        ),
      ),
    ];
  });
}

type Solid = { sheets: Sheet[]; others: { kind: string; points: Vec3[] }[] };
const solids = new WeakMap<object, Solid>();

/** Contours in the planes that they were drawn in, and what bounds no solid: points and open lines. */
function solidOf(structure: StructureSet["structures"][number]): Solid {
  const known = solids.get(structure);
  if (known) return known;
  const all = structure.contours.map(({ kind, points_mm }) => ({ kind, points: triples(points_mm) }));
  const isClosed = ({ kind }: { kind: string }): boolean => kind.startsWith("CLOSED");
  const made = {
    sheets: sheetsOf(all.filter(isClosed).map(({ points }) => points)),
    others: all.filter((one) => !isClosed(one)),
  };
  solids.set(structure, made);
  return made;
}

/** Which slice a contour is of is said by where it lies: the image it names may be one that is not shown here. */
function inPlane(sheet: Sheet, scene: Scene, under: Under, at: At): Point[][] {
  if (!isInSlice(sheet.origin, scene, under, at, sheet.half_mm)) return [];
  return sheet.outlines.map((outline) => outline.map((point) => toScreen(at.camera, at.size, point)));
}

/** In the slice, which is as thick as the way to its neighbours; a plane through the volume takes what is nearest. */
function isInSlice(point: Vec3, scene: Scene, { geometry }: Under, at: At, half_mm = 0.5): boolean {
  const here = isReformat(at.id) ? planeOf(scene, geometry, at.id) : geometry.frames[scene.frame];
  if (!here) return false;
  const within_mm = isReformat(at.id) ? half_mm : halfGap(geometry, scene.frame);
  const height = heightAbove(here, point);
  // Half way between two slices it belongs to one of them only.
  return height > -within_mm - NEAR_MM && height <= within_mm - NEAR_MM;
}

// What lies half way between two slices is drawn on one of them.
const NEAR_MM = 1e-3;

const cutBy = (sheet: Sheet, here: Plane, { camera, size }: At): Point[][] =>
  bandsOf(sheet, here).map((band) => band.map((point) => toScreen(camera, size, point)));

/** Filled, so that the bands of neighbouring contours join; the sides are the structure's own outline. */
function bandPaths(band: Point[], how: { color: string; opacity: number }): Drawing[] {
  const side = (from: number, to: number): Drawing => ({
    draw: "path",
    points: [band[from] as Point, band[to] as Point],
    isClosed: false,
    isFilled: false,
    ...how,
  });
  return [
    { draw: "path", points: band, isClosed: true, isFilled: true, isBare: true, ...how, opacity: 0.3 },
    side(0, 1),
    side(2, 3),
  ];
}

/** A point is a small cross: a line of no length draws nothing. */
function openPath(points: Point[], kind: string, how: { color: string; opacity: number }): Drawing {
  const [x, y] = points[0] ?? [0, 0];
  const cross: Point[] = [
    [x - 4, y],
    [x + 4, y],
    [x, y],
    [x, y - 4],
    [x, y + 4],
  ];
  const shown = kind === "POINT" ? cross : points;
  return { draw: "path", points: shown, isClosed: false, isFilled: false, ...how };
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

function ofState(scene: Scene, under: Under, at: At, state: PresentationState): Drawing[] {
  const frame = under.geometry.frames[scene.frame];
  const image = under.header.frames[scene.frame];
  if (isReformat(at.id) || !frame || !image || !isOfState(state, scene, under)) return [];
  const placing = framePlacing(frame, under.geometry.pixel_mm, at.camera, at.size);
  return graphicsOf(state, { image, placing, rows: under.header.rows, columns: under.header.columns });
}
