/** Annotations of one pane: which lie on what is shown, the values beside them, and the pencil that makes them. */
import type { Camera, Size } from "../../lib/planes";
import { toWorld } from "../../lib/planes";
import type { AnnotationKind, Drawing, ViewportId } from "../../wire/types";
import type { Quality } from "../captions";
import type { Picture } from "../display";
import type { Lens } from "../lens";
import type { Text } from "../overlay";
import { cameraOf, shownViewports } from "../scene";
import { VIEWPORT_IDS } from "../screens";
import { inMemory } from "../series";
import type { Stage } from "../stage";
import { createGripping } from "./gripping";
import { createNudging, type Step } from "./nudging";
import { createPencil } from "./pencil";
import { drawingAt, isShown, type Refusal, refusalOf } from "./placing";
import { isCollapsed } from "./shapes";
import { createSheet, type Ink, type Sheet } from "./sheet";
import { wordsOf } from "./words";

/** An annotation as the viewer is given it. `isMine`: its points may be dragged. */
export type Inked = { annotation_id: string; drawing: Drawing; color: string; isMine: boolean; isSketch: boolean };

export type DrawingEvents = {
  sketched(annotation_id: string, drawing: Drawing | null): void;
  drawn(annotation_id: string, drawing: Drawing): void;
  changed(annotation_id: string, drawing: Drawing): void;
  selected(annotation_id: string | null): void;
  refused(why: Refusal | "too_small"): void;
};

export type DrawingBoard = {
  show(list: readonly Inked[]): void;
  setKind(kind: AnnotationKind | null, color: string): void;
  /** From outside, and so not told. */
  select(annotation_id: string | null): void;
  /** Moves what is selected and mine, in the active viewport, by so many pixels; false where there is nothing. */
  nudge(step: Step): boolean;
  /** The keyboard moves the next of its parts. */
  nextPart(): boolean;
  /** Ends what is half drawn, or else the selection; true when there was either. */
  escape(): boolean;
  /** What is measured, as text; null while its series is not the one shown. */
  words(drawing: Drawing): string[] | null;
  /** Draws over a viewport what lies on it. */
  paint(id: ViewportId, picture: Picture, camera: Camera, size: Size): void;
  destroy(): void;
};

export type DrawingWorld = {
  picture(): Picture | null;
  size(id: ViewportId): Size;
  /** How good the picture of a viewport is. */
  reached(id: ViewportId): Quality;
  redraw(): void;
  /** The one wished for where values have several (PET). */
  unit(): string | null;
  newId(): string;
  /** Enlarges what a finger covers; null puts the lens away. */
  lens: Lens["show"];
};

