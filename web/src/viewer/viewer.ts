/**
 * The image viewer of the room: a grid of panes; shows the local user's and other people's views, tells what the hand
 * does.
 *
 * A view is told when the local hand has changed something, and never because one came from outside: see pane.ts. `open`
 * tells nothing either: who opens a stack on purpose reads `view()` when it resolves.
 */
import type { Plane } from "../lib/planes";
import { chosenUnit, type UptakeUnit, uptakeUnits } from "../lib/uptake";
import type { Vec3 } from "../lib/vectors";
import type { ShownObject } from "../wire/objects";
import type { Arrangement, Layout, Link, Pane as PaneView, Pointer, View, ViewportId } from "../wire/types";
import type { NamedPointer, Quality } from "./captions";
import { warmDecoders } from "./decoders";
import type { Begun } from "./download";
import type { DrawingBoard, DrawingEvents, Inked } from "./drawing/drawing";
import type { Failure } from "./failures";
import type { Tool } from "./gestures";
import { createGrid, type Heading } from "./grid";
import { ALL_ON, markingsIn, type Switches } from "./layers/markings";
import { createLibrary, type ImageName, type StackRef } from "./library";
import { carried, covers, joins, linkedHere, relationOf, scrolledPlanes, scrolledTo } from "./linking";
import type { Text } from "./overlay";
import { createPane, type Pane, type ShowResult } from "./pane";
import { type Places, placesOn } from "./places";
import type { RegionRefusal } from "./regions";
import { planeOf, type Scene, shownViewports } from "./scene";
import { createEngine } from "./screens";
import { seriesKey } from "./series";
import { EVERYTHING, type Facets, isSameStack } from "./sharing";
import type { SnapshotEntry } from "./snapshot";
import { createTeller } from "./telling";
import { createTimes, type Timing } from "./times";
import { flipped, rotated } from "./turning";

export type { NamedPointer, Quality } from "./captions";
export type { DrawingEvents, Inked } from "./drawing/drawing";
export type { Tool } from "./gestures";
export type { ImageName, StackRef } from "./library";
export type { ShowResult } from "./pane";
export type { Facets } from "./sharing";
export type { Timing } from "./times";
export { warmDecoders };

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
  /** Milliseconds since navigation; told again as each of the three is reached. */
  loaded(timing: Timing): void;
  /** What to write over a stack. */
  titleOf(stack: StackRef): { title: string; prior: string | null };
  newId(): string;
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
  reset(): void;
  /** What is on the screen of the active viewport, a quarter to the right; from left to right. */
  rotate(): void;
  flip(): void;
  /** See the pane's. */
  play(speed: number | null): void;
  isPlaying(): boolean;
  scroll(steps: number): void;
  zoomBy(factor: number): void;
  /** What the left button and one finger do. Until it is called: the window, and scrolling. */
  setTool(tool: Tool): void;
  /** Which markings of the active pane's file there are, and which kinds are shown in all panes. */
  layers(): { there: Switches; on: Switches };
  setLayers(on: Switches): void;
  /** In which units the active pane's values can be read (PET only), and the one shown. */
  uptake(): { units: UptakeUnit[]; chosen: string };
  setUptakeUnit(unit: string): void;
  /** What lies over the images of all panes; a presentation state that is new gives the active pane its window. */
  setObjects(list: readonly ShownObject[]): void;
  setPointers(list: NamedPointer[]): void;
  drawings: Drawings;
  setActive(id: ViewportId): void;
  /** What stands over the panes has changed. */
  retitle(): void;
  snapshotInfo(): SnapshotLine[];
  resize(): void;
  destroy(): void;
};

const RANK: Record<ShowResult, number> = { elsewhere: 0, loading: 1, coarse: 2, same: 3 };

