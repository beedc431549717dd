/** What a viewport asks the server to draw, and whether an answer is that; pure. */
import type { Camera, Size } from "../../lib/planes";
import { distance, dot, subtract } from "../../lib/vectors";
import type { AskedPicture, DrawnPlane, Slab, ViewportId } from "../../wire/types";
import { tableOf } from "../bending";
import type { ImageName, PackHeader } from "../pack";
import { cameraOf, isReformat, type Scene } from "../scene";
import { slabAt } from "../slabs";
import type { Stack } from "../stack";
import { functionOf } from "../voi";

export type VoiFunction = NonNullable<AskedPicture["window"]>[2];

export type Asked = {
  /** Of which stack. */
  key: string;
  /** The image that is drawn as it is; null for a plane through the volume. */
  image: ImageName | null;
  camera: Camera;
  /** CSS pixels. */
  size: Size;
  /** Null for colour, which has none, and where the file's own table is asked for. */
  window: { center: number; width: number; function: VoiFunction } | null;
  isInverted: boolean;
  slab: Slab | null;
};

/** How it is to be sent: pixels a CSS pixel, and the quality of the JPEG. */
export type Manner = { ratio: number; quality: number | "lossless" };

export function askedOf(scene: Scene, { key, header, geometry }: Stack, id: ViewportId, size: Size): Asked {
  const frame = isReformat(id) ? undefined : header.frames[scene.frame];
  const hasWindow = header.values !== "rgb8" && tableOf(scene, header, id) === null;
  return {
    key,
    image: frame ? { sop_instance_uid: frame.sop_instance_uid, frame: frame.frame } : null,
    camera: cameraOf(scene, geometry, id, size),
    size,
    window: hasWindow ? { ...scene.window, function: voiFunctionOf(header, scene.window) } : null,
    isInverted: header.values !== "rgb8" && scene.isInverted,
    slab: slabAt(scene, id),
  };
}

function voiFunctionOf(header: PackHeader, window: Scene["window"]): VoiFunction {
  const named = functionOf(header, window);
  return named === "LINEAR_EXACT" || named === "SIGMOID" ? named : "LINEAR";
}

const SAME_MM = 1e-6;
const SAME_DIRECTION = 1e-6;

/** The same plane with the same grey, wherever its middle and however large: the same picture, moved. */
export function isSameContent(one: Asked, other: Asked): boolean {
  const said = ({ key, image, window, isInverted, slab }: Asked): string =>
    JSON.stringify([key, image, window, isInverted, slab]);
  if (said(one) !== said(other) || (one.camera.isMirrored ?? false) !== (other.camera.isMirrored ?? false))
    return false;
  if (distance(one.camera.normal, other.camera.normal) > SAME_DIRECTION) return false;
  if (distance(one.camera.up, other.camera.up) > SAME_DIRECTION) return false;
  const off_mm = dot(subtract(one.camera.centre, other.camera.centre), one.camera.normal);
  return Math.abs(off_mm) < SAME_MM;
}

/** The very same picture. */
export const isSameAsked = (one: Asked, other: Asked): boolean =>
  isSameContent(one, other) &&
  distance(one.camera.centre, other.camera.centre) < SAME_MM &&
  Math.abs(one.camera.mm_per_px / other.camera.mm_per_px - 1) < 1e-9 &&
  one.size.width === other.size.width &&
  one.size.height === other.size.height;

export type Pixels = { width: number; height: number; mm_per_px: number };

export function pixelsOf({ camera, size }: Asked, { ratio }: Manner): Pixels {
  const width = Math.max(Math.round(size.width * ratio), 1);
  const height = Math.max(Math.round(size.height * ratio), 1);
  return { width, height, mm_per_px: (camera.mm_per_px * size.width) / width };
}

/**
 * No `screen` is named: what is not wanted any more is aborted here, and a request that was given up may reach the server
 * after the one that took its place, which it would then overtake.
 */
export function queryOf(asked: Asked, manner: Manner, version: string): string {
  const { camera, image, window, slab } = asked;
  const pixels = pixelsOf(asked, manner);
  const query = new URLSearchParams({
    version,
    width: String(pixels.width),
    height: String(pixels.height),
    point_world_mm: camera.centre.join(","),
    normal: camera.normal.join(","),
    up: camera.up.join(","),
    mm_per_px: String(pixels.mm_per_px),
    mirrored: String(camera.isMirrored ?? false),
    invert: String(asked.isInverted),
    // Markings of the file are drawn here, over any picture, where they can be switched off.
    markings: "false",
    quality: String(manner.quality),
  });
  if (image) {
    query.set("sop", image.sop_instance_uid);
    query.set("frame", String(image.frame));
  }
  if (window) query.set("window", [window.center, leastWidth(window), window.function].join(","));
  if (slab) {
    query.set("blend", slab.blend);
    query.set("thickness_mm", String(slab.thickness_mm));
  }
  return query.toString();
}

// PS3.3 C.11.2.1.2.1: a LINEAR width is at least 1.
const leastWidth = ({ width, function: named }: { width: number; function: VoiFunction }): number =>
  named === "LINEAR" ? Math.max(width, 1) : width;

// What text makes of a number on its way there and back.
const ROUNDING_MM = 1e-3;

/** Whether the answer is of what was asked for; another picture must never be shown for it. */
export function isDrawnAs(drawn: DrawnPlane, asked: Asked, manner: Manner, version: string): boolean {
  const { width, height, mm_per_px } = pixelsOf(asked, manner);
  const { camera, image } = asked;
  return (
    drawn.version === version &&
    drawn.width === width &&
    drawn.height === height &&
    Math.abs(drawn.mm_per_px - mm_per_px) < 1e-6 * mm_per_px &&
    drawn.sop_instance_uid === (image?.sop_instance_uid ?? null) &&
    drawn.frame === (image?.frame ?? null) &&
    drawn.mirrored === (camera.isMirrored ?? false) &&
    distance(drawn.point_world_mm, camera.centre) < ROUNDING_MM &&
    distance(drawn.normal, camera.normal) < ROUNDING_MM &&
    distance(drawn.up, camera.up) < ROUNDING_MM
  );
}
