/** On which screens an annotation lies, and whether anything may be measured there; pure. */
import { heightAbove } from "../../lib/planes";
import { dot, type Vec3 } from "../../lib/vectors";
import type { AnnotationKind, Drawing, ViewportId } from "../../wire/types";
import { sliceHalf } from "../captions";
import type { StackGeometry } from "../geometry";
import type { PackHeader } from "../pack";
import { isReformat, planeOf, type Scene } from "../scene";
import { inMillimetres } from "./calibration";
import { isBox, isMeasure } from "./shapes";

type Pictured = { header: PackHeader; geometry: StackGeometry };

// cos 1.8 degrees: the outline of a box belongs to its plane.
const PARALLEL = 0.9995;

const isOfStack = ({ header }: Pictured, drawing: Drawing): boolean =>
  header.study_uid === drawing.study_uid && header.series_uid === drawing.series_uid && header.stack === drawing.stack;

/** The image on which it was drawn, or a plane that passes through all of it; nowhere else, and in no other series. */
export function isShown(drawing: Drawing, scene: Scene, shown: Pictured, id: ViewportId): boolean {
  if (!isOfStack(shown, drawing)) return false;
  const image = shown.header.frames[scene.frame];
  if (!isReformat(id) && drawing.sop_instance_uid !== null)
    return image?.sop_instance_uid === drawing.sop_instance_uid && image.frame === drawing.frame;
  if (!shown.geometry.isInPatient) return false;
  const plane = planeOf(scene, shown.geometry, id);
  if (isBox(drawing.kind) && Math.abs(dot(plane.normal, drawing.normal)) < PARALLEL) return false;
  const within_mm = sliceHalf(scene, shown.geometry, id) + 1e-3;
  return drawing.points.every((point) => Math.abs(heightAbove(plane, point)) <= within_mm);
}

export type Refusal = "no_spacing" | "outside_region";

/** Why this may not be drawn there, as far as its points are set; null when it may. */
export function refusalOf(drawing: Drawing, shown: Pictured): Refusal | null {
  if (!isMeasure(drawing.kind) || inMillimetres(drawing, shown)) return null;
  return shown.header.regions?.length ? "outside_region" : "no_spacing";
}

const PROJECTIONS: ReadonlySet<string> = new Set(["CR", "DX", "MG", "XA", "RF", "RG", "IO", "PX"]);

/**
 * How far millimetres of these images may be believed. A projection magnifies what is far from the detector: its spacing
 * is that of the detector (ImagerPixelSpacing) or an estimate at some depth (PS3.3 10.7.1.3).
 */
export function trustOf({ modality, warnings }: PackHeader): "true" | "at_detector" | "estimated" {
  if (warnings.some((one) => one.code === "spacing_at_detector")) return "at_detector";
  return PROJECTIONS.has(modality) ? "estimated" : "true";
}

/** The drawing that a hand makes here: image and plane are those of the viewport. */
export function drawingAt(
  kind: AnnotationKind,
  points: Vec3[],
  at: { scene: Scene; shown: Pictured; id: ViewportId },
): Drawing {
  const { header, geometry } = at.shown;
  const image = isReformat(at.id) ? undefined : header.frames[at.scene.frame];
  const { normal, up } = planeOf(at.scene, geometry, at.id);
  return {
    kind,
    study_uid: header.study_uid,
    series_uid: header.series_uid,
    stack: header.stack,
    frame_of_reference_uid: header.frame_of_reference_uid,
    sop_instance_uid: image?.sop_instance_uid ?? null,
    frame: image?.frame ?? null,
    normal,
    up,
    points,
    text: "",
  };
}
