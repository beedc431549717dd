/** What support and browser tests read of this screen, a line a viewport; it changes nothing. */
import type { Size } from "../lib/planes";
import type { Slab, ViewportId, Window } from "../wire/types";
import type { Quality } from "./captions";
import { cameraOf, isReformat, type Scene, shownViewports, visibleFov } from "./scene";
import { slabAt } from "./slabs";
import type { Stack } from "./stack";

export type SnapshotEntry = {
  id: ViewportId;
  study_uid: string;
  series_uid: string;
  sop_instance_uid: string | null;
  frame: number | null;
  point_world_mm: [number, number, number];
  normal: [number, number, number];
  up: [number, number, number];
  mirrored: boolean;
  slab: Slab | null;
  /** What is visible, width and height. */
  fov_mm: [number, number];
  window: Window;
  quality: Quality;
};

type Screened = { size(id: ViewportId): Size; reached(id: ViewportId): Quality };

export function snapshotOf(scene: Scene, { header, geometry }: Stack, screens: Screened): SnapshotEntry[] {
  return shownViewports(scene).map((id) => {
    const image = isReformat(id) ? undefined : header.frames[scene.frame];
    const size = screens.size(id);
    const camera = cameraOf(scene, geometry, id, size);
    return {
      id,
      study_uid: header.study_uid,
      series_uid: header.series_uid,
      sop_instance_uid: image?.sop_instance_uid ?? null,
      frame: image?.frame ?? null,
      point_world_mm: camera.centre,
      normal: camera.normal,
      up: camera.up,
      mirrored: camera.isMirrored ?? false,
      slab: slabAt(scene, id),
      fov_mm: visibleFov(camera, size),
      window: { ...scene.window, unit: header.unit },
      quality: screens.reached(id),
    };
  });
}
