/** The window of a region: a rectangle dragged over a viewport becomes the window of the values inside; pure. */
import type { Vec3 } from "../lib/vectors";
import { windowOfValues } from "../lib/windows";
import type { ViewportId } from "../wire/types";
import { qualityOf } from "./captions";
import { keptIn, type Region, type Voxels } from "./drawing/statistics";
import type { FrameQuality } from "./memory";
import type { PackHeader } from "./pack";
import { isPadding } from "./padding";
import { isReformat, planeOf, type Scene } from "./scene";
import { functionOf } from "./voi";

export type RegionRefusal = "waiting" | "colour" | "empty" | "flat" | "no_values";

type Regioned = Voxels & { header: PackHeader; lowest(from: number, to: number): FrameQuality };

/** The scene with the window of the values between two opposite corners, or why there is none. */
export function windowedByRegion(
  scene: Scene,
  series: Regioned,
  at: { id: ViewportId; corners: readonly [Vec3, Vec3] },
): Scene | RegionRefusal {
  const { header } = series;
  if (header.values === "rgb8") return "colour";
  if (qualityOf(scene, series, at.id) !== "full") return "waiting";
  const found = keptIn(regionOf(scene, series, at), series, (kept, frame) => !isPadding(series, kept, frame));
  if (found === "waiting") return "waiting";
  const values = Float64Array.from(found ?? [], (kept) => kept / series.gain);
  if (values.length === 0) return "empty";
  const window = windowOfValues(values, functionOf(header, null) !== "LINEAR");
  return window === null ? "flat" : { ...scene, window };
}

function regionOf(
  scene: Scene,
  { header, geometry }: Regioned,
  { id, corners }: { id: ViewportId; corners: readonly [Vec3, Vec3] },
): Region {
  const { normal, up } = planeOf(scene, geometry, id);
  const image = isReformat(id) ? undefined : header.frames[scene.frame];
  return {
    kind: "rectangle",
    normal,
    up,
    points: [...corners],
    sop_instance_uid: image?.sop_instance_uid ?? null,
    frame: image?.frame ?? null,
  };
}
