/**
 * One pane: a stack as one or three viewports, what the hand does over it, and what others' panes make it show.
 *
 * The scene (scene.ts) is the truth and Cornerstone only draws it: nothing is ever told because Cornerstone reported a
 * change, so a view that came from outside cannot echo. Points of images without a place in a patient (US, CR...) are
 * millimetres of the image, or pixels where no spacing is known: the middle of the first pixel is (0, 0, 0), +x along
 * rows, +y down. Their plane has normal (0, 0, -1) and up (0, -1, 0): as everywhere, the normal points to the reader and
 * up x normal to the right.
 */
import type { Plane } from "../lib/planes";
import { type FullLayers, layersOf } from "../wire/layers";
import type { ObjectSource } from "../wire/objects";
import type { Layout, Pane as PaneView, Pointer, PresentationState, Slab, ViewportId } from "../wire/types";
import { lowestOf, type NamedPointer, type Quality } from "./captions";
import { createCine, intervalOf } from "./cine";
import { createDisplay, type Picture } from "./display";
import type { Begun } from "./download";
import { createDrawingBoard, type DrawingBoard, type DrawingEvents } from "./drawing/drawing";
import type { Failure } from "./failures";
import type { Tool } from "./gestures";
import { type Change, sceneAfter } from "./growing";
import { createHand } from "./hand";
import { stateApplied } from "./layers/applying";
import { arrivalOf, isBentByState } from "./layers/laid";
import { createLens } from "./lens";
import type { Hold, ImageName, Library, StackRef } from "./library";
import type { Text } from "./overlay";
import type { RegionRefusal } from "./regions";
import {
  atImage,
  atStep,
  carriedTo,
  firstScene,
  frameWanted,
  resetScene,
  type Scene,
  shownViewports,
  stepOf,
  turnAt,
  withLayout,
  withTurn,
  zoomed,
} from "./scene";
import { type Screens, VIEWPORT_IDS } from "./screens";
import { inMemory, type Series } from "./series";
import { type Facets, followed, isSameStack, isSameView, paneOf } from "./sharing";
import { slabAt, withSlab } from "./slabs";
import { type SnapshotEntry, snapshotOf } from "./snapshot";
import { canReformat, type Stack, seriesKey } from "./stack";
import { createStage } from "./stage";
import { standingOf } from "./standing";
import type { OpenedStacks } from "./thin/opened";
import { createPictures, type PictureRoom } from "./thin/pictures";
import { straightened, tilted } from "./tilting";
import type { Turn } from "./turning";
import { valueWords } from "./value";

/** What this screen shows, compared with the view asked for. */
export type ShowResult = "same" | "coarse" | "loading" | "elsewhere";

export type PaneEvents = {
  /** By the local user's hand, from one scene to the next. */
  changed(before: Scene, after: Scene): void;
  /** The hand points elsewhere, or at something else. */
  pointed(): void;
  regionRefused(why: RegionRefusal): void;
  quality(): void;
  failed(code: Failure): void;
  /** The stack has other images than before. */
  grown(change: Change): void;
  began(stack: Stack): void;
  better(series: Series): void;
  drawn(series: Stack): void;
  /** Planes of other panes in this frame of reference. */
  cuts(frame_of_reference_uid: string | null): Plane[];
  drawing: DrawingEvents;
};

export type Pane = {
  /** The stack that was asked for, there or not. */
  stack(): StackRef | null;
  /** Resolves when the image asked for is drawn, when loading has failed for good, or when another stack is opened. */
  open(stack: StackRef, at?: ImageName | null, begun?: Begun | null): Promise<void>;
  close(): void;
  picture(): Picture | null;
  /** As asked for, until its header has come. */
  view(): PaneView | null;
  show(view: PaneView, facets: Facets): void;
  compare(view: PaneView, facets: Facets): ShowResult;
  quality(): Quality;
  /** Not by the hand: linked scrolling. */
  put(scene: Scene): void;
  change(by: (scene: Scene, series: Stack) => Scene): void;
  setLayout(layout: Layout): boolean;
  mprRefusal(): string | null;
  setWindow(window: { center: number; width: number }): void;
  setInvert(on: boolean): void;
  /** Of the active plane; null draws it thin again. */
  setSlab(slab: Slab | null): void;
  reset(): void;
  /** Turns the active viewport. */
  turn(how: (turn: Turn) => Turn): void;
  /** Planes through the volume, about the active one's normal. */
  tilt(degrees: number): void;
  straighten(): void;
  /** Goes through the active viewport by itself at so many times its own speed; null stops. */
  play(speed: number | null): void;
  isPlaying(): boolean;
  scroll(steps: number): void;
  zoomBy(factor: number): void;
  setTool(tool: Tool): void;
  /** What lies over the images; `state`: a presentation state that has come with it and gives its window. */
  setLayers(layers: FullLayers, state?: PresentationState): void;
  setUptakeUnit(unit: string): void;
  setPointers(list: NamedPointer[]): void;
  drawings: Omit<DrawingBoard, "paint" | "destroy">;
  pointer(): Pointer | null;
  setActive(id: ViewportId): void;
  /** The pane becomes the one whose stack is fetched first. */
  activate(): void;
  snapshot(): SnapshotEntry[];
  /** The stack is held anew: it is drawn by another one now (see `PaneWorld.library`), where it stood. */
  reopen(): void;
  redraw(): void;
  resized(): void;
  drop(series: Series): void;
  destroy(): void;
};

