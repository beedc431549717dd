/**
 * One pane: a stack as one or three viewports, what the hand does over it, and what others' panes make it show.
 *
 * The scene (scene.ts) is the truth and Cornerstone only draws it: nothing is ever told because Cornerstone reported a
 * change, so a view that came from outside cannot echo. Points of images without a place in a patient (US, CR...) are
 * millimetres of the image, or pixels where no spacing is known: the middle of the first pixel is (0, 0, 0), +x along
 * rows, +y down. Their plane has normal (0, 0, -1) and up (0, -1, 0): as everywhere, the normal points to the reader and
 * up x normal to the right.
 */

import { layersOf } from "../wire/layers";
import type { ViewportId } from "../wire/types";
import { createActs } from "./acts";
import { lowestOf, type Quality } from "./captions";
import { createCine, intervalOf, timeBefore } from "./cine";
import { createDisplay, type Picture } from "./display";
import { createDrawingBoard } from "./drawing/drawing";
import { createHand } from "./hand";
import { arrivalOf, isBentByState } from "./layers/laid";
import { createLens } from "./lens";
import type { Hold } from "./library";
import { createOpening } from "./opening";
import type { Pane, PaneEvents, PaneWorld } from "./pane_contract";
import { atStep, isReformat, type Scene, shownViewports, stepOf } from "./scene";
import { type Screens, VIEWPORT_IDS } from "./screens";
import { inMemory } from "./series";
import { isSameStack, isSameView, paneOf } from "./sharing";
import { slabAt } from "./slabs";
import { snapshotOf } from "./snapshot";
import type { Stack } from "./stack";
import { createStage } from "./stage";
import { createPictures } from "./thin/pictures";
import { valueWords } from "./value";

export function createPane(host: HTMLElement, world: PaneWorld, events: PaneEvents): Pane {
  const stage = createStage(host, world.text);
  let screens: Screens | null = null;
  const pictures = createPictures(stage.frames, {
    room: world.room,
    source: () => heldBy((hold) => world.opened.source(hold.ref)),
    painted: () => display.redraw(),
    failed: (code) => events.failed(code),
    stale: () => heldBy((hold) => world.opened.reopen(hold.key)),
  });
  const heldBy = <Found>(read: (hold: Hold) => Found): Found | null => {
    const hold = opening.hold();
    return hold && read(hold);
  };
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
        opening.drawn();
      },
      failed(error) {
        console.error(error);
        events.failed("drawing");
      },
      cuts: events.cuts,
      laid: events.laid,
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
  let unit: string | null = null;
  const { size, reached, redraw } = display;
  const board = createDrawingBoard(
    stage,
    world.text,
    { picture, size, reached, redraw, unit: () => unit, newId: world.newId, lens: lens.show },
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
  const opening = createOpening(world.library, display, {
    ...events,
    moved: events.pointed,
    released() {
      cine.stop();
      for (const id of VIEWPORT_IDS) tellValue(id);
    },
  });
  const { put } = opening;

  function picture(): Picture | null {
    return opening.picture();
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

  function change(by: (scene: Scene, series: Stack) => Scene): void {
    const now = picture();
    if (!now) return;
    const next = by(now.scene, now.series);
    if (next === now.scene) return;
    put(next);
    events.changed(now.scene, next);
  }

  /** Planes through a volume are no run: nothing says how long each of them stands. */
  const stepTime = ({ active }: Scene, { header }: Stack, index: number): number | null =>
    isReformat(active) ? header.frame_time_ms : timeBefore(header, index);

  const lowest = (now: Picture): Quality => lowestOf(shownViewports(now.scene).map((id) => display.reached(id, now)));

  const watch = new ResizeObserver(() => display.resized());
  watch.observe(stage.root);

  return {
    stack: () => opening.hold()?.ref ?? null,
    open: (stack, at = null, begun = null) => opening.open(stack, at, begun),
    close() {
      opening.release();
      display.show(null);
    },
    picture,
    view() {
      const now = picture();
      return now ? paneOf(now.scene, now.series, display.size) : opening.early();
    },
    show: opening.show,
    compare(view, facets) {
      const now = picture();
      if (!now) {
        const held = opening.hold();
        return held && isSameStack(held.ref, view) ? "loading" : "elsewhere";
      }
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
    ...createActs({ picture, change, size }),
    play(speed) {
      if (speed === null) cine.stop();
      else
        cine.play((index) =>
          intervalOf(
            inActive((at, series) => stepTime(at, series, index)),
            speed,
          ),
        );
    },
    isPlaying: cine.isPlaying,
    scroll(steps) {
      const now = picture();
      if (now) hand.scroll(now.scene.active, steps);
    },
    setTool: hand.setTool,
    setUptakeUnit(wished) {
      unit = wished;
      display.uptakeUnit(wished);
    },
    setPointers: (list) => display.pointers(list),
    drawings: board,
    pointer: () => hand.pointer(),
    under: hand.under,
    setActive: hand.activate,
    activate: () => opening.hold()?.activate(),
    snapshot() {
      const now = picture();
      return now ? snapshotOf(now.scene, now.series, display) : [];
    },
    reopen() {
      cine.stop();
      opening.reopen();
    },
    redraw: display.redraw,
    resized: () => display.resized(),
    drop(series) {
      display.drop(series);
      opening.forget(series.key);
    },
    destroy() {
      opening.release();
      hand.destroy();
      board.destroy();
      watch.disconnect();
      display.destroy();
      pictures.destroy();
      stage.destroy();
    },
  };
}
