/** Shows a scene in a pane: values on the screens, pictures of the server, words over them; once a frame however often asked. */
import type { Camera, Plane, Size } from "../lib/planes";
import type { ObjectSource } from "../wire/objects";
import type { PresentationState, ViewportId } from "../wire/types";
import { caption } from "./captioning";
import { lowestOf, type NamedPointer, type Quality, qualityOf } from "./captions";
import { greyOf } from "./greys";
import { asLaid } from "./layers/laid";
import { stateOver } from "./layers/state_grey";
import type { Text } from "./overlay";
import type { Laid } from "./registered";
import { cameraOf, type Scene, shownViewports } from "./scene";
import { createScreening } from "./screening";
import { type Presentation, type Screens, VIEWPORT_IDS } from "./screens";
import { inMemory, type Series } from "./series";
import { slabAt } from "./slabs";
import type { Stack } from "./stack";
import type { Stage } from "./stage";
import type { Pictures } from "./thin/pictures";

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
  laid: Laid;
  /** Cornerstone cannot take the series in. */
  failed(error: unknown): void;
};

// Less often than this while a series streams in: on a software rasteriser drawing would take the decoders' time.
const STREAM_MS = 150;
// Drawing may take a quarter of the time meanwhile.
const STREAM_SHARE = 3;

/** `screens` draw values, from when there are any; `pictures` come from the server. */
export type DisplayWorld = { screens(): Screens | null; pictures: Pictures; objects: ObjectSource; text: Text };

export function createDisplay(stage: Stage, world: DisplayWorld, events: DisplayEvents): Display {
  const { pictures, screens, objects } = world;
  let picture: Picture | null = null;
  let pointers: NamedPointer[] = [];
  let unit: string | null = null;
  let frame = 0;
  let stream = 0;
  let quality: Quality | null = null;
  let arranged = "";
  const changed = new Set<number>();

  const later = (): void => {
    if (frame === 0) frame = requestAnimationFrame(draw);
  };

  const stateHere = (id: ViewportId, scene: Scene, series: Stack): PresentationState | null =>
    stateOver(scene, series.header, id, asLaid(scene.layers.objects, objects).shown);

  const screening = createScreening(stage, {
    screens,
    stateOf: stateHere,
    later,
    // A series that has left is no loss.
    failed: (series, error) => picture?.series === series && events.failed(error),
  });

  function arrange(scene: Scene): void {
    const wanted = `${scene.layout} ${scene.active}`;
    if (wanted === arranged) return;
    arranged = wanted;
    stage.arrange(scene.layout, scene.active);
    screening.resized();
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
    if (series && screening.isVolumeStale() && scene.layout !== "stack") screening.tellVolume(series);
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
      screening.draw(id, there, scene, cameraOf(scene, series.geometry, id, size));
      if (!slabAt(scene, id)) pictures.hide(id);
      else if (pictures.show(id, { stack: series, scene, size, hasOwn: true })) stage.blank(id, false);
    } else {
      const served = pictures.show(id, { stack: series, scene, size, hasOwn: false });
      stage.blank(id, served === null);
    }
    const seen = seenAt(id, picture);
    const camera = cameraOf(seen.scene, series.geometry, id, size);
    const served = pictures.served(id);
    const quality = reached(id, seen);
    caption(stage, world, seen, { id, camera, size }, { ...events, served, quality, pointers, unit });
    events.painted(id, seen, camera, size);
  }

  /** A picture of the server keeps its own words until the one that was asked for is there. */
  function seenAt(id: ViewportId, picture: Picture): Picture {
    const scene = inMemory(picture.series) ? null : pictures.served(id)?.scene;
    return scene ? { ...picture, scene } : picture;
  }

  function reached(id: ViewportId, { scene, series }: Picture): Quality {
    const there = inMemory(series);
    if (there && !slabAt(scene, id)) return qualityOf(scene, there, id);
    // Of a scene that has not been drawn nothing is there.
    const served = series === picture?.series ? pictures.served(id) : null;
    return served?.wanted === scene ? served.quality : "loading";
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

  /** What has come since the last time is drawn together. */
  function flushStream(): void {
    stream = 0;
    if (picture === null) return;
    const { scene } = picture;
    const series = inMemory(picture.series);
    if (series === null) return;
    series.renew(changed);
    screening.touchVolume();
    if (scene.layout === "stack" && changed.has(scene.frame)) screens()?.refresh("stack", series, scene.frame);
    changed.clear();
    later();
  }

  return {
    show(next) {
      if (next?.series !== picture?.series) {
        quality = null;
        changed.clear();
        screening.touchVolume();
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
        const wait = Math.max(STREAM_MS, STREAM_SHARE * screening.took_ms());
        stream = window.setTimeout(flushStream, isLookedAt ? 0 : wait);
      }
    },
    drop: screening.drop,
    size: stage.size,
    reached: (id, at = picture ?? undefined) => (at ? reached(id, at) : "loading"),
    presentation: (id, scene, series) => greyOf(scene, series, { id, state: stateHere(id, scene, series) }, later),
    seen: (id) => picture && (inMemory(picture.series) || pictures.served(id) ? seenAt(id, picture) : null),
    redraw: later,
    resized: screening.resized,
    destroy() {
      cancelAnimationFrame(frame);
      clearTimeout(stream);
      picture = null;
    },
  };
}