export function createDrawingBoard(stage: Stage, text: Text, world: DrawingWorld, events: DrawingEvents): DrawingBoard {
  const sheets = Object.fromEntries(VIEWPORT_IDS.map((id) => [id, createSheet(stage.overlays[id].element)])) as Record<
    ViewportId,
    Sheet
  >;
  let list: readonly Inked[] = [];
  let kind: AnnotationKind | null = null;
  let color = "";
  let selected: string | null = null;
  // What my hand makes now, or has made and the room has not told yet.
  let mine: { annotation_id: string; drawing: Drawing } | null = null;

  const shown = (): readonly Inked[] => {
    if (mine === null) return list;
    const { annotation_id } = mine;
    const others = list.filter((one) => one.annotation_id !== annotation_id);
    // What was there before may be moved without a tool, which would know a color.
    const before = list.find((one) => one.annotation_id === annotation_id);
    return [...others, { ...mine, color: before?.color ?? color, isMine: false, isSketch: true }];
  };

  const select = (annotation_id: string | null): void => {
    if (annotation_id === selected) return;
    nudging.settle();
    selected = annotation_id;
    world.redraw();
  };

  /** By my hand: told. */
  const pick = (annotation_id: string | null): void => {
    if (annotation_id === selected) return;
    select(annotation_id);
    events.selected(annotation_id);
  };

  /** What my hand has made is drawn at once, and told. */
  function showMine(annotation_id: string, drawing: Drawing, tell: DrawingEvents["drawn"]): void {
    mine = { annotation_id, drawing };
    tell(annotation_id, drawing);
    world.redraw();
  }

  // Nothing is drawn on a picture that is not (yet) the one asked for.
  const camera = (id: ViewportId): Camera | null => {
    const now = world.reached(id) === "loading" ? null : world.picture();
    return now && cameraOf(now.scene, now.series.geometry, id, world.size(id));
  };

  const isNothing = (id: ViewportId, drawing: Drawing): boolean => {
    const seen = camera(id);
    return seen !== null && isCollapsed(drawing, seen.mm_per_px);
  };

  const pencil = createPencil({
    isNothing(id, drawing) {
      const isSo = isNothing(id, drawing);
      if (isSo) events.refused("too_small");
      return isSo;
    },
    kind: () => kind,
    pointAt(id, { x_px, y_px }) {
      const seen = camera(id);
      return seen && toWorld(seen, world.size(id), x_px, y_px);
    },
    holdAt: (...at) => gripping.holdAt(...at),
    drawingAt(id, of, points) {
      const now = world.picture() as Picture;
      return drawingAt(of, points, { scene: now.scene, shown: now.series, id });
    },
    mayDraw(begun) {
      const now = world.picture();
      const why = now && refusalOf(begun, now.series);
      if (why) events.refused(why);
      return now !== null && why === null;
    },
    newId: world.newId,
    sketch(annotation_id, drawing) {
      mine = drawing && { annotation_id, drawing };
      events.sketched(annotation_id, drawing);
      world.redraw();
    },
    drawn: (annotation_id, drawing) => showMine(annotation_id, drawing, events.drawn),
    changed: (annotation_id, drawing) => showMine(annotation_id, drawing, events.changed),
    select: pick,
    magnified: (id, point) => world.lens(id, point && gripping.placeOf(id, point), true),
    hovered: (id, part) => stage.screens[id].toggleAttribute("data-grip", part !== null),
  });

  const linesOf = (drawing: Drawing, { series }: Picture, isFull: boolean): string[] =>
    wordsOf(drawing, inMemory(series) ?? series, { isFull, unit: world.unit() }, text);

  const gripping = createGripping({
    mine: () =>
      list
        .filter((one) => one.isMine)
        // What my hand has made stands before what the room has told of it.
        .map((one) => (mine?.annotation_id === one.annotation_id ? { ...one, drawing: mine.drawing } : one)),
    selected: () => selected,
    hasTool: () => kind !== null,
    active: () => world.picture()?.scene.active ?? null,
    camera,
    size: world.size,
    linesOn(id, drawing) {
      const now = world.picture();
      if (!now || !isShown(drawing, now.scene, now.series, id)) return null;
      return linesOf(drawing, now, world.reached(id) === "full");
    },
  });

  const nudging = createNudging({
    isNothing(drawing) {
      const id = world.picture()?.scene.active;
      return id !== undefined && isNothing(id, drawing);
    },
    target: gripping.target,
    way: gripping.way,
    sketch: (annotation_id, drawing) => showMine(annotation_id, drawing, events.sketched),
    changed: (annotation_id, drawing) => showMine(annotation_id, drawing, events.changed),
    later: (wait_ms, run) => window.setTimeout(run, wait_ms),
    cancel: (timer) => window.clearTimeout(timer),
  });

  const removers = VIEWPORT_IDS.map((id) => {
    const screen = stage.screens[id];
    return pencil.listen(id, screen.parentElement as HTMLElement, screen);
  });

  return {
    show(next) {
      // What my hand has made is in it now, or was refused.
      if (mine !== null && !next.some((one) => one.annotation_id === mine?.annotation_id && one.isSketch)) mine = null;
      list = next;
      world.redraw();
    },
    setKind(next, ink) {
      if (next !== kind) pencil.cancel();
      kind = next;
      color = ink;
      world.redraw();
    },
    escape() {
      if (pencil.cancel()) return true;
      const was = selected;
      pick(null);
      return was !== null;
    },
    select,
    nudge: (step) => nudging.nudge(step),
    nextPart() {
      const isDone = nudging.next();
      if (isDone) world.redraw();
      return isDone;
    },
    words(drawing) {
      const now = world.picture();
      if (!now) return null;
      const { series, scene } = now;
      if (series.header.series_uid !== drawing.series_uid || series.header.stack !== drawing.stack) return null;
      const there = inMemory(series);
      const frame = series.frameIndex(drawing.sop_instance_uid ?? "", drawing.frame ?? 1);
      // Without values it is the picture that must be good, and that of no other image.
      const isSeen = (id: ViewportId): boolean => isShown(drawing, scene, series, id) && world.reached(id) === "full";
      const isFull = there ? isComplete(there, frame) : shownViewports(scene).some(isSeen);
      return wordsOf(drawing, there ?? series, { isFull, unit: world.unit() }, text);
    },
    paint(id, { scene, series }, seen, size) {
      const isFull = world.reached(id) === "full";
      const inks = shown()
        .filter((one) => isShown(one.drawing, scene, series, id))
        .map((one): Ink => {
          const isSelected = one.annotation_id === selected;
          const hasHandles = isSelected || (kind !== null && (one.isMine || one.isSketch));
          const part = isSelected ? nudging.partOf(one.annotation_id) : null;
          return { ...one, lines: linesOf(one.drawing, { scene, series }, isFull), hasHandles, isSelected, part };
        });
      sheets[id].draw(seen, size, inks);
    },
    destroy() {
      nudging.settle();
      for (const remove of removers) remove();
    },
  };
}

const isComplete = ({ quality }: { quality: Int8Array }, frame: number): boolean =>
  frame >= 0 ? quality[frame] === 1 : quality.every((each) => each === 1);
