/** What Cornerstone draws a stack in memory from: an image a frame and a volume, all on the very same values. */
import { cache, Enums, ImageVolume, type Types, utilities } from "@cornerstonejs/core";
import { emptyValues, type Kept, type Values } from "../lib/rescale";
import type { StackGeometry } from "./geometry";
import { describeImages, forgetImages } from "./metadata";
import type { PackHeader } from "./pack";
import { slotBytes } from "./sizes";
import { canReformat, type Stack } from "./stack";

export type Images = {
  volumeId(): string | null;
  /** The range of a frame's values has become known. */
  ranged(frame: number, range: { min: number; max: number }): void;
  /** Lets the GPU fetch these slots anew at the next drawing. */
  renew(slots: number[]): void;
  discard(): void;
};

/** `values`: of all frames, one after the other, as they lie in a volume; null where they are asked for one by one. */
type Held = { kept: Kept; values: Values | null; valuesOf(frame: number): Values; blank: number };

export function createImages({ key, header, geometry, imageIds }: Stack, held: Held): Images {
  const { kept, values } = held;
  describeImages(header, geometry, imageIds);
  const images = imageIds.map((imageId, frame) =>
    newImage({
      imageId,
      header,
      geometry,
      kept,
      values: readerOf(held, frame),
      isWhole: values !== null,
      blank: held.blank,
    }),
  );
  for (const [index, image] of images.entries()) cache.putImageSync(imageIds[index] as string, image);
  // A resampled grid has a volume of its own: see `layered`.
  const isVolume = canReformat({ header, geometry }) && geometry.grid?.layers === null;
  const volume =
    isVolume && values !== null ? newVolume(key, header, geometry, { imageIds, images, values, kept }) : null;

  return {
    volumeId: () => volume?.volumeId ?? null,
    ranged(frame, { min, max }) {
      const image = images[frame] as Types.IImage & { cachedLut?: unknown };
      image.minPixelValue = min;
      image.maxPixelValue = Math.max(max, min + 1);
      // The CPU path sizes its table by the first range it sees.
      delete image.cachedLut;
    },
    renew(slots) {
      const texture = volume?.vtkOpenGLTexture as { setUpdatedFrame(slot: number): void } | undefined;
      for (const slot of slots) texture?.setUpdatedFrame(slot);
    },
    discard() {
      if (volume) cache.removeVolumeLoadObject(volume.volumeId);
      for (const id of imageIds) if (cache.getImage(id)) cache.removeImageLoadObject(id, { force: true });
      forgetImages(imageIds);
    },
  };
}

function readerOf({ values, valuesOf }: Held, frame: number): () => Values {
  if (values === null) return () => valuesOf(frame);
  const own = valuesOf(frame);
  return () => own;
}

type ImageParts = {
  imageId: string;
  header: PackHeader;
  geometry: StackGeometry;
  kept: Kept;
  values(): Values;
  isWhole: boolean;
  blank: number;
};

const ARRAY_NAMES = {
  uint8: "Uint8Array",
  rgb8: "Uint8Array",
  uint16: "Uint16Array",
  int16: "Int16Array",
  float32: "Float32Array",
} as const;

function newImage({ imageId, header, geometry, kept, values, isWhole, blank }: ImageParts): Types.IImage {
  const isColor = kept === "rgb8";
  const voxelManager = utilities.VoxelManager.createImageVoxelManager({
    width: header.columns,
    height: header.rows,
    numberOfComponents: isColor ? 3 : 1,
    // Volumes are drawn from what stands here now; a stack that does not keep all of its values has none.
    scalarData: isWhole ? values() : emptyValues(kept, 0),
    id: imageId,
  });
  if (!isWhole) Object.defineProperty(voxelManager, "scalarData", { get: values, set: () => undefined });
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
    minPixelValue: isColor ? 0 : blank,
    maxPixelValue: isColor ? 255 : blank + 1,
    rows: header.rows,
    columns: header.columns,
    height: header.rows,
    width: header.columns,
    rowPixelSpacing: geometry.pixel_mm[0],
    columnPixelSpacing: geometry.pixel_mm[1],
    FrameOfReferenceUID: header.frame_of_reference_uid,
    invert: false,
    photometricInterpretation: isColor ? "RGB" : "MONOCHROME2",
    getPixelData: values,
    getCanvas: undefined,
    voxelManager,
    sizeInBytes: slotBytes(header, kept),
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
