/** What a presentation state makes of a scene: window, shape, turn and the part that is displayed; pure. */
import type { PresentationState } from "../../wire/types";
import type { StackGeometry } from "../geometry";
import type { PackHeader } from "../pack";
import type { Scene } from "../scene";
import { type Turn, turnedSize } from "../turning";
import { isNamed } from "./naming";
import { greyGap, stateWindow } from "./state_grey";

type Stack = { header: PackHeader; geometry: StackGeometry };

/** The same scene where the state is of other images. */
export function stateApplied(scene: Scene, { header, geometry }: Stack, state: PresentationState): Scene {
  const image = header.frames[scene.frame];
  if (image === undefined || !state.images.some((one) => isNamed(one, image))) return scene;
  return {
    ...withGrey(scene, header, state),
    stack: { ...scene.stack, ...placeOf(scene.frame, { header, geometry }, state) },
  };
}

/** PS3.3 C.11.6: its shape takes the place of the image's own. */
function withGrey(scene: Scene, header: PackHeader, state: PresentationState): Scene {
  if (header.values === "rgb8" || greyGap(state, header, scene.frame) !== null) return scene;
  const { center, width } = stateWindow(state, header, scene.frame) ?? scene.window;
  return { ...scene, window: { center, width }, isInverted: state.inverse !== header.invert };
}

/** PS3.3 C.10.6: clockwise, and then flipped. */
export const stateTurn = ({ rotation_deg, flipped }: PresentationState): Turn => ({
  quarters: (Math.round(rotation_deg / 90) % 4) as Turn["quarters"],
  isMirrored: flipped,
});

function placeOf(frame: number, { header, geometry }: Stack, state: PresentationState): Partial<Scene["stack"]> {
  const turn = stateTurn(state);
  const area = areaOf(frame, header, state);
  if (area === null) return { ...turn, right_mm: 0, up_mm: 0, fov_mm: null, hugs: 0 };
  const [down_mm, across_mm] = geometry.pixel_mm;
  const [left, right] = [area.top_left[0], area.bottom_right[0]].sort((one, other) => one - other) as [number, number];
  const [top, bottom] = [area.top_left[1], area.bottom_right[1]].sort((one, other) => one - other) as [number, number];
  const size: [number, number] = [(right - left + 1) * across_mm, (bottom - top + 1) * down_mm];
  return {
    ...turn,
    right_mm: ((left + right) / 2 - (header.columns + 1) / 2) * across_mm,
    up_mm: -((top + bottom) / 2 - (header.rows + 1) / 2) * down_mm,
    fov_mm: turnedSize(size, turn),
    hugs: 0,
  };
}

/** The displayed area of an image; null where that is all of it. */
function areaOf(
  frame: number,
  header: PackHeader,
  state: PresentationState,
): PresentationState["areas"][number] | null {
  const image = header.frames[frame];
  const isHere = ({ images }: { images: PresentationState["images"] }): boolean =>
    images.length === 0 || (image !== undefined && images.some((one) => isNamed(one, image)));
  const area = state.areas.find(isHere);
  if (!area) return null;
  const across = Math.abs(area.bottom_right[0] - area.top_left[0]) + 1;
  const down = Math.abs(area.bottom_right[1] - area.top_left[1]) + 1;
  return across >= header.columns && down >= header.rows ? null : area;
}

/** Whether the picture still stands as the state wants it: whoever has changed it since sees something else. */
export function isAsStated(scene: Scene, stack: Stack, state: PresentationState): boolean {
  const stated = stateApplied(scene, stack, state);
  const isNear = (one: number, other: number): boolean => Math.abs(one - other) < 0.01;
  return (
    isNear(stated.window.center, scene.window.center) &&
    isNear(stated.window.width, scene.window.width) &&
    stated.isInverted === scene.isInverted &&
    stated.stack.quarters === scene.stack.quarters &&
    stated.stack.isMirrored === scene.stack.isMirrored
  );
}
