/** What Cornerstone asks about our `dx:` images, answered from the pack's header and nothing else. */
import { metaData } from "@cornerstonejs/core";
import type { StackGeometry } from "./geometry";
import type { PackHeader } from "./pack";

const PRIORITY = 10_000;

type Known = { header: PackHeader; geometry: StackGeometry; frame: number };

const known = new Map<string, Known>();

export function describeImages(header: PackHeader, geometry: StackGeometry, imageIds: string[]): void {
  for (const [frame, id] of imageIds.entries()) known.set(id, { header, geometry, frame });
}

export function forgetImages(imageIds: string[]): void {
  for (const id of imageIds) known.delete(id);
}

function planeModule({ header, geometry, frame }: Known): object {
  const plane = geometry.frames[frame];
  if (!plane) throw new RangeError(`frame ${frame}`);
  return {
    frameOfReferenceUID: header.frame_of_reference_uid ?? undefined,
    rows: header.rows,
    columns: header.columns,
    imageOrientationPatient: [...plane.row, ...plane.column],
    rowCosines: plane.row,
    columnCosines: plane.column,
    imagePositionPatient: plane.origin,
    rowPixelSpacing: geometry.pixel_mm[0],
    columnPixelSpacing: geometry.pixel_mm[1],
    pixelSpacing: geometry.pixel_mm,
    usingDefaultValues: !geometry.isInPatient,
  };
}

function pixelModule({ header }: Known): object {
  const isColor = header.values === "rgb8";
  const bits = isColor || header.values === "uint8" ? 8 : 16;
  return {
    bitsAllocated: bits,
    bitsStored: bits,
    highBit: bits - 1,
    samplesPerPixel: isColor ? 3 : 1,
    photometricInterpretation: isColor ? "RGB" : "MONOCHROME2",
    pixelRepresentation: header.values === "int16" ? 1 : 0,
  };
}

function answer(type: string, imageId: string): object | undefined {
  const image = known.get(imageId);
  if (!image) return undefined;
  if (type === "imagePlaneModule") return planeModule(image);
  if (type === "imagePixelModule") return pixelModule(image);
  if (type === "voiLutModule") {
    // Only so that Cornerstone does not look for a range of its own; every viewport is given its window by us.
    const { center, width } = image.header.windows[0] ?? { center: 128, width: 256 };
    return { windowCenter: [center], windowWidth: [Math.max(width, 1)] };
  }
  if (type === "generalSeriesModule") {
    return { modality: image.header.modality, seriesInstanceUID: image.header.series_uid };
  }
  return undefined;
}

export function installMetadata(): void {
  metaData.addProvider(answer, PRIORITY);
}
