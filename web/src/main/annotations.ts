/** Annotations between room, viewer and panels: what is drawn for whom, and what the buttons and keys do with mine. */
import { said, t } from "../i18n/text";
import type { Live, Sketch } from "../room/live";
import type { AnnotationActions, Model } from "../ui/model";
import type { DrawingEvents, Inked, Viewer } from "../viewer/viewer";
import type { Annotation, Drawing, Pane } from "../wire/types";
import { activePane } from "../wire/view";
import type { Catalogue } from "./catalogue";

export type AnnotationParts = {
  model: Model;
  live(): Live;
  viewer(): Viewer | null;
  catalogue: Pick<Catalogue, "find">;
  colorOf(actor: string): string;
  toast(text: string): void;
};

export type Annotations = {
  actions: AnnotationActions;
  drawing: DrawingEvents;
  sketches(list: readonly Sketch[]): void;
  /** The room's annotations, or what I can undo, have changed. */
  update(): void;
};

export function createAnnotations(parts: AnnotationParts): Annotations {
  const { model, viewer } = parts;
  const me = model.page.actor;
  let sketches: readonly Sketch[] = [];

  const set = (change: Partial<Model["annotations"]["value"]>): void => {
    model.annotations.value = { ...model.annotations.value, ...change };
  };

  const find = (annotation_id: string): Annotation | undefined =>
    model.state.value.annotations.find((one) => one.annotation_id === annotation_id);

  const inks = (): Inked[] => {
    const { hidesOthers } = model.annotations.value;
    const standing = model.state.value.annotations
      // What its author moves now is drawn where their hand has it.
      .filter((one) => !sketches.some((sketch) => sketch.annotation_id === one.annotation_id))
      .map((one) => ({ ...one, drawing: parts.live().annotating.newest(one.annotation_id) ?? one.drawing }))
      .map((one) => ({ ...one, isMine: one.author === me, isSketch: false }));
    const moving = sketches.map((one) => ({ ...one, author: one.actor, isMine: false, isSketch: true }));
    return [...standing, ...moving]
      .filter((one) => !hidesOthers || one.author === me)
      .map(({ annotation_id, drawing, author, isMine, isSketch }) => ({
        annotation_id,
        drawing,
        color: parts.colorOf(author),
        isMine,
        isSketch,
      }));
  };

  const draw = (): void => viewer()?.drawings.show(inks());

  const update = (): void => {
    const { annotating } = parts.live();
    const { selected } = model.annotations.value;
    set({
      canUndo: annotating.canUndo(),
      canRedo: annotating.canRedo(),
      selected: selected !== null && find(selected) !== undefined ? selected : null,
    });
    draw();
  };

  const ask = (annotation_id: string, drawing: Drawing): void => set({ asking: { annotation_id, drawing } });

  return {
    update,
    sketches(list) {
      sketches = list;
      draw();
    },
    drawing: {
      sketched: (annotation_id, drawing) => parts.live().annotating.sketch(annotation_id, drawing),
      drawn(annotation_id, drawing) {
        if (drawing.kind === "text" || drawing.kind === "arrow") ask(annotation_id, drawing);
        else parts.live().annotating.draw(annotation_id, drawing);
      },
      changed: (annotation_id, drawing) => parts.live().annotating.change(annotation_id, drawing),
      selected: (selected) => set({ selected }),
      refused: (why) => parts.toast(t(`room.measure.${why}`)),
    },
    actions: {
      setMeasure(kind) {
        viewer()?.drawings.setKind(kind, parts.colorOf(me));
        set({ kind });
      },
      endMeasure: () => viewer()?.drawings.escape() ?? false,
      nudgeAnnotation: (step) => viewer()?.drawings.nudge(step),
      nextPart: () => viewer()?.drawings.nextPart(),
      undo: () => parts.live().annotating.undo(),
      redo: () => parts.live().annotating.redo(),
      removeAnnotation: (annotation_id) => parts.live().annotating.remove(annotation_id),
      editAnnotation(annotation_id) {
        const found = find(annotation_id);
        if (found) ask(annotation_id, found.drawing);
      },
      /** Null: the dialog was closed without words. */
      giveWords(text) {
        const { asking } = model.annotations.value;
        set({ asking: null });
        if (asking === null) return;
        const { annotation_id, drawing } = asking;
        const { annotating } = parts.live();
        const isNew = find(annotation_id) === undefined;
        if (text === null || (drawing.kind === "text" && text === "")) {
          if (isNew) annotating.sketch(annotation_id, null);
          draw();
        } else if (isNew) annotating.draw(annotation_id, { ...drawing, text });
        else annotating.change(annotation_id, { ...drawing, text });
      },
      hideOthers(hidesOthers) {
        set({ hidesOthers });
        draw();
      },
      goToAnnotation(annotation_id) {
        const found = find(annotation_id);
        if (found) void goTo(parts, found.drawing);
        viewer()?.drawings.select(annotation_id);
        set({ selected: annotation_id });
      },
      wordsOf: (drawing) => viewer()?.drawings.words(drawing) ?? null,
    },
  };
}

async function goTo({ live, viewer, catalogue, toast }: AnnotationParts, drawing: Drawing): Promise<void> {
  const isOpen = (pane: Pane | null): pane is Pane =>
    pane?.series_uid === drawing.series_uid && pane.stack === drawing.stack;
  if (!isOpen(activePane(viewer()?.view() ?? null))) {
    const stack = catalogue.find(drawing);
    if (stack === null) return toast(said("room.measure.not_here") ?? "");
    await live().open(stack);
  }
  if (drawing.sop_instance_uid === null) viewer()?.setLayout("mpr");
  else viewer()?.setLayout("stack");
  const view = viewer()?.view() ?? null;
  const pane = activePane(view);
  if (view === null || !isOpen(pane)) return;
  const { sop_instance_uid, frame } = drawing;
  const point = drawing.points[0] as [number, number, number];
  const viewports = pane.viewports.map((one) =>
    one.id === "stack" ? { ...one, sop_instance_uid, frame } : { ...one, point_world_mm: point },
  );
  const panes = view.panes.map((one, index) => (index === view.active ? { ...pane, viewports } : one));
  live().goTo({ ...view, panes });
}
