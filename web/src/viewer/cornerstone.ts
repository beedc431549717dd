/** The four Cornerstone viewports of a pane, on the page's one engine, fed with display sets and cameras; no gestures. */
import {
  cache,
  Enums,
  eventTarget,
  getEffectiveRenderBackend,
  init,
  RenderingEngine,
  registerImageLoader,
  setRenderBackend,
  type Types,
  triggerEvent,
  utilities,
} from "@cornerstonejs/core";
import type { Camera, Size } from "../lib/planes";
import type { ViewportId } from "../wire/types";
import { bend, isBent, type Rendering } from "./bending";
import { installMetadata } from "./metadata";
import { isSoftware } from "./rasteriser";
import { type Screens, VIEWPORT_IDS } from "./screens";
import type { Series } from "./series";
import type { Turn } from "./turning";

type ResolvedView = {
  getSliceBasis(): { fitParallelScale: number };
  toICamera(): { parallelScale?: number };
};

/** The part of Cornerstone's PlanarViewport (5.14, not exported as a type) that is used here. */
type PlanarViewport = {
  setDisplaySets(set: { displaySetId: string; options?: object }): Promise<void>;
  removeData(displaySetId: string): void;
  setViewState(patch: object): void;
  setDisplaySetPresentation(displaySetId: string, presentation: object): void;
  getResolvedView(): ResolvedView | undefined;
  getDefaultActor(): { actor?: { getMapper(): { getInputData(): unknown } } } | undefined;
  resize(): void;
  bindings: Map<string, { rendering: Rendering }>;
};

// Our own shelf decides what stays in memory; Cornerstone's bound must never evict what is on screen.
const CACHE_BOUND_BYTES = 8 * 1024 ** 3;
// The CPU drawing of volumes takes the range's length for a LINEAR width, which is one more (PS3.3 C.11.2.1.2.1).
const CPU_SHORT = 1;
const ENGINE_ID = "consilium";

let isReady = false;

/** WebGL without a GPU is 2 to 4 times slower than Cornerstone's own CPU drawing. */
function hasGpu(): boolean {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl) return false;
  const names = gl.getExtension("WEBGL_debug_renderer_info");
  const renderer = String(gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return !isSoftware(renderer);
}

/** `?backend=gpu` or `?backend=cpu` in the room's address: for support, where a machine judges its own graphics wrongly. */
function wishedBackend(): string | null {
  const wished = new URLSearchParams(location.search).get("backend");
  return wished === "gpu" || wished === "cpu" ? wished : null;
}

function prepareCornerstone(): void {
  if (isReady) return;
  isReady = true;
  const planar = {
    renderBackend: wishedBackend() ?? (hasGpu() ? "gpu" : "cpu"),
    cpuVolume: { volumeModifiedThrottleMs: 0 },
  };
  // The type wants every field of the configuration; what is left out keeps its default.
  init({ rendering: { webGlContextCount: 1, planar } } as unknown as Types.Cornerstone3DConfig);
  cache.setMaxCacheSize(CACHE_BOUND_BYTES);
  installMetadata();
  // Cornerstone calls the loader for cached images too when it looks for a default window.
  registerImageLoader("dx", ((imageId: string) => ({
    promise: Promise.resolve(cache.getImage(imageId)),
  })) as unknown as Types.ImageLoaderFn);
}

export type ScreenEvents = { contextLost(): void };

export type Engine = { rendering: RenderingEngine; destroy(): void };

/** Made once for the page; its viewports are only ever added, since removing one draws the others at a wrong scale. */
export function createEngine(events: ScreenEvents): Engine {
  prepareCornerstone();
  const rendering = new RenderingEngine(ENGINE_ID);
  const fallBack = (): void => {
    setRenderBackend("cpu");
    events.contextLost();
  };
  eventTarget.addEventListener(Enums.Events.WEBGL_CONTEXT_LOST, fallBack);
  return {
    rendering,
    destroy() {
      eventTarget.removeEventListener(Enums.Events.WEBGL_CONTEXT_LOST, fallBack);
      rendering.destroy();
    },
  };
}

