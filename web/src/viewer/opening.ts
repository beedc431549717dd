/** Which stack a pane holds, from the asking to the release, and where the reader stands in it: the pane's one truth. */
import type { Facets, Pane as PaneView } from "../wire/types";
import type { Display, Picture } from "./display";
import type { Begun } from "./download";
import type { Failure } from "./failures";
import { sceneAfter } from "./growing";
import type { Hold, ImageName, Library, StackRef } from "./library";
import type { PaneEvents } from "./pane_contract";
import { atImage, carriedTo, firstScene, frameWanted, type Scene } from "./scene";
import { followed, isSameStack } from "./sharing";
import { type Stack, seriesKey } from "./stack";
import { standingOf } from "./standing";

export type Opening = {
  hold(): Hold | null;
  picture(): Picture | null;
  put(next: Scene): void;
  /** Resolves when the image asked for is drawn, when loading has failed for good, or when another stack is opened. */
  open(stack: StackRef, at: ImageName | null, begun: Begun | null): Promise<void>;
  release(): void;
  show(view: PaneView, facets: Facets): void;
  /** A view of the stack being opened that came before its header. */
  early(): PaneView | null;
  /** The stack is held anew, where the reader stands. */
  reopen(): void;
  /** What was opened is on the screen. */
  drawn(): void;
  /** Where the reader stood in a stack that has left memory. */
  forget(key: string): void;
};

export type OpeningEvents = Pick<PaneEvents, "began" | "better" | "failed" | "grown" | "laid" | "quality"> & {
  /** Something else lies under the hand now, without its having moved. */
  moved(): void;
  /** The stack that was here goes. */
  released(): void;
};

export function createOpening(library: () => Library, display: Display, events: OpeningEvents): Opening {
  // Where the reader stood in the stacks that were here before.
  const scenes = new Map<string, Scene>();
  let hold: Hold | null = null;
  let scene: Scene | null = null;
  let asked: ImageName | null = null;
  let settleOpen: () => void = () => undefined;
  // What stood here before a stack of the same series that shows the same places was opened.
  let cameFrom: Picture | null = null;
  // Where the reader stands in a stack that is held anew.
  let resumed: Scene | null = null;
  let early: { view: PaneView; facets: Facets } | null = null;

  function picture(): Picture | null {
    const series = hold?.series();
    return series && scene ? { series, scene } : null;
  }

  function put(next: Scene): void {
    const series = hold?.series();
    if (!hold || !series) return;
    scene = next;
    scenes.set(hold.key, next);
    hold.want(frameWanted(next, series.geometry));
    display.show({ series, scene: next });
    events.moved();
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
    const next = followed(now.scene, now.series, view, facets, events.laid);
    if (next && next !== now.scene) put(next);
  }

  function release(): void {
    settleOpen();
    early = null;
    resumed = null;
    hold?.release();
    hold = null;
    scene = null;
    events.released();
  }

  function takeHold(stack: StackRef, at: ImageName | null, begun: Begun | null): void {
    asked = at;
    let mine: Hold | null = null;
    const isMine = (): boolean => mine !== null && hold === mine;
    mine = library().hold(stack, at, begun, {
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

  return {
    hold: () => hold,
    picture,
    put,
    open(stack, at, begun) {
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
    release,
    show,
    early: () => early?.view ?? null,
    reopen() {
      const ref = hold?.ref;
      if (!ref) return;
      const waiting = early;
      hold?.release();
      resumed = scene;
      takeHold(ref, asked, null);
      early = picture() ? null : waiting;
      display.redraw();
    },
    drawn: () => settleOpen(),
    forget: (key) => void scenes.delete(key),
  };
}

function firstWindow({ header }: Stack): Scene["window"] {
  const { center, width } = header.windows[0] ?? { center: 128, width: 256 };
  return { center, width };
}

/** How an image looks when nobody has done anything to it. */
export const firstLook = (series: Stack, frame: number): Parameters<typeof firstScene>[1] => ({
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
