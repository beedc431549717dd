/** Two points of two panes that somebody says are one place of the patient, each by a press; it lays nothing. */
import type { Vec3 } from "../lib/vectors";

/** A point in the patient, and the frame of reference in which it was pressed. */
export type Spot = { frame_of_reference_uid: string; point_world_mm: Vec3 };

export type Picking = {
  /** What lies under a press; null where that has no place in a patient. */
  spotAt(event: PointerEvent): Spot | null;
  /** One point is there: its partner is waited for. */
  first(): void;
  /** Null when it was given up. */
  done(pair: [Spot, Spot] | null): void;
};

/** Until both are there or Escape is pressed, presses over the panes do nothing else. Answers with its end. */
export function pickPair(root: HTMLElement, { spotAt, first, done }: Picking): () => void {
  let one: Spot | null = null;

  const end = (pair: [Spot, Spot] | null): void => {
    root.removeEventListener("pointerdown", pressed, { capture: true });
    window.removeEventListener("keydown", keyed, { capture: true });
    delete root.dataset.picking;
    done(pair);
  };
  const pressed = (event: PointerEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    const spot = spotAt(event);
    if (spot === null) return;
    if (one !== null && one.frame_of_reference_uid !== spot.frame_of_reference_uid) {
      end([one, spot]);
      return;
    }
    // Another press in the same frame of reference corrects the first.
    one = spot;
    first();
  };
  const keyed = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    end(null);
  };

  root.dataset.picking = "";
  root.addEventListener("pointerdown", pressed, { capture: true });
  window.addEventListener("keydown", keyed, { capture: true });
  return () => end(null);
}
