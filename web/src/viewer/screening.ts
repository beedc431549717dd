/** Brings the values of a series onto the screens of a pane: mounts, aims and windows them, each only where it changed. */
import type { Camera } from "../lib/planes";
import type { PresentationState, ViewportId } from "../wire/types";
import { greyOf, isGreyBent } from "./greys";
import { type Scene, turnAt } from "./scene";
import type { Screens } from "./screens";
import type { Series } from "./series";
import type { Stage } from "./stage";

export type Screening = {
  draw(id: ViewportId, series: Series, scene: Scene, camera: Camera): void;
  /** Everything is aimed anew: sizes have changed. */
  resized(): void;
  /** Voxels of the volume have changed since it was told. */
  isVolumeStale(): boolean;
  touchVolume(): void;
  tellVolume(series: Series): void;
  /** How long telling it took the last time. */
  took_ms(): number;
  drop(series: Series): void;
};

export type ScreeningWorld = {
  screens(): Screens | null;
  stateOf(id: ViewportId, scene: Scene, series: Series): PresentationState | null;
  /** Draws once more at the next frame. */
  later(): void;
  /** Cornerstone cannot take the series in. */
  failed(series: Series, error: unknown): void;
};

const MAX_TRIES = 20;

export function createScreening(stage: Stage, { screens, stateOf, later, failed }: ScreeningWorld): Screening {
  // What stands in Cornerstone already, by viewport: setting it again would draw again.
  const aimed = new Map<ViewportId, string>();
  const presented = new Map<ViewportId, string>();
  const mounting = new Map<ViewportId, { series: Series; isBent: boolean }>();
  let isStale = false;
  let took_ms = 0;
  let tries = 0;

  /** A GPU canvas gets its size with its next drawing only: looked at again, but not for ever. */
  function adjust(id: ViewportId): void {
    if (screens()?.fit(id) ?? true) return;
    aimed.delete(id);
    if (tries-- > 0) later();
  }

  function mount(id: ViewportId, series: Series, scene: Scene, isBent: boolean): void {
    const asked = mounting.get(id);
    if (asked?.series === series && asked.isBent === isBent) return;
    const mine = { series, isBent };
    mounting.set(id, mine);
    aimed.delete(id);
    presented.delete(id);
    screens()
      ?.mount(id, series, { frame: scene.frame, isBent })
      .then(
        () => {
          if (mounting.get(id) === mine) mounting.delete(id);
          later();
        },
        // It stays in `mounting`, so that it is not tried again at every frame.
        (error: unknown) => failed(series, error),
      );
  }

  function present(id: ViewportId, series: Series, scene: Scene): void {
    const presentation = greyOf(scene, series, { id, state: stateOf(id, scene, series) }, later);
    const { curve, ...line } = presentation;
    const wanted = JSON.stringify([line, curve?.name]);
    if (presented.get(id) === wanted) return;
    presented.set(id, wanted);
    if (series.blank(line.isInverted)) isStale = true;
    screens()?.present(id, presentation);
  }

  function aim(id: ViewportId, camera: Camera, scene: Scene): void {
    const slice = id === "stack" ? scene.frame : null;
    const wanted = JSON.stringify([camera, slice]);
    if (aimed.get(id) === wanted) return;
    aimed.set(id, wanted);
    screens()?.aim(id, { camera, turn: turnAt(scene, id), frame: slice });
  }

  return {
    draw(id, series, scene, camera) {
      const isBent = isGreyBent(scene, series, { id, state: stateOf(id, scene, series) });
      if (!screens()?.isMounted(id, series, isBent)) {
        stage.blank(id, true);
        mount(id, series, scene, isBent);
        return;
      }
      adjust(id);
      present(id, series, scene);
      aim(id, camera, scene);
      const isEmpty = id === "stack" ? series.quality[scene.frame] === -1 : series.quality.every((each) => each === -1);
      stage.blank(id, isEmpty);
    },
    resized() {
      aimed.clear();
      tries = MAX_TRIES;
      later();
    },
    isVolumeStale: () => isStale,
    touchVolume() {
      isStale = true;
    },
    tellVolume(series) {
      isStale = false;
      const started = performance.now();
      screens()?.volumeChanged(
        series,
        series.quality.every((each) => each === 1),
      );
      took_ms = performance.now() - started;
    },
    took_ms: () => took_ms,
    drop(series) {
      screens()?.unmount(series);
      for (const [id, asked] of [...mounting]) if (asked.series === series) mounting.delete(id);
    },
  };
}
