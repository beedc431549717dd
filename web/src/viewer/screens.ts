/** What draws the values of a stack on the viewports of a pane; Cornerstone does, see `cornerstone`. */
import type { Curve } from "../lib/curves";
import type { Camera } from "../lib/planes";
import type { Range } from "../lib/windows";
import type { ViewportId } from "../wire/types";
import type { Series } from "./series";
import type { Turn } from "./turning";

export const VIEWPORT_IDS: readonly ViewportId[] = ["stack", "axial", "sagittal", "coronal"];

/** What stands in a viewport: the frame of the stack, or a plane through the volume. */
export type Shot = { camera: Camera; turn: Turn; frame: number | null };

/** `curve`: drawn through instead of the straight line of the range, where Cornerstone's CPU draws. */
export type Presentation = Range & { isInverted: boolean; isSigmoid: boolean; curve: Curve | null };

export type Screens = {
  /** Puts the series into a viewport; resolves when it can be drawn. The last call wins. */
  mount(id: ViewportId, series: Series, how: { frame: number; isBent: boolean }): Promise<void>;
  /** `isBent`: drawn so that another curve than the file's can bend it; null: in whichever way. */
  isMounted(id: ViewportId, series: Series, isBent: boolean | null): boolean;
  aim(id: ViewportId, shot: Shot): void;
  present(id: ViewportId, presentation: Presentation): void;
  /** Draws anew after the values of these frames have changed in memory. */
  refresh(id: ViewportId, series: Series, frame: number | null): void;
  /** Tells the drawing of volumes that voxels have changed. */
  volumeChanged(series: Series, isComplete: boolean): void;
  /** Takes the series out of every viewport, so that its memory can go. */
  unmount(series: Series): void;
  /** Gives the viewport's picture the size of its element; false when that was not so and may take another frame. */
  fit(id: ViewportId): boolean;
};
