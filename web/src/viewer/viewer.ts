/**
 * The image viewer of the room: a grid of panes; shows the local user's and other people's views, tells what the hand
 * does.
 *
 * A view is told when the local hand has changed something, and never because one came from outside: see pane.ts. `open`
 * tells nothing either: who opens a stack on purpose reads `view()` when it resolves.
 */
import { chosenUnit, type UptakeUnit, uptakeUnits } from "../lib/uptake";
import { getJson } from "../wire/api";
import { type FullLayers, NO_OBJECTS } from "../wire/layers";
import type { ObjectSource } from "../wire/objects";
import type { Arrangement, Layout, Pointer, PresentationState, Slab, View, ViewportId } from "../wire/types";
import type { NamedPointer, Quality } from "./captions";
import type { Begun } from "./download";
import type { DrawingBoard, DrawingEvents } from "./drawing/drawing";
import type { Failure } from "./failures";
import type { Full, FullEvents } from "./full";
import type { Tool } from "./gestures";
import { createGrid } from "./grid";
import type { Change } from "./growing";
import { holdingOf } from "./holding";
import { markingsIn, type Switches } from "./layers/markings";
import type { ImageName, SeriesVersion, StackRef } from "./library";
import { createLinks } from "./links";
import type { Text } from "./overlay";
import { createPane, type Pane, type ShowResult } from "./pane";
import { createPanes } from "./panes";
import type { RegionRefusal } from "./regions";
import { EVERYTHING, type Facets } from "./sharing";
import type { SnapshotEntry } from "./snapshot";
import { createTeller } from "./telling";
import { createLine } from "./thin/line";
import { createOpenedStacks } from "./thin/opened";
import type { PictureRoom } from "./thin/pictures";
import { createTimes, type Timing } from "./times";
import { flipped, rotated } from "./turning";
import { createWholeView } from "./whole_view";

export type { NamedPointer, Quality } from "./captions";
export type { DrawingEvents, Inked } from "./drawing/drawing";
export type { Tool } from "./gestures";
export type { ImageName, StackRef } from "./library";
export type { ShowResult } from "./pane";
export type { Facets } from "./sharing";
export type { Timing } from "./times";

/** What `import("./full")` brings. */
export type FullCode = { createFull(events: FullEvents): Full };

/** Of a second pane and those after it the names are `2:stack`, `3:axial`...; of the first, `stack`, `axial`... */
export type SnapshotLine = Omit<SnapshotEntry, "id"> & { id: string };

export type ViewerEvents = {
  /** By the local user's hand only; once a frame, and `settled` when it has rested for 150 ms. */
  viewChanged(view: View, settled: boolean): void;
  /** The local user works in another pane now; what is shown has not changed. */
  activated(): void;
  /** The cross of a pane was pressed. */
  closed(index: number): void;
  /** What a card carried that was let go over a pane. */
  dropped(index: number, carried: string): void;
  pointerMoved(pointer: Pointer | null): void;
  /** The lowest quality of the frames that are shown. */
  qualityChanged(quality: Quality): void;
  failed(code: Failure): void;
  /** The region that the local hand framed has no window. */
  regionRefused(why: RegionRefusal): void;
  /** A stack that is shown has other images than before. */
  grown(change: Change): void;
  /** Milliseconds since navigation; told again as each of the three is reached. */
  loaded(timing: Timing): void;
  /** What to write over a stack. */
  titleOf(stack: StackRef): { title: string; prior: string | null };
  newId(): string;
  objects: ObjectSource;
  drawing: DrawingEvents;
};

/** Annotations over the images of all panes: what is shown of them, and the tool that makes them. */
export type Drawings = Omit<DrawingBoard, "paint" | "destroy">;

