/** The server's pictures on the viewports of one pane: what is asked for, what stands there, and how good it is. */
import type { Size } from "../../lib/planes";
import type { ViewportId } from "../../wire/types";
import type { Quality } from "../captions";
import type { Failure } from "../failures";
import type { Text } from "../overlay";
import { cameraOf, type Scene } from "../scene";
import { VIEWPORT_IDS } from "../screens";
import type { Stack } from "../stack";
import { askedOf, isDrawnAs, isSameAsked, isSameContent, queryOf } from "./asking";
import { createEasel, type Easel, type Fetching } from "./easel";
import { fetchPicture, NoPicture } from "./fetching";
import type { Line } from "./line";
import type { Source } from "./opened";
import { createSheet, type Sheet } from "./sheet";
import { firstStep, mannerOf, RANK, type Rate, ratedWith, type Step } from "./steps";

/** What stands on a viewport: the scene that it is a picture of, which may be an earlier one than that `wanted`. */
export type Served = { scene: Scene; wanted: Scene; step: Step; quality: Quality } | null;

/** `hasOwn`: something else is drawn underneath, which is shown until the very picture is there. */
export type Wanted = { stack: Stack; scene: Scene; size: Size; hasOwn: boolean };

/** What a reader must know of it: who has drawn it, and how it came. */
export function servedWords(served: Served, text: Text): string {
  return text(`room.thin.${served === null || served.quality === "loading" ? "waiting" : served.step}`);
}

export type Pictures = {
  show(id: ViewportId, wanted: Wanted): Served;
  hide(id: ViewportId): void;
  /** As `show` found it the last time. */
  served(id: ViewportId): Served;
  retry(): void;
  destroy(): void;
};

/** What all panes of the page have in common. */
export type PictureRoom = { line: Line; rate: { now: Rate } };

export type PicturesWorld = {
  room: PictureRoom;
  source(): Source | null;
  painted(): void;
  failed(code: Failure): void;
  /** The server has prepared the stack anew. */
  stale(): void;
};

export function createPictures(frames: Record<ViewportId, HTMLElement>, world: PicturesWorld): Pictures {
  const { line, rate } = world.room;
  const sheets = new Map<ViewportId, Sheet>();
  const served = new Map<ViewportId, Served>();
  const stacks = new Map<ViewportId, Stack>();

  const easels = new Map(
    VIEWPORT_IDS.map((id): [ViewportId, Easel<Scene, ImageBitmap>] => [
      id,
      createEasel<Scene, ImageBitmap>({
        fetch: ({ asked }, step, stop) => fetchOne(asked, step, stop),
        firstStep: ({ size }) => firstStep(size, devicePixelRatio, rate.now),
        now_ms: () => performance.now(),
        later(wait_ms, run) {
          const timer = window.setTimeout(run, Math.ceil(wait_ms));
          return () => window.clearTimeout(timer);
        },
        painted: world.painted,
        failed(failure) {
          if (failure.code === "picture_overtaken") return;
          console.warn(failure.message);
          if (failure.code === "picture_stale") world.stale();
          else world.failed(failure.code);
        },
        dropped: (image) => image.close(),
      }),
    ]),
  );

  async function fetchOne(
    asked: ReturnType<typeof askedOf>,
    step: Step,
    stop: { signal: AbortSignal; giveWay(): void },
  ): Promise<Fetching<ImageBitmap>> {
    const source = world.source();
    if (source === null) throw new NoPicture("picture_retrying", 0, "the stack is not open yet");
    const manner = mannerOf(step, asked.size, devicePixelRatio, rate.now);
    const query = queryOf(asked, manner, source.version);
    const { picture, drawn, took_ms } = await line.run(
      -RANK[step],
      () => fetchPicture(`${source.url}?${query}`, stop.signal),
      stop,
    );
    if (!isDrawnAs(drawn, asked, manner, source.version))
      throw new NoPicture("picture_wrong", null, `asked for ${query}, was given ${JSON.stringify(drawn)}`);
    rate.now = ratedWith(rate.now, picture.size, took_ms);
    return { image: await createImageBitmap(picture, { colorSpaceConversion: "none" }), manner };
  }

  const sheetOf = (id: ViewportId): Sheet => {
    const found = sheets.get(id) ?? createSheet();
    if (!sheets.has(id)) {
      sheets.set(id, found);
      frames[id].append(found.element);
    }
    return found;
  };

  function hide(id: ViewportId): void {
    stacks.delete(id);
    served.set(id, null);
    easels.get(id)?.want(null);
    sheets.get(id)?.hide();
  }

  function show(id: ViewportId, wanted: Wanted): Served {
    const { stack, scene, size, hasOwn } = wanted;
    const easel = easels.get(id) as Easel<Scene, ImageBitmap>;
    // A picture of another stack must not stand there with this one's words.
    if (stacks.get(id) !== stack) hide(id);
    stacks.set(id, stack);
    const isHidden = size.width <= 0 || size.height <= 0;
    if (isHidden || world.source() === null) return null;
    const asked = askedOf(scene, stack, id, size);
    easel.want({ asked, of: scene });
    const there = easel.painted();
    const isOfIt = there !== null && isSameContent(there.asked, asked);
    if (there === null || (hasOwn && !isOfIt)) {
      sheets.get(id)?.hide();
      return null;
    }
    const seen = isOfIt ? scene : there.of;
    sheetOf(id).draw(there, cameraOf(seen, stack.geometry, id, size), size);
    const isBest = there.step === "lossless" && isSameAsked(there.asked, asked);
    return { scene: seen, wanted: scene, step: there.step, quality: isOfIt ? (isBest ? "full" : "coarse") : "loading" };
  }

  return {
    show(id, wanted) {
      const found = show(id, wanted);
      served.set(id, found);
      return found;
    },
    hide,
    served: (id) => served.get(id) ?? null,
    retry() {
      for (const easel of easels.values()) easel.retry();
    },
    destroy() {
      for (const id of VIEWPORT_IDS) hide(id);
      for (const sheet of sheets.values()) sheet.element.remove();
    },
  };
}
