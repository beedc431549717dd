/** One display stack in memory: its values, how good each frame is, and the Cornerstone images and volume on them. */
import { cache, Enums, ImageVolume, type Types, utilities } from "@cornerstonejs/core";
import { blankValue, bytesEach, emptyValues, type Kept, keptAs, type Line, type Values } from "../lib/rescale";
import type { Decoded } from "./decoders";
import { type StackGeometry, slotOf, stackGeometry } from "./geometry";
import { describeImages, forgetImages, imageIdOf } from "./metadata";
import type { PackHeader } from "./pack";

/** Nothing yet, coarse, full. */
export type FrameQuality = -1 | 0 | 1;

export type Series = {
  readonly key: string;
  readonly header: PackHeader;
  readonly geometry: StackGeometry;
  readonly kept: Kept;
  /** Values in memory are modality values times this power of two (exact), see `gainOf`. */
  readonly gain: number;
  readonly imageIds: string[];
  readonly quality: Int8Array;
  readonly bytes: number;
  line(frame: number): Line;
  /** Values of a frame as they are kept, row by row; see `gain`. */
  valuesOf(frame: number): Values;
  /** Puts decoded values in; tells whether they were better than what stood there. */
  put(frame: number, quality: 0 | 1, decoded: Decoded): boolean;
  /** Frames with nothing yet are black; which value is black depends on the inversion. Tells whether it changed. */
  blank(isInverted: boolean): boolean;
  frameIndex(sop_instance_uid: string, frame: number): number;
  /** Lowest quality among these frames, both included. */
  lowest(from: number, to: number): FrameQuality;
  volumeId(): string | null;
  /** Lets the GPU fetch these frames anew at the next drawing. */
  renew(frames: Iterable<number>): void;
  discard(): void;
};

export const seriesKey = (ref: { study_uid: string; series_uid: string; stack: number }): string =>
  `${ref.study_uid}/${ref.series_uid}/${ref.stack}`;

/** Bytes that a stack will take, known before they are asked for. */
export function sizeOf(header: PackHeader): number {
  const kept = keptAs(header.values, header.frames, header.unit);
  return header.rows * header.columns * header.frames.length * bytesEach(kept) * (kept === "rgb8" ? 3 : 1);
}

// Cornerstone's CPU drawing of floats takes a window's width as at least 1 and adds 1 to its upper end; a window of
// 0..5 SUV would come out a fifth too wide. Values scaled so that windows are about this wide are off by 0.1 %.
const COMFORTABLE_WIDTH = 1024;

function gainOf(header: PackHeader, kept: Kept): number {
  const width = header.windows[0]?.width ?? 0;
  if (kept !== "float32" || !(width > 0) || width >= COMFORTABLE_WIDTH) return 1;
  return 2 ** Math.ceil(Math.log2(COMFORTABLE_WIDTH / width));
}

export function createSeries(key: string, header: PackHeader): Series {
  const geometry = stackGeometry(header);
  const kept = keptAs(header.values, header.frames, header.unit);
  const gain = gainOf(header, kept);
  const samples = kept === "rgb8" ? 3 : 1;
  const count = header.frames.length;
  const each = header.rows * header.columns * samples;
  const values = emptyValues(kept, each * count);
  const quality = new Int8Array(count).fill(-1);
  const imageIds = header.frames.map((frame) => imageIdOf(frame.sop_instance_uid, frame.frame));
  const places = new Map(imageIds.map((id, index) => [id, index]));
  const { grid } = geometry;
  const slot = (frame: number): number => (grid ? slotOf(grid, frame) : frame);
  const valuesOf = (frame: number): Values => values.subarray(slot(frame) * each, (slot(frame) + 1) * each);
  let blankNow = blankValue(kept, header.invert);
  values.fill(blankNow);

  describeImages(header, geometry, imageIds);
  const images = imageIds.map((imageId, frame) =>
    newImage({ imageId, header, geometry, kept, values: valuesOf(frame) }),
  );
  for (const [index, image] of images.entries()) cache.putImageSync(imageIds[index] as string, image);
  // Colour volumes are not resliced: interpolating between palettes or overlays makes colours that mean nothing.
  const volume = grid && kept !== "rgb8" ? newVolume(key, header, geometry, { imageIds, images, values, kept }) : null;

  const renew = (frames: Iterable<number>): void => {
    const texture = volume?.vtkOpenGLTexture as { setUpdatedFrame(slot: number): void } | undefined;
    for (const frame of frames) texture?.setUpdatedFrame(slot(frame));
  };

  return {
    key,
    header,
    geometry,
    kept,
    gain,
    imageIds,
    quality,
    bytes: values.byteLength,
    valuesOf,
    line(frame) {
      const { slope, intercept } = header.frames[frame] ?? { slope: 1, intercept: 0 };
      return { slope: slope * gain, intercept: intercept * gain };
    },
    put(frame, better, decoded) {
      if ((quality[frame] as number) >= better) return false;
      values.set(decoded.values, slot(frame) * each);
      quality[frame] = better;
      const image = images[frame] as Types.IImage & { cachedLut?: unknown };
      image.minPixelValue = decoded.min;
      image.maxPixelValue = Math.max(decoded.max, decoded.min + 1);
      // The CPU path sizes its table by the first range it sees.
      delete image.cachedLut;
      return true;
    },
    blank(isInverted) {
      const wanted = blankValue(kept, isInverted);
      if (wanted === blankNow) return false;
      blankNow = wanted;
      const empty = imageIds.map((_, frame) => frame).filter((frame) => quality[frame] === -1);
      for (const frame of empty) valuesOf(frame).fill(wanted);
      renew(empty);
      return empty.length > 0;
    },
    frameIndex: (sop_instance_uid, frame) => places.get(imageIdOf(sop_instance_uid, frame)) ?? -1,
    lowest: (from, to) => Math.min(...quality.subarray(from, to + 1)) as FrameQuality,
    volumeId: () => volume?.volumeId ?? null,
    renew,
    discard() {
      if (volume) cache.removeVolumeLoadObject(volume.volumeId);
      for (const id of imageIds) if (cache.getImage(id)) cache.removeImageLoadObject(id, { force: true });
      forgetImages(imageIds);
    },
  };
}

