/**
 * The image viewer of the room: opens stacks, shows the local user's and other people's views, tells what the hand does.
 *
 * The scene (scene.ts) is the truth and Cornerstone only draws it: nothing is ever told because Cornerstone reported a
 * change, so a view that came from outside cannot echo. `open` tells nothing either: who opens a stack on purpose reads
 * `view()` when it resolves. Points of images without a place in a patient (US, CR...) are millimetres of the image, or
 * pixels where no spacing is known: the middle of the first pixel is (0, 0, 0), +x along rows, +y down. Their plane has
 * normal (0, 0, -1) and up (0, -1, 0): as everywhere, the normal points to the reader and up x normal to the right.
 */
import type { Layout, Pointer, View, ViewportId } from "../wire/types";
import { activePane, onePane } from "../wire/view";
import { lowestQuality, type NamedPointer, type Quality } from "./captions";
import { warmDecoders } from "./decoders";
import { createDisplay, type Picture } from "./display";
import type { Begun } from "./download";
import { createDrawingBoard, type DrawingBoard, type DrawingEvents } from "./drawing/drawing";
import type { Failure } from "./failures";
import type { Tool } from "./gestures";
import { createHand } from "./hand";
import { createOpening, type Entry, type ImageName, type StackRef } from "./opening";
import type { Text } from "./overlay";
import { atImage, firstScene, resetScene, type Scene, withLayout, zoomed } from "./scene";
import { createScreens } from "./screens";
import type { Series } from "./series";
import { EVERYTHING, type Facets, followed, isSameStack, isSameView, paneOf } from "./sharing";
import { type SnapshotEntry, snapshotOf } from "./snapshot";
import { createStage } from "./stage";
import { createTeller } from "./telling";
import { createTimes, type Timing } from "./times";

export type { NamedPointer, Quality } from "./captions";
export type { DrawingEvents, Inked } from "./drawing/drawing";
export type { Tool } from "./gestures";
export type { ImageName, StackRef } from "./opening";
export type { Facets } from "./sharing";
export type { SnapshotEntry } from "./snapshot";
export type { Timing } from "./times";
export { warmDecoders };

/** What this screen shows, compared with the view asked for. */
export type ShowResult = "same" | "coarse" | "loading" | "elsewhere";

export type ViewerEvents = {
  /** By the local user's hand only; once a frame, and `settled` when it has rested for 150 ms. */
  viewChanged(view: View, settled: boolean): void;
  pointerMoved(pointer: Pointer | null): void;
  /** The lowest quality of the frames that are shown. */
  qualityChanged(quality: Quality): void;
  failed(code: Failure): void;
  /** Milliseconds since navigation; told again as each of the three is reached. */
  loaded(timing: Timing): void;
  newId(): string;
  drawing: DrawingEvents;
};

/** Annotations over the images: what is shown of them, and the tool that makes them. */
export type Drawings = Omit<DrawingBoard, "paint" | "destroy">;

export type Viewer = {
  /** Resolves when the image asked for is drawn, when loading has failed for good, or when another stack is opened.
   *  `begun`: the stack's pack beginning with this image, asked for before the viewer was there. */
  open(stack: StackRef, at?: ImageName, begun?: Begun): Promise<void>;
  view(): View | null;
  /** Takes over the parts named of somebody's view. Another series never counts as the same image. */
  show(view: View, facets: Facets): ShowResult;
  compare(view: View): ShowResult;
  /** False where planes through a volume are refused; `mprRefusal` tells why. */
  setLayout(layout: Layout): boolean;
  mprRefusal(): string | null;
  setWindow(window: { center: number; width: number }): void;
  setInvert(on: boolean): void;
  reset(): void;
  scroll(steps: number): void;
  zoomBy(factor: number): void;
  /** What the left button and one finger do. Until it is called: the window, and scrolling. */
  setTool(tool: Tool): void;
  setPointers(list: NamedPointer[]): void;
  drawings: Drawings;
  setActive(id: ViewportId): void;
  snapshotInfo(): SnapshotEntry[];
  resize(): void;
  destroy(): void;
};