/** `nameOf`: the name of a viewport of this pane in the whole page. */
export function createScreens(
  { rendering: engine }: Engine,
  elements: Record<ViewportId, HTMLDivElement>,
  nameOf: (id: ViewportId) => string,
): Screens {
  const enabled = new Set<ViewportId>();
  const mounted = new Map<ViewportId, Mounted>();
  const wanted = new Map<ViewportId, Series>();

  const enable = (id: ViewportId): void => {
    if (enabled.has(id)) return;
    enabled.add(id);
    engine.enableElement({ viewportId: nameOf(id), type: Enums.ViewportType.PLANAR_NEXT, element: elements[id] });
  };
  const viewport = (id: ViewportId): PlanarViewport => engine.getViewport(nameOf(id)) as unknown as PlanarViewport;
  const size = (id: ViewportId): Size => ({ width: elements[id].clientWidth, height: elements[id].clientHeight });
  const setIdOf = (id: ViewportId, series: Series): string =>
    `${nameOf(id === "stack" ? "stack" : "axial")}:${series.key}`;

  return {
    isMounted(id, series, isBent) {
      const found = mounted.get(id);
      return found?.series === series && (isBent === null || found.isBent === isBent);
    },
    async mount(id, series, { frame, isBent }) {
      enable(id);
      const setId = setIdOf(id, series);
      wanted.set(id, series);
      mounted.delete(id);
      utilities.genericViewportDisplaySetMetadataProvider.add(setId, displaySet(id, series, frame));
      await viewport(id).setDisplaySets({ displaySetId: setId, options: drawnBy(id, series, isBent) });
      if (wanted.get(id) === series) mounted.set(id, { series, setId, isBent });
    },
    aim(id, { camera, turn, frame }) {
      const target = mounted.get(id);
      const { width, height } = size(id);
      const resolved = viewport(id).getResolvedView();
      if (!target || !resolved || width === 0 || height === 0) return;
      const wanted = (camera.mm_per_px * height) / 2;
      const scaleTo = (view: ResolvedView): [number, number] => {
        const scale = view.getSliceBasis().fitParallelScale / wanted;
        return [scale, scale];
      };
      viewport(id).setViewState({
        anchorWorld: camera.centre,
        anchorCanvas: [0.5, 0.5],
        scale: scaleTo(resolved),
        displayArea: undefined,
        flipHorizontal: turn.isMirrored,
        ...(frame === null ? throughVolume(camera) : ofStack(frame, turn, isOnCpu(id, target))),
      });
      // What "fit" means depends on the orientation, which may just have changed: a wrong scale must not stand.
      const reached = viewport(id).getResolvedView();
      const parallelScale = reached?.toICamera().parallelScale ?? wanted;
      if (reached && Math.abs(parallelScale / wanted - 1) > 1e-4)
        viewport(id).setViewState({ scale: scaleTo(reached) });
    },
    present(id, { lower, upper, isInverted, isSigmoid, curve }) {
      const target = mounted.get(id);
      if (!target) return;
      const { gain, kept } = target.series;
      const rendering = viewport(id).bindings.get(target.setId)?.rendering;
      if (rendering && isOnCpu(id, target)) bend(rendering, curve);
      const voiLUTFunction = isSigmoid ? Enums.VOILUTFunctionType.SAMPLED_SIGMOID : Enums.VOILUTFunctionType.LINEAR;
      const isOneShort = id !== "stack" && kept !== "float32" && getEffectiveRenderBackend() === "cpu";
      const voiRange = { lower: lower * gain, upper: upper * gain + (isOneShort ? CPU_SHORT : 0) };
      viewport(id).setDisplaySetPresentation(target.setId, { voiRange, invert: isInverted, voiLUTFunction });
    },
    refresh(id, series, frame) {
      const target = mounted.get(id);
      if (target?.series !== series) return;
      if (frame !== null) reloadImage(viewport(id), series.imageIds[frame] ?? "");
      // On the CPU an unchanged presentation set again is what makes the picture be computed anew.
      viewport(id).setDisplaySetPresentation(target.setId, {});
    },
    volumeChanged(series, isComplete) {
      const volumeId = series.volumeId();
      if (volumeId === null) return;
      series.settle();
      const name = isComplete ? Enums.Events.IMAGE_VOLUME_LOADING_COMPLETED : Enums.Events.IMAGE_VOLUME_MODIFIED;
      triggerEvent(eventTarget, name, { volumeId, FrameOfReferenceUID: series.header.frame_of_reference_uid ?? "" });
    },
    unmount(series) {
      for (const [id, target] of [...mounted]) {
        if (target.series !== series) continue;
        mounted.delete(id);
        viewport(id).removeData(target.setId);
      }
      for (const [id, asked] of [...wanted]) if (asked === series) wanted.delete(id);
      for (const id of VIEWPORT_IDS) utilities.genericViewportDisplaySetMetadataProvider.remove(setIdOf(id, series));
    },
    fit(id) {
      if (isFitting(elements[id])) return true;
      engine.resize(true, true);
      // The engine's own resize does nothing while a drawing is pending, leaves out viewports whose GPU canvas fits,
      // and makes the CPU canvas of a hidden viewport 0 x 0: drawn at that, a picture has another scale than it says.
      viewport(id).resize();
      return false;
    },
  };
}