export type Viewer = {
  /** In the active pane. Resolves when the image asked for is drawn, when loading has failed for good, or when another
   *  stack is opened there. `begun`: its pack beginning with this image, asked for before the viewer was there. */
  open(stack: StackRef, at?: ImageName, begun?: Begun): Promise<void>;
  /** Several stacks at once, one a pane, in this order; resolves when an image of each is drawn or has failed. */
  hang(arrangement: Arrangement, stacks: readonly StackRef[]): Promise<void>;
  view(): View | null;
  /** Takes over the parts named of somebody's view; `stacks`: where its panes' packs are, null where not known.
   *  `begun` belongs to the active pane. Another series never counts as the same image. */
  show(view: View, stacks: readonly (StackRef | null)[], facets: Facets, begun?: Begun): ShowResult;
  compare(view: View): ShowResult;
  /** Shows a view as if by the hand: it is told. Panes of stacks that were never here stay empty. */
  put(view: View): void;
  activate(index: number): void;
  setLinked(on: boolean): void;
  /** Lays the active pane's frame of reference upon that of the pane before it, at the points in their middles. False
   *  where there is no pane of another frame of reference, or more than one and none of them was used before. */
  linkHere(): boolean;
  unlink(): void;
  /** False where planes through a volume are refused; `mprRefusal` tells why. */
  setLayout(layout: Layout): boolean;
  mprRefusal(): string | null;
  setWindow(window: { center: number; width: number }): void;
  setInvert(on: boolean): void;
  /** Of the active plane; null draws it thin again. */
  setSlab(slab: Slab | null): void;
  reset(): void;
  /** What is on the screen of the active viewport, a quarter to the right; from left to right. */
  rotate(): void;
  /** The other planes through the volume by so many degrees about where all meet, seen in the active one; nothing where
   *  only one of them is shown. */
  tilt(degrees: number): void;
  straighten(): void;
  flip(): void;
  /** See the pane's. */
  play(speed: number | null): void;
  isPlaying(): boolean;
  scroll(steps: number): void;
  zoomBy(factor: number): void;
  /** What the left button and one finger do. Until it is called: the window, and scrolling. */
  setTool(tool: Tool): void;
  /** Which markings of the active pane's file there are, and what lies over its images. */
  layers(): { there: Switches; on: FullLayers };
  /** Over the active pane; `state`: a presentation state that has come with it and gives the pane its window. */
  setLayers(layers: FullLayers, state?: PresentationState): void;
  /** An object that lies over a pane has come, or cannot. */
  objectsChanged(): void;
  /** In which units the active pane's values can be read (PET only), and the one shown. */
  uptake(): { units: UptakeUnit[]; chosen: string };
  /** Windows that the active pane's stack came with: its file's, or one made from its values. */
  windows(): readonly { center: number; width: number; explanation?: string }[];
  setUptakeUnit(unit: string): void;
  /** Of all that is shown: whether a file was compressed with loss, and how much is held of the largest series where that
   *  is not all of it. */
  holding(): { isLossy: boolean; held: { full: number; count: number } | null };
  /** Whether the server draws: then no stack is fetched. */
  isThin(): boolean;
  /** Resolves when the other one has begun to draw; what is shown stays where it is. */
  setThin(on: boolean): Promise<void>;
  setPointers(list: NamedPointer[]): void;
  drawings: Drawings;
  setActive(id: ViewportId): void;
  /** What stands over the panes has changed. */
  retitle(): void;
  /** Likely to be opened next, in this order: fetched when nothing else is. */
  expect(stacks: readonly StackRef[]): void;
  /** The server's list of studies says so. */
  renew(series: readonly SeriesVersion[]): void;
  snapshotInfo(): SnapshotLine[];
  resize(): void;
  destroy(): void;
};