export function createViewer(host: HTMLElement, events: ViewerEvents, text: Text): Viewer {
  const engine = createEngine({ contextLost: () => events.failed("context_lost") });
  const times = createTimes((timing) => events.loaded(timing));
  const library = createLibrary((series) => {
    for (const pane of panes) pane.drop(series);
  });
  const grid = createGrid(host, text, {
    touched: (index) => activate(index),
    closed: (index) => events.closed(index),
    dropped: (index, carried) => events.dropped(index, carried),
  });
  const teller = createTeller({
    view: () => view(),
    pointer: () => shownPanes().reduce<Pointer | null>((found, pane) => found ?? pane.pointer(), null),
    viewChanged: events.viewChanged,
    pointerMoved: events.pointerMoved,
  });
  const known = new Map<string, StackRef>();
  const panes: Pane[] = [];
  let arrangement: Arrangement = { rows: 1, columns: 1 };
  let active = 0;
  let before = 0;
  let isLinked = false;
  let links: readonly Link[] = [];
  let places: Places = { rows: 1, columns: 1, shown: [0] };
  let told: Quality | null = null;
  let pointers: NamedPointer[] = [];
  let tool: Tool | null = null;
  let layers = ALL_ON;
  let objects: readonly ShownObject[] = [];
  let unit: string | null = null;
  let inks: readonly Inked[] = [];
  let pencil: Parameters<Drawings["setKind"]> = [null, ""];
  let isNoteDue = false;

  const drawings: Drawings = {
    show(list) {
      inks = list;
      for (const pane of panes) pane.drawings.show(list);
    },
    setKind(...next) {
      pencil = next;
      for (const pane of panes) pane.drawings.setKind(...next);
    },
    escape: () => panes.map((pane) => pane.drawings.escape()).includes(true),
    select(annotation_id) {
      for (const pane of panes) pane.drawings.select(annotation_id);
    },
    words: (drawing) =>
      shownPanes().reduce<string[] | null>((found, pane) => found ?? pane.drawings.words(drawing), null),
  };

  // ---- panes -----------------------------------------------------------------------------------------------------

  const count = (): number => arrangement.rows * arrangement.columns;
  const shownPanes = (): Pane[] => panes.slice(0, count());
  const activePane = (): Pane => panes[active] as Pane;

  function newPane(index: number): Pane {
    const pane = createPane(
      grid.cell(index).host,
      { engine, library, text, nameOf: (id) => nameOf(index, id), newId: events.newId },
      {
        changed(before, after) {
          if (isLinked) follow(index, before, after);
          noteLater();
          teller.changed();
        },
        pointed: teller.pointed,
        regionRefused: events.regionRefused,
        quality: tellQuality,
        failed: events.failed,
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
        cuts: (frame_of_reference_uid) => (index === active ? [] : planesOfActive(frame_of_reference_uid)),
      },
    );
    if (tool) pane.setTool(tool);
    pane.drawings.show(inks);
    pane.drawings.setKind(...pencil);
    pane.setPointers(pointers);
    pane.setLayers(layers);
    pane.setObjects(objects);
    if (unit) pane.setUptakeUnit(unit);
    return pane;
  }

  function arrange(next: Arrangement, nextActive: number): void {
    arrangement = next;
    active = nextActive;
    while (panes.length < count()) panes.push(newPane(panes.length));
    for (const pane of panes.slice(count())) pane.close();
    place();
    activePane().activate();
    noteLater();
  }

  function place(): void {
    places = placesOn({ width: grid.root.clientWidth, height: grid.root.clientHeight }, arrangement, active);
    grid.arrange(places, { count: count(), active });
    for (const pane of shownPanes()) pane.resized();
  }

  function activate(index: number): void {
    if (index === active || index >= count()) return;
    before = active;
    active = index;
    place();
    activePane().activate();
    noteLater();
    events.activated();
  }

  function tellQuality(): void {
    noteLater();
    const found = shownPanes()
      .filter((pane) => pane.stack() !== null)
      .map((pane) => pane.quality());
    const quality = found.includes("loading") ? "loading" : found.includes("coarse") ? "coarse" : "full";
    if (found.length === 0 || quality === told) return;
    told = quality;
    events.qualityChanged(quality);
  }

  // ---- linked scrolling ------------------------------------------------------------------------------------------

  /** The other panes go where this one was scrolled to. */
  function follow(index: number, before: Scene, after: Scene): void {
    const from = panes[index]?.picture()?.series;
    if (!from) return;
    for (const plane of scrolledPlanes(before, after, from.geometry)) {
      for (const [other, pane] of shownPanes().entries()) {
        const there = other === index ? null : pane.picture();
        const relation = there && relationOf(uidOf(from), uidOf(there.series), links);
        if (!there || !relation) continue;
        const next = scrolledTo(there, { ...plane, point: carried(plane.point, relation) });
        if (next !== there.scene) pane.put(next);
      }
    }
  }

  const uidOf = (series: { header: { frame_of_reference_uid: string | null } }): string | null =>
    series.header.frame_of_reference_uid;

  function planesOfActive(frame_of_reference_uid: string | null): Plane[] {
    const there = panes[active]?.picture();
    if (!there || frame_of_reference_uid === null || uidOf(there.series) !== frame_of_reference_uid) return [];
    const { scene, series } = there;
    return shownViewports(scene).map((id) => planeOf(scene, series.geometry, id));
  }

  function noteLater(): void {
    if (isNoteDue) return;
    isNoteDue = true;
    queueMicrotask(note);
  }

  function note(): void {
    isNoteDue = false;
    for (const [index, pane] of shownPanes().entries()) {
      const stack = pane.stack();
      grid.cell(index).head(stack && { ...events.titleOf(stack), notes: notesOf(index) });
      pane.redraw();
    }
  }

  /** What is written beside a pane that is linked to the active one: by whose hand, and where it has nothing to show. */
  function notesOf(index: number): Heading["notes"] {
    const [here, there] = [panes[index]?.picture(), panes[active]?.picture()];
    const uid = here ? uidOf(here.series) : null;
    const isByHand = uid !== null && links.some((link) => shownPanes().some((pane) => isJoined(link, uid, pane)));
    const notes = isByHand ? [{ text: text("room.pane.by_hand"), isWarning: true }] : [];
    const relation = here && there && index !== active && isLinked && relationOf(uidOf(there.series), uid, links);
    if (!here || !there || !relation) return notes;
    const plane = planeOf(there.scene, there.series.geometry, there.scene.active);
    const isOutside = covers(here, { ...plane, point: carried(plane.point, relation) }) === false;
    return isOutside ? [...notes, { text: text("room.pane.outside"), isWarning: true }] : notes;
  }

  function isJoined(link: Link, uid: string, pane: Pane): boolean {
    const picture = pane.picture();
    const other = picture ? uidOf(picture.series) : null;
    return other !== null && other !== uid && joins(link, uid, other);
  }

  // ---- views -----------------------------------------------------------------------------------------------------

  function view(): View | null {
    const shown = shownPanes().map((pane) => pane.view());
    // What is on its way is not yet a view of nothing; what was closed by hand is one.
    const isEmptied = known.size > 0 && shownPanes().every((pane) => pane.stack() === null);
    if (shown.every((pane) => pane === null) && !isEmptied) return null;
    return { arrangement, active, panes: shown, linked: isLinked, links: [...links] };
  }

  function compare(asked: View, facets: Facets): ShowResult {
    if (facets.layout && !isSameArrangement(asked.arrangement, arrangement)) return "elsewhere";
    const found = asked.panes.map((pane, index) => compareAt(index, pane, facets));
    return found.reduce((worst, one) => (RANK[one] < RANK[worst] ? one : worst), "same");
  }

  function compareAt(index: number, asked: PaneView | null, facets: Facets): ShowResult {
    const pane = shownPanes()[index];
    if (!pane) return facets.layout ? "elsewhere" : "same";
    if (asked === null) return pane.stack() === null || !facets.layout ? "same" : "elsewhere";
    // A pane that this screen has no room for is seen by nobody here.
    return places.shown.includes(index) ? pane.compare(asked, facets) : "elsewhere";
  }

  function show(asked: View, stacks: readonly (StackRef | null)[], facets: Facets, begun: Begun | null): ShowResult {
    teller.forget();
    for (const stack of stacks) if (stack) known.set(seriesKey(stack), stack);
    if (facets.layout) {
      isLinked = asked.linked;
      links = asked.links;
      if (!isSameArrangement(asked.arrangement, arrangement) || asked.active !== active)
        arrange(asked.arrangement, asked.active);
    }
    for (const [index, pane] of shownPanes().entries()) {
      const wanted = asked.panes[index] ?? null;
      if (facets.layout) fill(pane, wanted, index === asked.active ? begun : null);
      if (wanted) pane.show(wanted, facets);
    }
    noteLater();
    return compare(asked, facets);
  }

  function fill(pane: Pane, wanted: PaneView | null, begun: Begun | null): void {
    const stack = pane.stack();
    if (wanted && stack && isSameStack(stack, wanted)) return;
    const ref = wanted && known.get(seriesKey(wanted));
    if (!wanted || !ref) {
      if (stack) pane.close();
      return;
    }
    void pane.open(ref, imageOf(wanted), begun);
    activePane().activate();
  }

  const watch = new ResizeObserver(() => place());
  watch.observe(grid.root);
  arrange(arrangement, active);

  return {
    open(stack, at, begun) {
      known.set(seriesKey(stack), stack);
      teller.forget();
      const opened = activePane().open(stack, at ?? null, begun ?? null);
      activePane().activate();
      noteLater();
      return opened;
    },
    async hang(next, stacks) {
      for (const stack of stacks) known.set(seriesKey(stack), stack);
      teller.forget();
      arrange(next, 0);
      const opened = shownPanes().map((pane, index) => {
        const stack = stacks[index];
        return stack ? pane.open(stack) : pane.close();
      });
      activePane().activate();
      noteLater();
      await Promise.all(opened);
    },
    view,
    show: (asked, stacks, facets, begun) => show(asked, stacks, facets, begun ?? null),
    compare: (asked) => compare(asked, EVERYTHING),
    put(next) {
      show(next, [], EVERYTHING, null);
      teller.changed();
    },
    activate,
    setLinked(on) {
      isLinked = on;
      noteLater();
      teller.changed();
    },
    linkHere() {
      const here = pointOf(activePane());
      const others = shownPanes().filter((pane) => pane !== activePane() && pointOf(pane)?.[0] !== here?.[0]);
      const linkable = others.filter((pane) => pointOf(pane) !== null);
      // With more than one to choose from, that in which the hand was before: nobody has looked at the others for this.
      const other = linkable.length === 1 ? linkable[0] : linkable.find((pane) => pane === panes[before]);
      const there = other ? pointOf(other) : null;
      if (!here || !there) return false;
      links = linkedHere(links, here, there).slice(-MOST_LINKS);
      isLinked = true;
      noteLater();
      teller.changed();
      return true;
    },
    unlink() {
      links = [];
      noteLater();
      teller.changed();
    },
    setLayout: (layout) => activePane().setLayout(layout),
    mprRefusal: () => activePane().mprRefusal(),
    setWindow: (window) => activePane().setWindow(window),
    setInvert: (on) => activePane().setInvert(on),
    reset: () => activePane().reset(),
    rotate: () => activePane().turn(rotated),
    flip: () => activePane().turn(flipped),
    play: (speed) => activePane().play(speed),
    isPlaying: () => activePane().isPlaying(),
    scroll: (steps) => activePane().scroll(steps),
    zoomBy: (factor) => activePane().zoomBy(factor),
    setTool(next) {
      tool = next;
      for (const pane of panes) pane.setTool(next);
    },
    layers() {
      const header = activePane().picture()?.series.header;
      return { there: header ? markingsIn(header) : { overlays: false, shutters: false }, on: layers };
    },
    setLayers(on) {
      layers = on;
      for (const pane of panes) pane.setLayers(on);
    },
    uptake() {
      const header = activePane().picture()?.series.header;
      return header ? { units: uptakeUnits(header), chosen: chosenUnit(header, unit).unit } : { units: [], chosen: "" };
    },
    setObjects(list) {
      const known = new Set(objects.map((one) => one.uid));
      objects = list;
      for (const pane of panes) pane.setObjects(list);
      for (const { uid, content } of list) {
        if (!known.has(uid) && content.type === "presentation") activePane().applyState(content);
      }
    },
    setUptakeUnit(wished) {
      unit = wished;
      for (const pane of panes) pane.setUptakeUnit(wished);
    },
    setPointers(list) {
      pointers = list;
      for (const pane of panes) pane.setPointers(list);
    },
    drawings,
    setActive: (id) => activePane().setActive(id),
    retitle: noteLater,
    snapshotInfo: () =>
      shownPanes().flatMap((pane, index) => pane.snapshot().map((line) => ({ ...line, id: nameOf(index, line.id) }))),
    resize: () => place(),
    destroy() {
      watch.disconnect();
      teller.destroy();
      for (const pane of panes) pane.destroy();
      library.destroy();
      engine.destroy();
      grid.destroy();
    },
  };
}

/** The room takes no more. */
const MOST_LINKS = 8;

const nameOf = (index: number, id: ViewportId): string => (index === 0 ? id : `${index + 1}:${id}`);

const isSameArrangement = (one: Arrangement, other: Arrangement): boolean =>
  one.rows === other.rows && one.columns === other.columns;

/** The frame of reference of a pane and the point in the middle of its active viewport. */
function pointOf(pane: Pane): [string, Vec3] | null {
  const picture = pane.picture();
  const uid = picture?.series.header.frame_of_reference_uid;
  if (!picture || !uid || !picture.series.geometry.isInPatient) return null;
  return [uid, planeOf(picture.scene, picture.series.geometry, picture.scene.active).point];
}

function imageOf({ viewports, active }: PaneView): ImageName | null {
  const shown = viewports.find((one) => one.id === active && one.sop_instance_uid) ?? viewports[0];
  return shown?.sop_instance_uid ? { sop_instance_uid: shown.sop_instance_uid, frame: shown.frame ?? 1 } : null;
}
