/** Brings a scene onto the screens: mounts, aims, windows, captions; draws once a frame however often it is asked. */
import { edgeLetters } from "../lib/orientation";
import type { Camera, Plane, Size } from "../lib/planes";
import type { ObjectSource } from "../wire/objects";
import type { PresentationState, ViewportId } from "../wire/types";
import { tableOf } from "./bending";
import {
  lettersOf,
  lowestOf,
  marksFor,
  type NamedPointer,
  type Quality,
  qualityOf,
  resampledWords,
  sliceWords,
  turnWords,
  windowWords,
} from "./captions";
import { greyOf, greyWords, isGreyBent, planeGreyWords } from "./greys";
import { asLaid } from "./layers/laid";
import { markingsOf, markingWords } from "./layers/markings";
import { drawingsOf, objectWords } from "./layers/objects";
import { stateOver } from "./layers/state_grey";
import type { Text } from "./overlay";
import { cameraOf, planeOf, type Scene, shownViewports, turnAt } from "./scene";
import { type Presentation, type Screens, VIEWPORT_IDS } from "./screens";
import { inMemory, type Series } from "./series";
import { slabAt, slabWords } from "./slabs";
import type { Stack } from "./stack";
import type { Stage } from "./stage";
import { type Pictures, servedWords } from "./thin/pictures";
import { gripsIn } from "./tilting";

/** `series`: drawn from its values where they are in memory. */
export type Picture = { series: Stack; scene: Scene };

export type Display = {
  /** Draws this from the next frame on; null empties the screens. */
  show(picture: Picture | null): void;
  pointers(list: NamedPointer[]): void;
  /** In which unit PET is written. */
  uptakeUnit(unit: string): void;
  /** A frame of the shown series has come or become better. */
  better(series: Series, frame: number): void;
  /** The series leaves memory. */
  drop(series: Series): void;
  size(id: ViewportId): Size;
  /** How good the picture of this viewport is, or would be of another scene. */
  reached(id: ViewportId, at?: Picture): Quality;
  /** From values to grey levels, as this viewport draws them; a curve that is still being unpacked is not drawn. */
  presentation(id: ViewportId, scene: Scene, series: Series): Presentation;
  /** What is to be seen there now, which may be what was asked for before; null with nothing there. */
  seen(id: ViewportId): Picture | null;
  /** What lies over the pictures is drawn anew: another pane has moved. */
  redraw(): void;
  resized(): void;
  destroy(): void;
};

export type DisplayEvents = {
  quality(quality: Quality): void;
  /** A picture with data of its own has been drawn on every viewport that is shown. */
  drawn(series: Stack): void;
  /** A viewport's own marks are drawn: whatever else lies over it follows. */
  painted(id: ViewportId, picture: Picture, camera: Camera, size: Size): void;
  /** Planes of other panes, in a frame of reference, that cut this one's. */
  cuts(frame_of_reference_uid: string | null): Plane[];
  /** Cornerstone cannot take the series in. */
  failed(error: unknown): void;
};

// Less often than this while a series streams in: on a software rasteriser drawing would take the decoders' time.
const STREAM_MS = 150;
// Drawing may take a quarter of the time meanwhile.
const STREAM_SHARE = 3;
const MAX_TRIES = 20;

/** `screens` draw values, from when there are any; `pictures` come from the server. */
export type DisplayWorld = { screens(): Screens | null; pictures: Pictures; objects: ObjectSource; text: Text };