export type PaneWorld = {
  /** Where values are drawn on this machine, once that is so. */
  screens(elements: Record<ViewportId, HTMLDivElement>): Screens | null;
  /** Of whole stacks, or of stacks that the server draws. */
  library(): Library;
  opened: OpenedStacks;
  room: PictureRoom;
  objects: ObjectSource;
  text: Text;
  nameOf(id: ViewportId): string;
  newId(): string;
};

export function createPane(host: HTMLElement, world: PaneWorld, events: PaneEvents): Pane {
  const stage = createStage(host, world.text);
  let screens: Screens | null = null;
  const pictures = createPictures(stage.frames, {
    room: world.room,
    source: () => hold && world.opened.source(hold.ref),
    painted: () => display.redraw(),
    failed: (code) => events.failed(code),
    stale: () => hold && world.opened.reopen(hold.key),
  });
  const getScreens = (): Screens | null => {
    screens ??= world.screens(stage.screens);
    return screens;
  };
  const display = createDisplay(
    stage,
    { screens: getScreens, pictures, objects: world.objects, text: world.text },
    {
      quality: events.quality,
      drawn(series) {
        events.drawn(series);
        settleOpen();
      },
      failed(error) {
        console.error(error);
        events.failed("drawing");
      },
      cuts: events.cuts,
      painted(...at) {
        board.paint(...at);
        tellValue(at[0]);
      },
    },
  );
  const cine = createCine({
    place: () => inActive((at, series) => stepOf(at, series.geometry, at.active)),
    isThere: (index) =>
      inActive((at, series) => {
        // What the server draws is there when it has been asked for: the next one, when this one has come.
        const isServed = inMemory(series) === null || slabAt(at, at.active) !== null;
        const scene = isServed ? at : atStep(at, series.geometry, at.active, index);
        return display.reached(at.active, { scene, series });
      }) !== "loading",
    goTo: (index) => change((at, series) => atStep(at, series.geometry, at.active, index)),
    later: (wait_ms, run) => window.setTimeout(run, wait_ms),
    cancel: (timer) => window.clearTimeout(timer),
  });
  const lens = createLens(stage, display, picture);
  const { size, reached, redraw } = display;
  const board = createDrawingBoard(
    stage,
    world.text,
    { picture, size, reached, redraw, newId: world.newId, lens: lens.show },
    events.drawing,
  );
  const hand = createHand(stage, display, {
    picture,
    seen: display.seen,
    change,
    moved() {
      for (const id of VIEWPORT_IDS) tellValue(id);
      events.pointed();
    },
    scrolling: cine.stop,
    refused: events.regionRefused,
    lens: lens.show,
  });
  // Where the reader stood in the stacks that were here before.
  const scenes = new Map<string, Scene>();
  let hold: Hold | null = null;
  let scene: Scene | null = null;
  let asked: ImageName | null = null;
  let unit: string | null = null;
  let settleOpen: () => void = () => undefined;
  // What stood here before a stack of the same series that shows the same places was opened.
  let cameFrom: Picture | null = null;
  // Where the reader stands in a stack that is held anew.
  let resumed: Scene | null = null;
  // A view of the stack being opened that came before its header.
  let early: { view: PaneView; facets: Facets } | null = null;

  function picture(): Picture | null {
    const series = hold?.series();
    return series && scene ? { series, scene } : null;
  }

  function inActive<Found>(read: (scene: Scene, series: Stack) => Found): Found | null {
    const now = picture();
    return now && read(now.scene, now.series);
  }

  function tellValue(id: ViewportId): void {
    const now = picture();
    const point = now && hand.pointAt(id);
    const at = point && { id, point, unit };
    // A slab's pixels are no voxel's value.
    const there = now && slabAt(now.scene, id) === null ? inMemory(now.series) : null;
    stage.overlays[id].value(there && at ? valueWords(now.scene, there, at, world.text) : "");
  }

  function put(next: Scene): void {
    const series = hold?.series();
    if (!hold || !series) return;
    scene = next;
    scenes.set(hold.key, next);
    hold.want(frameWanted(next, series.geometry));
    display.show({ series, scene: next });
    // The hand rests over another place now, without having moved.
    events.pointed();
  }

  function change(by: (scene: Scene, series: Stack) => Scene): void {
    const now = picture();
    if (!now) return;
    const next = by(now.scene, now.series);
    if (next === now.scene) return;
    put(next);
    events.changed(now.scene, next);
  }

  function arrived(series: Stack, before: Stack | null): void {
    if (before && scene) {
      grown(scene, series, before);
      return;
    }
    events.began(series);
    put(placeIn(series, asked));
    if (early && isSameStack(series.header, early.view)) show(early.view, early.facets);
    early = null;
    events.quality();
  }

  function grown(at: Scene, series: Stack, before: Stack): void {
    const after = sceneAfter(at, before, series);
    put(after.scene);
    events.grown(after.change);
    events.quality();
  }

  /** At the image asked for; else where the reader came from, where they stood before, or where the pack begins. */
  function placeIn(series: Stack, at: ImageName | null): Scene {
    const found = at ? series.frameIndex(at.sop_instance_uid, at.frame) : -1;
    const { chunks, frames } = series.header;
    const first = chunks[0]?.[0] ?? Math.floor(frames.length / 2);
    const carried = cameFrom && carriedTo(cameFrom.scene, cameFrom.series.geometry, series.geometry);
    const fresh = firstLook(series, found >= 0 ? found : first);
    const before = resumed ?? carried ?? scenes.get(series.key) ?? firstScene(series.geometry, fresh);
    // Once only: a stack that is opened anew stays where the reader stands.
    asked = null;
    cameFrom = null;
    resumed = null;
    return found >= 0 ? atImage(before, series.geometry, found) : before;
  }

  function show(view: PaneView, facets: Facets): void {
    const now = picture();
    if (!now) {
      early = { view, facets };
      return;
    }
    const next = followed(now.scene, now.series, view, facets);
    if (next && next !== now.scene) put(next);
  }

  function release(): void {
    cine.stop();
    settleOpen();
    early = null;
    resumed = null;
    hold?.release();
    hold = null;
    scene = null;
    for (const id of VIEWPORT_IDS) tellValue(id);
  }

  function takeHold(stack: StackRef, at: ImageName | null, begun: Begun | null): void {
    asked = at;
    let mine: Hold | null = null;
    const isMine = (): boolean => mine !== null && hold === mine;
    mine = world.library().hold(stack, at, begun, {
      arrived: (series, before) => isMine() && arrived(series, before),
      better(series, frame) {
        if (!isMine()) return;
        display.better(series, frame);
        events.better(series);
      },
      failed(code) {
        if (!isMine()) return;
        events.failed(code);
        if (!GOES_ON.has(code)) settleOpen();
      },
    });
    hold = mine;
    const series = hold.series();
    if (series === null) {
      display.show(null);
      return;
    }
    events.began(series);
    put(placeIn(series, at));
  }

  const refusal = (): string | null => {
    const series = picture()?.series;
    if (!series) return "loading";
    if (inMemory(series)?.isNarrow) return "too_large";
    if (canReformat(series)) return null;
    return series.header.reason ?? (series.header.values === "rgb8" ? "colour" : "no_geometry");
  };

  const lowest = (now: Picture): Quality => lowestOf(shownViewports(now.scene).map((id) => display.reached(id, now)));

  const watch = new ResizeObserver(() => display.resized());
  watch.observe(stage.root);

  return {
    stack: () => hold?.ref ?? null,
    open(stack, at = null, begun = null) {
      if (hold?.key === seriesKey(stack)) {
        settleOpen();
        begun?.abort();
        const now = picture();
        const found = now && at ? now.series.frameIndex(at.sop_instance_uid, at.frame) : -1;
        if (now && found >= 0) put(atImage(now.scene, now.series.geometry, found));
      } else {
        const now = picture();
        cameFrom = now && isSibling(now.series, stack) ? now : null;
        release();
        takeHold(stack, at, begun);
      }
      const drawn = new Promise<void>((resolve) => {
        settleOpen = resolve;
      });
      display.redraw();
      return drawn;
    },
    close() {
      release();
      display.show(null);
    },
    picture,
    view() {
      const now = picture();
      return now ? paneOf(now.scene, now.series, display.size) : (early?.view ?? null);
    },
    show,
    compare(view, facets) {
      const now = picture();
      if (!now) return hold && isSameStack(hold.ref, view) ? "loading" : "elsewhere";
      if (!isSameView(now.scene, now.series, view, facets, display.size)) return "elsewhere";
      const arrival = facets.window ? arrivalOf(layersOf(view).objects, world.objects) : "there";
      if (arrival !== "there") return arrival;
      // A picture that the server has drawn does not follow the state's curve.
      if (!inMemory(now.series) && isBentByState(now.scene, now.series.header, world.objects)) return "elsewhere";
      const quality = lowest(now);
      return quality === "full" ? "same" : quality;
    },
    quality() {
      const now = picture();
      return now ? lowest(now) : "loading";
    },
    put,
    change,
    setLayout(layout) {
      if (layout !== "stack" && refusal() !== null) return false;
      change((at, series) => withLayout(at, series.geometry, layout));
      return picture() !== null;
    },
    mprRefusal: refusal,
    setWindow: (window) => change((at, series) => (series.header.values === "rgb8" ? at : { ...at, window })),
    setInvert: (isInverted) =>
      change((at, series) =>
        at.isInverted === isInverted || series.header.values === "rgb8" ? at : { ...at, isInverted },
      ),
    setSlab: (slab) => change((at) => withSlab(at, at.active, slab)),
    reset: () => change((at, series) => resetScene(at, series.geometry, firstLook(series, at.frame))),
    tilt: (degrees) => change((at) => tilted(at, at.active, (degrees * Math.PI) / 180)),
    straighten: () => change((at, series) => straightened(at, series.geometry)),
    turn: (how) => change((at) => withTurn(at, at.active, how(turnAt(at, at.active)))),
    play(speed) {
      if (speed === null) cine.stop();
      else cine.play(intervalOf(picture()?.series.header.frame_time_ms ?? null, speed));
    },
    isPlaying: cine.isPlaying,
    scroll(steps) {
      const now = picture();
      if (now) hand.scroll(now.scene.active, steps);
    },
    zoomBy: (factor) =>
      change((at, series) => {
        const id = at.active;
        return zoomed(at, series.geometry, { id, size: display.size(id), factor, around: null });
      }),
    setTool: hand.setTool,
    setLayers: (layers, state) =>
      change((at, series) => {
        const laid = { ...at, layers };
        return state ? stateApplied(laid, series, state) : laid;
      }),
    setUptakeUnit(wished) {
      unit = wished;
      display.uptakeUnit(wished);
    },
    setPointers: (list) => display.pointers(list),
    drawings: board,
    pointer: () => hand.pointer(),
    setActive: hand.activate,
    activate: () => hold?.activate(),
    snapshot() {
      const now = picture();
      return now ? snapshotOf(now.scene, now.series, display) : [];
    },
    reopen() {
      const ref = hold?.ref;
      if (!ref) return;
      const waiting = early;
      cine.stop();
      hold?.release();
      resumed = scene;
      takeHold(ref, asked, null);
      early = picture() ? null : waiting;
      display.redraw();
    },
    redraw: display.redraw,
    resized: () => display.resized(),
    drop(series) {
      display.drop(series);
      scenes.delete(series.key);
    },
    destroy() {
      release();
      hand.destroy();
      board.destroy();
      watch.disconnect();
      display.destroy();
      pictures.destroy();
      stage.destroy();
    },
  };
}

function firstWindow({ header }: Stack): Scene["window"] {
  const { center, width } = header.windows[0] ?? { center: 128, width: 256 };
  return { center, width };
}

/** How an image looks when nobody has done anything to it. */
const firstLook = (series: Stack, frame: number): Parameters<typeof firstScene>[1] => ({
  frame,
  window: firstWindow(series),
  ...standingOf(series.header, frame),
});

/** Failures after which it is tried again. */
const GOES_ON: ReadonlySet<Failure> = new Set(["pack_retrying", "picture_retrying", "picture_busy", "picture_stale"]);

/** Of the same series, at the same places. */
function isSibling({ header }: Stack, { study_uid, series_uid, stack }: StackRef): boolean {
  const isSameSeries = header.study_uid === study_uid && header.series_uid === series_uid;
  return isSameSeries && (header.siblings ?? []).includes(stack);
}