/** Whether the canvas that is shown (one of two) has the pixels of its element. */
function isFitting(element: HTMLElement): boolean {
  const [width, height] = [element.clientWidth, element.clientHeight].map((side) =>
    Math.round(side * devicePixelRatio),
  );
  const shown = [...element.querySelectorAll("canvas")].find((canvas) => canvas.style.display !== "none");
  return !shown || !width || !height || (shown.width === width && shown.height === height);
}

/** Images whose grey curve is bent are drawn on the CPU everywhere: there it is exact (see `bend`). */
const isOnCpu = (id: ViewportId, { series, isBent: isToBend }: Mounted): boolean =>
  getEffectiveRenderBackend() === "cpu" || (id === "stack" && (isToBend || isBent(series.header)));

const drawnBy = (id: ViewportId, series: Series, isToBend: boolean): object =>
  id !== "stack" ? { orientation: id } : isToBend || isBent(series.header) ? { renderBackend: "cpu" } : {};

type Mounted = { series: Series; setId: string; isBent: boolean };

function displaySet(id: ViewportId, series: Series, frame: number): object {
  if (id === "stack") return { kind: "planar", imageIds: series.imageIds, initialImageIdIndex: frame };
  const volumeId = series.volumeId();
  // The layers of a resampled volume are images of their own.
  const imageIds = (volumeId && cache.getVolume(volumeId)?.imageIds) ?? series.imageIds;
  return { kind: "planar", imageIds, initialImageIdIndex: Math.min(frame, imageIds.length - 1), volumeId };
}

/**
 * Cornerstone turns the picture clockwise by these degrees and then flips it; its CPU drawing of images flips first, so
 * that a flipped picture has to be turned the other way.
 */
const ofStack = (frame: number, { quarters, isMirrored }: Turn, isCpu: boolean): object => ({
  slice: { kind: "stackIndex", imageIdIndex: frame },
  rotation: 90 * (isMirrored && isCpu ? (4 - quarters) % 4 : quarters),
});

function throughVolume(camera: Camera): object {
  return {
    orientation: { viewPlaneNormal: camera.normal, viewUp: camera.up },
    slice: { kind: "volumePoint", sliceWorldPoint: camera.centre },
  };
}

/** The GPU path copies an image when it first shows it; values that came later must be copied again. */
function reloadImage(viewport: PlanarViewport, imageId: string): void {
  const image = cache.getImage(imageId);
  const data = viewport.getDefaultActor()?.actor?.getMapper().getInputData() as { getPointData?: unknown } | undefined;
  if (!image || !data?.getPointData) return;
  utilities.updateVTKImageDataWithCornerstoneImage(data as never, image);
}