export function createDisplay(stage: Stage, world: DisplayWorld, events: DisplayEvents): Display {
  const { pictures, screens, objects, text } = world;
  let picture: Picture | null = null;
  let pointers: NamedPointer[] = [];
  let unit: string | null = null;
  let frame = 0;
  let stream = 0;
  let streamed_ms = 0;
  let quality: Quality | null = null;
  let arranged = "";
  // What stands in Cornerstone already, by viewport: setting it again would draw again.
  const aimed = new Map<ViewportId, string>();
  const presented = new Map<ViewportId, string>();
  const mounting = new Map<ViewportId, { series: Series; isBent: boolean }>();
  const changed = new Set<number>();
  let isVolumeStale = false;
  let tries = 0;

  const later = (): void => {
    if (frame === 0) frame = requestAnimationFrame(draw);
  };

  function arrange(scene: Scene): void {
    const wanted = `${scene.layout} ${scene.active}`;
    if (wanted === arranged) return;
    arranged = wanted;
    stage.arrange(scene.layout, scene.active);
    resized();
  }

  function resized(): void {
    aimed.clear();
    tries = MAX_TRIES;
    later();
  }

  /** A GPU canvas gets its size with its next drawing only: looked at again, but not for ever. */
  function adjust(id: ViewportId): void {
    if (screens()?.fit(id) ?? true) return;
    aimed.delete(id);
    if (tries-- > 0) later();
  }

  function draw(): void {
    frame = 0;
    if (picture === null) {
      for (const id of VIEWPORT_IDS) clear(id);
      return;
    }
    const { scene } = picture;
    const series = inMemory(picture.series);
    for (const id of shownViewports(scene)) drawViewport(id, picture);
    for (const id of VIEWPORT_IDS) if (!shownViewports(scene).includes(id)) pictures.hide(id);
    if (series && isVolumeStale && scene.layout !== "stack") volumeChanged(series);
    tellQuality(picture);
  }

  function clear(id: ViewportId): void {
    pictures.hide(id);
    stage.blank(id, true);
  }

  function drawViewport(id: ViewportId, picture: Picture): void {
    const { scene, series } = picture;
    const size = stage.size(id);
    const there = inMemory(series);
    if (there) {
      drawValues(id, there, scene, cameraOf(scene, series.geometry, id, size));
      if (!slabAt(scene, id)) pictures.hide(id);
      else if (pictures.show(id, { stack: series, scene, size, hasOwn: true })) stage.blank(id, false);
    } else {
      const served = pictures.show(id, { stack: series, scene, size, hasOwn: false });
      stage.blank(id, served === null);
    }
    const seen = seenAt(id, picture);
    drawOverlay(id, seen, cameraOf(seen.scene, series.geometry, id, size), size);
  }

  /** A picture of the server keeps its own words until the one that was asked for is there. */
  function seenAt(id: ViewportId, picture: Picture): Picture {
    const scene = inMemory(picture.series) ? null : pictures.served(id)?.scene;
    return scene ? { ...picture, scene } : picture;
  }

  function drawValues(id: ViewportId, series: Series, scene: Scene, camera: Camera): void {
    const state = stateHere(id, scene, series);
    const isBent = isGreyBent(scene, series, { id, state });
    if (!screens()?.isMounted(id, series, isBent)) {
      stage.blank(id, true);
      mount(id, series, scene, isBent);
    } else {
      adjust(id);
      present(id, series, scene);
      aim(id, camera, scene);
      const isEmpty = id === "stack" ? series.quality[scene.frame] === -1 : series.quality.every((each) => each === -1);
      stage.blank(id, isEmpty);
    }
  }

  function reached(id: ViewportId, { scene, series }: Picture): Quality {
    const there = inMemory(series);
    if (there && !slabAt(scene, id)) return qualityOf(scene, there, id);
    // Of a scene that has not been drawn nothing is there.
    const served = series === picture?.series ? pictures.served(id) : null;
    return served?.wanted === scene ? served.quality : "loading";
  }

  const stateHere = (id: ViewportId, scene: Scene, series: Stack): PresentationState | null =>
    stateOver(scene, series.header, id, asLaid(scene.layers.objects, objects).shown);

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
        (error: unknown) => {
          // It stays in `mounting`, so that it is not tried again at every frame; a series that has left is no loss.
          if (picture?.series !== series) return;
          events.failed(error);
        },
      );
  }

  function present(id: ViewportId, series: Series, scene: Scene): void {
    const presentation = greyOf(scene, series, { id, state: stateHere(id, scene, series) }, later);
    const { curve, ...line } = presentation;
    const wanted = JSON.stringify([line, curve?.name]);
    if (presented.get(id) === wanted) return;
    presented.set(id, wanted);
    if (series.blank(line.isInverted)) isVolumeStale = true;
    screens()?.present(id, presentation);
  }

  function aim(id: ViewportId, camera: Camera, scene: Scene): void {
    const slice = id === "stack" ? scene.frame : null;
    const wanted = JSON.stringify([camera, slice]);
    if (aimed.get(id) === wanted) return;
    aimed.set(id, wanted);
    screens()?.aim(id, { camera, turn: turnAt(scene, id), frame: slice });
  }

  function drawOverlay(id: ViewportId, { series, scene }: Picture, camera: Camera, size: Size): void {
    const overlay = stage.overlays[id];
    const { geometry, header } = series;
    const laid = asLaid(scene.layers.objects, objects);
    const there = inMemory(series);
    const isPlain = there !== null && !pictures.served(id);
    const state = stateOver(scene, header, id, laid.shown);
    overlay.caption({
      letters: geometry.isInPatient ? edgeLetters(camera) : lettersOf(scene, header),
      slice: sliceWords(scene, geometry, id, text),
      window: windowWords(scene, header, { unit, curve: tableOf(scene, header, id)?.table.explanation ?? null }, text),
      layers: [
        isPlain ? "" : slabWords(scene, id, text),
        resampledWords(header, id, text),
        planeGreyWords(scene, header, id, text),
        isPlain && there ? greyWords(scene, there, { id, state }, text) : "",
        turnWords(scene, id, text),
        markingWords(scene, header, { id, state }, text),
        objectWords(scene, series, id, laid.shown, text),
        laid.words(text),
      ]
        .filter(Boolean)
        .join("\n"),
      quality: qualityWords(id, { series, scene }),
      isBest: reached(id, { series, scene }) === "full",
      mm_per_px: geometry.hasSpacing ? camera.mm_per_px : null,
    });
    const at = { id, camera, size };
    overlay.layers(size, markingsOf(scene, series, at, state), drawingsOf(scene, series, at, laid.shown));
    overlay.marks(marksFor(pointers, scene, series, { id, camera, size }, text));
    const others = scene.layout === "mpr" ? shownViewports(scene).filter((other) => other !== id) : [];
    const own = others.map((other) => planeOf(scene, geometry, other));
    const foreign = geometry.isInPatient ? events.cuts(header.frame_of_reference_uid) : [];
    overlay.cuts(camera, size, [...own, ...foreign], gripsIn(scene, geometry, at));
    events.painted(id, { series, scene }, camera, size);
  }

  function qualityWords(id: ViewportId, shown: Picture): string {
    const served = pictures.served(id);
    if (inMemory(shown.series) === null) return servedWords(served, text);
    if (slabAt(shown.scene, id)) return served ? servedWords(served, text) : text("room.slab.waiting");
    const quality = reached(id, shown);
    return quality === "full" ? "" : text(`room.quality.${quality}`);
  }

  function tellQuality(picture: Picture): void {
    const { series, scene } = picture;
    const lowest = lowestOf(shownViewports(scene).map((id) => reached(id, picture)));
    const there = inMemory(series);
    const isDrawn = shownViewports(scene).every((id) => there === null || screens()?.isMounted(id, there, null));
    if (lowest !== "loading" && isDrawn) events.drawn(series);
    if (lowest === quality) return;
    quality = lowest;
    events.quality(lowest);
  }

  function volumeChanged(series: Series): void {
    isVolumeStale = false;
    const started = performance.now();
    screens()?.volumeChanged(
      series,
      series.quality.every((each) => each === 1),
    );
    streamed_ms = performance.now() - started;
  }

  /** What has come since the last time is drawn together. */
  function flushStream(): void {
    stream = 0;
    if (picture === null) return;
    const { scene } = picture;
    const series = inMemory(picture.series);
    if (series === null) return;
    series.renew(changed);
    isVolumeStale = true;
    if (scene.layout === "stack" && changed.has(scene.frame)) screens()?.refresh("stack", series, scene.frame);
    changed.clear();
    later();
  }

  return {
    show(next) {
      if (next?.series !== picture?.series) {
        quality = null;
        changed.clear();
        isVolumeStale = true;
        for (const id of VIEWPORT_IDS) clear(id);
      }
      picture = next;
      // Now, not at the next frame: a hidden tab has none, and the sizes of a new layout are told with its view.
      if (next) arrange(next.scene);
      later();
    },
    uptakeUnit(wished) {
      unit = wished;
      later();
    },
    pointers(list) {
      pointers = list;
      later();
    },
    better(series, index) {
      if (picture?.series !== series) return;
      changed.add(index);
      const isLookedAt = picture.scene.layout === "stack" && picture.scene.frame === index;
      if (isLookedAt) clearTimeout(stream);
      if (isLookedAt || stream === 0) {
        const wait = Math.max(STREAM_MS, STREAM_SHARE * streamed_ms);
        stream = window.setTimeout(flushStream, isLookedAt ? 0 : wait);
      }
    },
    drop(series) {
      screens()?.unmount(series);
      for (const [id, asked] of [...mounting]) if (asked.series === series) mounting.delete(id);
    },
    size: stage.size,
    reached: (id, at = picture ?? undefined) => (at ? reached(id, at) : "loading"),
    presentation: (id, scene, series) => greyOf(scene, series, { id, state: stateHere(id, scene, series) }, later),
    seen: (id) => picture && (inMemory(picture.series) || pictures.served(id) ? seenAt(id, picture) : null),
    redraw: later,
    resized,
    destroy() {
      cancelAnimationFrame(frame);
      clearTimeout(stream);
      picture = null;
    },
  };
}