export function createViewer(host: HTMLElement, events: ViewerEvents, text: Text): Viewer {
  const stage = createStage(host, text);
  const screens = createScreens(stage.screens, { contextLost: () => events.failed("context_lost") });
  const times = createTimes((timing) => events.loaded(timing));
  const display = createDisplay(stage, screens, text, {
    quality: events.qualityChanged,
    drawn: onDrawn,
    painted: (...at) => board.paint(...at),
    failed(error) {
      console.error(error);
      events.failed("drawing");
    },
  });
  const board = createDrawingBoard(
    stage,
    text,
    { picture, size: display.size, redraw: display.redraw, newId: events.newId },
    events.drawing,
  );
  const opening = createOpening({
    arrived: onArrived,
    better(entry, series, frame) {
      if (entry !== opening.current()) return;
      display.better(series, frame);
      times.better(series);
    },
    failed(entry, code) {
      if (entry !== opening.current()) return;
      events.failed(code);
      if (code !== "pack_retrying") settleOpen();
    },
    leaving: (series) => display.drop(series),
  });
  const teller = createTeller({
    view: () => view(),
    pointer: () => hand.pointer(),
    viewChanged: events.viewChanged,
    pointerMoved: events.pointerMoved,
  });
  const hand = createHand(stage, display, { picture, change, moved: () => teller.pointed() });
  let settleOpen: () => void = () => undefined;
  // A view of the stack being opened that came before its header.
  let early: { view: View; facets: Facets } | null = null;

  // ---- the scene -------------------------------------------------------------------------------------------------

  function picture(): Picture | null {
    const entry = opening.current();
    return entry?.series && entry.scene ? { series: entry.series, scene: entry.scene } : null;
  }

  const firstWindow = (series: Series): { center: number; width: number } => {
    const { center, width } = series.header.windows[0] ?? { center: 128, width: 256 };
    return { center, width };
  };

  function put(scene: Scene): void {
    const entry = opening.current();
    if (!entry?.series) return;
    entry.scene = scene;
    display.show({ series: entry.series, scene });
    // The hand rests over another place now, without having moved.
    teller.pointed();
  }

  /** A change by the local user's hand. */
  function change(by: (scene: Scene, series: Series) => Scene): void {
    const now = picture();
    if (!now) return;
    const next = by(now.scene, now.series);
    if (next === now.scene) return;
    put(next);
    teller.changed();
  }

  function onArrived(entry: Entry, series: Series): void {
    times.began(series);
    const { asked } = entry;
    const found = asked ? series.frameIndex(asked.sop_instance_uid, asked.frame) : -1;
    const frame = found >= 0 ? found : (series.header.chunks[0]?.[0] ?? 0);
    entry.scene = firstScene(series.geometry, { frame, window: firstWindow(series) });
    if (entry !== opening.current()) return;
    put(entry.scene);
    const waiting = activePane(early?.view ?? null);
    if (early && waiting && isSameStack(series.header, waiting)) show(early.view, early.facets);
    early = null;
  }

  function onDrawn(series: Series): void {
    times.drawn(series);
    settleOpen();
  }

  // ---- views of others -------------------------------------------------------------------------------------------

  const view = (): View | null => {
    const now = picture();
    return now && onePane(paneOf(now.scene, now.series, display.size));
  };

  function compareParts(view: View, facets: Facets): ShowResult {
    const asked = activePane(view);
    const now = picture();
    if (!asked || view.panes.length !== 1) return "elsewhere";
    if (!now) {
      const entry = opening.current();
      return entry && isSameStack(entry.ref, asked) ? "loading" : "elsewhere";
    }
    if (!isSameView(now.scene, now.series, asked, facets, display.size)) return "elsewhere";
    const quality = lowestQuality(now.scene, now.series);
    return quality === "full" ? "same" : quality;
  }

  function show(asked: View, facets: Facets): ShowResult {
    const now = picture();
    if (!now) {
      early = { view: asked, facets };
      return compareParts(asked, facets);
    }
    teller.forget();
    const pane = activePane(asked);
    const next = pane && followed(now.scene, now.series, pane, facets);
    if (next && next !== now.scene) put(next);
    return compareParts(asked, facets);
  }

  const setWindow = (window: { center: number; width: number }): void =>
    change((scene, series) => (series.header.values === "rgb8" ? scene : { ...scene, window }));

  const refusal = (): string | null => {
    const series = picture()?.series;
    if (!series) return "loading";
    if (series.volumeId() !== null) return null;
    return series.header.reason ?? (series.header.values === "rgb8" ? "colour" : "no_geometry");
  };

  const watch = new ResizeObserver(() => display.resized());
  watch.observe(stage.root);

  return {
    open(stack, at, begun) {
      settleOpen();
      early = null;
      const before = opening.current();
      const entry = opening.open(stack, at ?? null, begun ?? null);
      const drawn = new Promise<void>((resolve) => {
        settleOpen = resolve;
      });
      if (!entry.series || !entry.scene) display.show(null);
      else {
        const found = at ? entry.series.frameIndex(at.sop_instance_uid, at.frame) : -1;
        put(found >= 0 ? atImage(entry.scene, entry.series.geometry, found) : entry.scene);
      }
      if (before !== entry) teller.forget();
      return drawn;
    },
    view,
    show,
    compare: (asked) => compareParts(asked, EVERYTHING),
    setLayout(layout) {
      if (layout !== "stack" && refusal() !== null) return false;
      change((scene, series) => withLayout(scene, series.geometry, layout));
      return picture() !== null;
    },
    mprRefusal: refusal,
    setWindow,
    setInvert: (isInverted) =>
      change((scene, series) =>
        scene.isInverted === isInverted || series.header.values === "rgb8" ? scene : { ...scene, isInverted },
      ),
    reset: () => change((scene, series) => resetScene(scene, series.geometry, firstWindow(series))),
    scroll(steps) {
      const now = picture();
      if (now) hand.scroll(now.scene.active, steps);
    },
    zoomBy: (factor) =>
      change((scene, series) => {
        const id = scene.active;
        return zoomed(scene, series.geometry, { id, size: display.size(id), factor, around: null });
      }),
    setTool: hand.setTool,
    setPointers: (list) => display.pointers(list),
    drawings: board,
    setActive: hand.activate,
    snapshotInfo() {
      const now = picture();
      return now ? snapshotOf(now.scene, now.series, display.size) : [];
    },
    resize: () => display.resized(),
    destroy() {
      settleOpen();
      hand.destroy();
      board.destroy();
      watch.disconnect();
      teller.destroy();
      opening.destroy();
      display.destroy();
      screens.destroy();
      stage.destroy();
    },
  };
}