/** `here`: what draws on this machine, where that is done from the start; without it the server draws. */
export function createViewer(host: HTMLElement, events: ViewerEvents, text: Text, here: FullCode | null): Viewer {
  const times = createTimes((timing) => events.loaded(timing));
  const opened = createOpenedStacks({
    get: getJson,
    later: (wait_ms, run) => {
      const timer = window.setTimeout(run, wait_ms);
      return () => window.clearTimeout(timer);
    },
    arrived() {
      for (const pane of panes.all()) pane.redraw();
    },
  });
  const room: PictureRoom = { line: createLine(), rate: { now: null } };
  let full: Full | null = null;
  let isThin = here === null;
  if (here) full = newFull(here);
  const grid = createGrid(host, text, { touched: activate, closed: events.closed, dropped: events.dropped });
  const teller = createTeller({
    view: () => whole.view(),
    pointer: () => first((pane) => pane.pointer()),
    viewChanged: events.viewChanged,
    pointerMoved: events.pointerMoved,
  });
  const panes = createPanes(grid, newPane);
  const links = createLinks(panes, text);
  const whole = createWholeView(panes, links);
  let told: Quality | null = null;
  let unit: string | null = null;
  let isNoteDue = false;

  const first = <Found>(of: (pane: Pane) => Found | null): Found | null =>
    panes.shown().reduce<Found | null>((found, pane) => found ?? of(pane), null);

  const drawings: Drawings = {
    show: (list) => panes.everywhere("drawings", (pane) => pane.drawings.show(list)),
    setKind: (...next) => panes.everywhere("pencil", (pane) => pane.drawings.setKind(...next)),
    escape: () =>
      panes
        .all()
        .map((pane) => pane.drawings.escape())
        .includes(true),
    select(annotation_id) {
      for (const pane of panes.all()) pane.drawings.select(annotation_id);
    },
    nudge: (step) => panes.active().drawings.nudge(step),
    nextPart: () => panes.active().drawings.nextPart(),
    words: (drawing) => first((pane) => pane.drawings.words(drawing)),
  };

  function newPane(index: number): Pane {
    return createPane(
      grid.cell(index).host,
      {
        screens: (elements) => full?.screens(elements, (id) => nameOf(index, id)) ?? null,
        library: () => (isThin || full === null ? opened : full.library),
        opened,
        room,
        text,
        objects: events.objects,
        nameOf: (id) => nameOf(index, id),
        newId: events.newId,
      },
      {
        changed(before, after) {
          links.follow(index, before, after);
          changedByHand();
        },
        pointed: teller.pointed,
        regionRefused: events.regionRefused,
        quality: tellQuality,
        failed: events.failed,
        grown: events.grown,
        began: times.began,
        better: times.better,
        drawn: times.drawn,
        drawing: {
          ...events.drawing,
          selected(annotation_id) {
            drawings.select(annotation_id);
            events.drawing.selected(annotation_id);
          },
        },
        cuts: (frame_of_reference_uid) =>
          index === panes.activeIndex() ? [] : links.activePlanes(frame_of_reference_uid),
      },
    );
  }

  function newFull(code: FullCode): Full {
    return code.createFull({
      contextLost: () => events.failed("context_lost"),
      leaving(series) {
        for (const pane of panes.all()) pane.drop(series);
      },
    });
  }

  function activate(index: number): void {
    if (!panes.activate(index)) return;
    noteLater();
    events.activated();
  }

  function tellQuality(): void {
    noteLater();
    const open = panes.shown().filter((pane) => pane.stack() !== null);
    const found = open.map((pane) => pane.quality());
    const quality = found.includes("loading") ? "loading" : found.includes("coarse") ? "coarse" : "full";
    if (found.length === 0 || quality === told) return;
    told = quality;
    events.qualityChanged(quality);
  }

  function changedByHand(): void {
    noteLater();
    teller.changed();
  }

  function noteLater(): void {
    if (isNoteDue) return;
    isNoteDue = true;
    queueMicrotask(note);
  }

  function note(): void {
    isNoteDue = false;
    for (const [index, pane] of panes.shown().entries()) {
      const stack = pane.stack();
      grid.cell(index).head(stack && { ...events.titleOf(stack), notes: links.notesOf(index) });
      pane.redraw();
    }
  }

  function show(asked: View, facets: Facets, begun: Begun | null): ShowResult {
    teller.forget();
    whole.show(asked, facets, begun);
    noteLater();
    return whole.compare(asked, facets);
  }

  const watch = new ResizeObserver(() => panes.place());
  watch.observe(grid.root);
  panes.arrange(panes.arrangement(), 0);
  noteLater();

  return {
    open(stack, at, begun) {
      whole.know([stack]);
      teller.forget();
      const opened = panes.active().open(stack, at ?? null, begun ?? null);
      panes.active().activate();
      noteLater();
      return opened;
    },
    async hang(next, stacks) {
      whole.know(stacks);
      teller.forget();
      panes.arrange(next, 0);
      const opened = panes.shown().map((pane, index) => {
        const stack = stacks[index];
        return stack ? pane.open(stack) : pane.close();
      });
      panes.active().activate();
      noteLater();
      await Promise.all(opened);
    },
    view: whole.view,
    show(asked, stacks, facets, begun) {
      whole.know(stacks);
      return show(asked, facets, begun ?? null);
    },
    compare: (asked) => whole.compare(asked, EVERYTHING),
    put(next) {
      show(next, EVERYTHING, null);
      teller.changed();
    },
    activate,
    setLinked(on) {
      links.set(on);
      changedByHand();
    },
    linkHere() {
      const isLinked = links.linkHere();
      if (isLinked) changedByHand();
      return isLinked;
    },
    unlink() {
      links.set(links.isOn(), []);
      changedByHand();
    },
    setLayout: (layout) => panes.active().setLayout(layout),
    mprRefusal: () => panes.active().mprRefusal(),
    setWindow: (window) => panes.active().setWindow(window),
    setInvert: (on) => panes.active().setInvert(on),
    setSlab: (slab) => panes.active().setSlab(slab),
    reset: () => panes.active().reset(),
    tilt: (degrees) => panes.active().tilt(degrees),
    straighten: () => panes.active().straighten(),
    rotate: () => panes.active().turn(rotated),
    flip: () => panes.active().turn(flipped),
    play: (speed) => panes.active().play(speed),
    isPlaying: () => panes.active().isPlaying(),
    scroll: (steps) => panes.active().scroll(steps),
    zoomBy: (factor) => panes.active().zoomBy(factor),
    setTool: (tool) => panes.everywhere("tool", (pane) => pane.setTool(tool)),
    layers() {
      const now = panes.active().picture();
      const there = now ? markingsIn(now.series.header) : { overlays: false, shutters: false };
      return { there, on: now?.scene.layers ?? NO_OBJECTS };
    },
    setLayers: (layers, state) => panes.active().setLayers(layers, state),
    objectsChanged() {
      for (const pane of panes.shown()) pane.redraw();
    },
    holding: () => holdingOf(panes.shown().flatMap((pane) => pane.picture()?.series ?? [])),
    windows: () => panes.active().picture()?.series.header.windows ?? [],
    uptake() {
      const header = panes.active().picture()?.series.header;
      return header ? { units: uptakeUnits(header), chosen: chosenUnit(header, unit).unit } : { units: [], chosen: "" };
    },
    setUptakeUnit(wished) {
      unit = wished;
      panes.everywhere("unit", (pane) => pane.setUptakeUnit(wished));
    },
    isThin: () => isThin,
    async setThin(on) {
      isThin = on;
      if (!on) full ??= newFull(await import("./full"));
      if (isThin !== on) return;
      for (const pane of panes.all()) pane.reopen();
      if (on) full?.library.empty();
      noteLater();
    },
    setPointers: (list) => panes.everywhere("pointers", (pane) => pane.setPointers(list)),
    drawings,
    setActive: (id) => panes.active().setActive(id),
    retitle: noteLater,
    renew(series) {
      opened.renew(series);
      full?.library.renew(series);
    },
    expect: (stacks) => full?.library.expect(isThin ? [] : stacks),
    snapshotInfo: () =>
      panes.shown().flatMap((pane, index) => pane.snapshot().map((line) => ({ ...line, id: nameOf(index, line.id) }))),
    resize: panes.place,
    destroy() {
      watch.disconnect();
      teller.destroy();
      panes.destroy();
      opened.destroy();
      full?.destroy();
      grid.destroy();
    },
  };
}

const nameOf = (index: number, id: ViewportId): string => (index === 0 ? id : `${index + 1}:${id}`);
