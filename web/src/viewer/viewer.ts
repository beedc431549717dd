/**
 * The image viewer of the room: a grid of panes; shows the local user's and other people's views, tells what the hand
 * does.
 *
 * A view is told when the local hand has changed something, and never because one came from outside: see pane.ts. `open`
 * tells nothing either: who opens a stack on purpose reads `view()` when it resolves.
 */
import { chosenUnit, uptakeUnits } from "../lib/uptake";
import { getJson } from "../wire/api";
import { EVERYTHING } from "../wire/facets";
import type { Facets, View, ViewportId } from "../wire/types";
import { activeActs } from "./active_acts";
import type { Quality } from "./captions";
import type { Begun } from "./download";
import { drawingsOn, firstOf } from "./drawings";
import type { Full } from "./full";
import { createGrid } from "./grid";
import { holdingOf } from "./holding";
import { createLinks } from "./links";
import { pickPair, type Spot } from "./matching";
import type { Text } from "./overlay";
import { createPane } from "./pane";
import type { Pane, ShowResult } from "./pane_contract";
import { createPanes } from "./panes";
import { ARRANGED, partsChanged } from "./parts";
import { createTeller } from "./telling";
import { createLine } from "./thin/line";
import { createOpenedStacks } from "./thin/opened";
import type { PictureRoom } from "./thin/pictures";
import { createTimes } from "./times";
import type { FullCode, Viewer, ViewerEvents } from "./viewer_contract";
import { createWholeView } from "./whole_view";

export type { NamedPointer, Quality } from "./captions";
export type { DrawingEvents, Inked } from "./drawing/drawing";
export type { Tool } from "./gestures";
export type { ImageName, StackRef } from "./library";
export type { ShowResult } from "./pane_contract";
export type { Timing } from "./times";
export type { FullCode, SlicePlace, SnapshotLine, Viewer, ViewerEvents } from "./viewer_contract";

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
    pointer: () => firstOf(panes, (pane) => pane.pointer()),
    viewChanged: events.viewChanged,
    pointerMoved: events.pointerMoved,
  });
  const panes = createPanes(grid, newPane);
  const links = createLinks(panes, text);
  const whole = createWholeView(panes, links);
  let told: Quality | null = null;
  let unit: string | null = null;
  let isNoteDue = false;
  let endMatching: () => void = () => undefined;

  const drawings = drawingsOn(panes);

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
          changedByHand(partsChanged(before, after));
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
        laid: (from, to) => links.laid(from, to),
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

  function changedByHand(parts: Facets): void {
    noteLater();
    events.taken(parts);
    teller.changed();
  }

  function noteLater(): void {
    if (isNoteDue) return;
    isNoteDue = true;
    queueMicrotask(note);
  }

  function spotAt(event: PointerEvent): Spot | null {
    const pointer = firstOf(panes, (pane) => (pane.picture()?.series.geometry.isInPatient ? pane.under(event) : null));
    if (!pointer?.frame_of_reference_uid) return null;
    const { frame_of_reference_uid, point_world_mm } = pointer;
    return { frame_of_reference_uid, point_world_mm };
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
    compare: (asked, facets = EVERYTHING) => whole.compare(asked, facets),
    away: whole.away,
    put(next) {
      show(next, EVERYTHING, null);
      changedByHand(EVERYTHING);
    },
    activate,
    setRegistered(all) {
      links.setRegistered(all);
      noteLater();
    },
    setLinked(on) {
      links.set(on);
      changedByHand(ARRANGED);
    },
    slicesHere: links.slicesHere,
    matchPoints(first, done) {
      endMatching();
      endMatching = pickPair(grid.root, {
        spotAt,
        first,
        done(pair) {
          endMatching = () => undefined;
          done(pair && links.ofPoints(...pair));
        },
      });
    },
    ...activeActs(panes),
    objectsChanged() {
      for (const pane of panes.shown()) pane.redraw();
    },
    holding: () => holdingOf(panes.shown().flatMap((pane) => pane.picture()?.series ?? [])),
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
    drawings,
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
      endMatching();
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