type ImageParts = { imageId: string; header: PackHeader; geometry: StackGeometry; kept: Kept; values: Values };

const ARRAY_NAMES = {
  uint8: "Uint8Array",
  rgb8: "Uint8Array",
  uint16: "Uint16Array",
  int16: "Int16Array",
  float32: "Float32Array",
} as const;

function newImage({ imageId, header, geometry, kept, values }: ImageParts): Types.IImage {
  const isColor = kept === "rgb8";
  const voxelManager = utilities.VoxelManager.createImageVoxelManager({
    width: header.columns,
    height: header.rows,
    numberOfComponents: isColor ? 3 : 1,
    scalarData: values,
    id: imageId,
  });
  const low = values[0] as number;
  const image = {
    imageId,
    slope: 1,
    intercept: 0,
    windowCenter: 128,
    windowWidth: 256,
    voiLUTFunction: Enums.VOILUTFunctionType.LINEAR,
    color: isColor,
    rgba: false,
    numberOfComponents: isColor ? 3 : 1,
    dataType: ARRAY_NAMES[kept],
    minPixelValue: isColor ? 0 : low,
    maxPixelValue: isColor ? 255 : low + 1,
    rows: header.rows,
    columns: header.columns,
    height: header.rows,
    width: header.columns,
    rowPixelSpacing: geometry.pixel_mm[0],
    columnPixelSpacing: geometry.pixel_mm[1],
    FrameOfReferenceUID: header.frame_of_reference_uid,
    invert: false,
    photometricInterpretation: isColor ? "RGB" : "MONOCHROME2",
    getPixelData: () => values,
    getCanvas: undefined,
    voxelManager,
    sizeInBytes: values.byteLength,
    imageQualityStatus: Enums.ImageQualityStatus.FULL_RESOLUTION,
    preScale: {
      enabled: true,
      scaled: true,
      // The CPU path indexes a table by value, which floats cannot; only what it takes for PET is computed.
      scalingParameters: { rescaleSlope: 1, rescaleIntercept: 0, modality: drawnAs(header, kept) },
    },
  };
  return image as unknown as Types.IImage;
}

const drawnAs = (header: PackHeader, kept: Kept): string =>
  kept === "float32" ? "PT" : header.modality === "PT" ? "OT" : header.modality;

type VolumeParts = { imageIds: string[]; images: Types.IImage[]; values: Values; kept: Kept };

/** A volume on the very memory of the images; its grid is the header's, Cornerstone sorts and guesses nothing. */
function newVolume(key: string, header: PackHeader, geometry: StackGeometry, parts: VolumeParts): ImageVolume | null {
  const { grid } = geometry;
  if (!grid) return null;
  const { images, values } = parts;
  const inSlots = grid.isReversed ? [...parts.imageIds].reverse() : parts.imageIds;
  const volume = new ImageVolume({
    volumeId: `dxv:${key}`,
    imageIds: inSlots,
    dimensions: grid.counts,
    spacing: grid.spacing_mm,
    origin: grid.origin,
    direction: grid.axes.flat() as unknown as Types.Mat3,
    dataType: ARRAY_NAMES[parts.kept],
    numberOfComponents: 1,
    metadata: {
      Modality: drawnAs(header, parts.kept),
      FrameOfReferenceUID: header.frame_of_reference_uid,
      PhotometricInterpretation: "MONOCHROME2",
    } as unknown as Types.Metadata,
  } as unknown as Types.ImageVolumeProps);
  volume.isPreScaled = true;
  const manager = volume.voxelManager as unknown as Record<string, unknown>;
  // Cornerstone would copy all voxels into a second array at every change (190 MB more in its own measurements).
  manager.getCompleteScalarDataArray = () => values;
  manager.clear = () => undefined;
  // The CPU path draws what lies outside of the volume with the lowest value: let it be below every window.
  manager.getRange = () => [
    parts.kept === "float32" ? -1e30 : -32768,
    Math.max(...images.map((image) => image.maxPixelValue).filter((most) => most < 1e29)),
  ];
  cache.putVolumeSync(volume.volumeId, volume);
  return volume;
}
