/** Pointers as they travel: their image is said once a connection and way, then by its number (R48); whole elsewhere. */
import type { FromRoom, MovePointer, Pointer, PointerMoved, SlidePointer } from "./types";

/** What the room says, each message by itself and each pointer with its image. */
export type Whole = Exclude<FromRoom, { t: "movements" | "pointer.slid" }>;

export type Hearing = {
  /** A pointer whose image this connection does not know is left out: it must not land on another. */
  whole(message: FromRoom): readonly Whole[];
};

/** For one connection: the next one knows nothing. */
export function createHearing(): Hearing {
  const named = new Map<string, { image_n: number; pointer: Pointer }>();

  const moved = (message: PointerMoved): readonly Whole[] => {
    const { actor, pointer, image_n } = message;
    if (pointer !== null && image_n !== undefined) named.set(actor, { image_n, pointer });
    return [message];
  };

  const whole = (message: FromRoom): readonly Whole[] => {
    switch (message.t) {
      case "movements":
        return message.moved.flatMap(whole);
      case "pointer.moved":
        return moved(message);
      case "pointer.slid": {
        const { frame, actor, image_n, point_world_mm } = message;
        const on = named.get(actor);
        if (on?.image_n !== image_n) return [];
        return [{ t: "pointer.moved", frame, actor, n: frame, pointer: { ...on.pointer, point_world_mm }, image_n }];
      }
      default:
        return [message];
    }
  };

  return { whole };
}

/** The room leaves out what is too much (R32), perhaps just what named the image: it is named again so often. */
const NAMED_EVERY_MS = 1000;

export type Pointing = {
  /** As it is to be sent now. */
  brief(message: MovePointer, now_ms: number): MovePointer | SlidePointer;
};

type Named = { n: number; pointer: Pointer; at_ms: number };

/** For one connection. */
export function createPointing(): Pointing {
  let named: Named | null = null;
  return {
    brief(message, now_ms) {
      const { n, pointer } = message;
      if (named !== null && pointer !== null && isNamedBy(named, pointer, now_ms))
        return { t: "pointer.slide", n, image_n: named.n, point_world_mm: pointer.point_world_mm };
      named = pointer === null ? null : { n, pointer, at_ms: now_ms };
      return message;
    },
  };
}

function isNamedBy({ pointer: one, at_ms }: Named, other: Pointer, now_ms: number): boolean {
  return (
    now_ms - at_ms < NAMED_EVERY_MS &&
    one.series_uid === other.series_uid &&
    one.frame_of_reference_uid === other.frame_of_reference_uid &&
    one.sop_instance_uid === other.sop_instance_uid &&
    one.frame === other.frame
  );
}
