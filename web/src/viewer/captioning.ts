/** What is written and drawn over one viewport: letters, numbers, notices, marks of people, lines of other planes. */
import { edgeLetters } from "../lib/orientation";
import type { Camera, Plane, Size } from "../lib/planes";
import type { ObjectSource } from "../wire/objects";
import type { ViewportId } from "../wire/types";
import { tableOf } from "./bending";
import {
  gapWords,
  lettersOf,
  marksFor,
  type NamedPointer,
  type Quality,
  resampledWords,
  sliceWords,
  turnWords,
  windowWords,
} from "./captions";
import type { Picture } from "./display";
import { pixelScale } from "./drawing/calibration";
import { trustOf } from "./drawing/placing";
import { greyWords, planeGreyWords } from "./greys";
import { asLaid } from "./layers/laid";
import { markingsOf, markingWords } from "./layers/markings";
import { drawingsOf, objectWords } from "./layers/objects";
import { stateOver } from "./layers/state_grey";
import type { Caption, Text } from "./overlay";
import type { Laid } from "./registered";
import { planeOf, shownViewports } from "./scene";
import { inMemory } from "./series";
import { slabAt, slabWords } from "./slabs";
import type { Stack } from "./stack";
import type { Stage } from "./stage";
import { type Served, servedWords } from "./thin/pictures";
import { gripsIn } from "./tilting";

export type Captioned = {
  /** The server's picture that stands there; null where this machine draws. */
  served: Served;
  quality: Quality;
  pointers: NamedPointer[];
  /** In which unit PET is written. */
  unit: string | null;
  /** Planes of other panes that cut this one's. */
  cuts(frame_of_reference_uid: string | null): Plane[];
  laid: Laid;
};

type World = { objects: ObjectSource; text: Text };

export function caption(
  stage: Stage,
  { objects, text }: World,
  { series, scene }: Picture,
  at: { id: ViewportId; camera: Camera; size: Size },
  shown: Captioned,
): void {
  const { id, camera, size } = at;
  const overlay = stage.overlays[id];
  const { geometry, header } = series;
  const laid = asLaid(scene.layers.objects, objects);
  const there = inMemory(series);
  const isPlain = there !== null && !shown.served;
  const state = stateOver(scene, header, id, laid.shown);
  overlay.caption({
    letters: geometry.isInPatient ? edgeLetters(camera) : lettersOf(scene, header),
    slice: sliceWords(scene, geometry, id, text),
    window: windowWords(
      scene,
      header,
      { unit: shown.unit, curve: tableOf(scene, header, id)?.table.explanation ?? null },
      text,
    ),
    layers: [
      isPlain ? "" : slabWords(scene, id, text),
      gapWords(scene, series, id, text),
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
    quality: qualityWords({ series, scene }, id, shown, text),
    isBest: shown.quality === "full",
    scale: scaleOf(series, scene.frame, camera.mm_per_px, text),
  });
  overlay.layers(size, markingsOf(scene, series, at, state), drawingsOf(scene, series, at, laid.shown));
  overlay.marks(marksFor(shown.pointers, scene, series, { ...at, laid: shown.laid }, text));
  const others = scene.layout === "mpr" ? shownViewports(scene).filter((other) => other !== id) : [];
  const own = others.map((other) => planeOf(scene, geometry, other));
  const foreign = geometry.isInPatient ? shown.cuts(header.frame_of_reference_uid) : [];
  overlay.cuts(camera, size, [...own, ...foreign], gripsIn(scene, geometry, at));
}

/** What a length on the screen is; on a projection in millimetres that are not the patient's, which its bar says. */
function scaleOf(series: Stack, frame: number, mm_per_px: number, text: Text): Caption["scale"] {
  const pixel = pixelScale(series, frame);
  if (pixel === null) return null;
  const trust = trustOf(series.header);
  return { mm_per_px: pixel * mm_per_px, words: (mm) => text(`room.scale.${trust}`, { mm }) };
}

function qualityWords({ series, scene }: Picture, id: ViewportId, { served, quality }: Captioned, text: Text): string {
  if (inMemory(series) === null) return servedWords(served, text);
  if (slabAt(scene, id)) return served ? servedWords(served, text) : text("room.slab.waiting");
  return quality === "full" ? "" : text(`room.quality.${quality}`);
}
