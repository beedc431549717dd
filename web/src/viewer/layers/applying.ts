/** What a presentation state makes of a scene: its window and its shape; pure. */
import type { PresentationState } from "../../wire/types";
import type { PackHeader } from "../pack";
import type { Scene } from "../scene";
import { isNamed } from "./objects";

/** The same scene where the state is of other images. PS3.3 C.11.6: its shape takes the place of the image's own. */
export function stateApplied(scene: Scene, header: PackHeader, state: PresentationState): Scene {
  const image = header.frames[scene.frame];
  const isOfState = image !== undefined && state.images.some((one) => isNamed(one, image));
  if (!isOfState || header.values === "rgb8") return scene;
  const found = state.windows.find((one) => one.images.length === 0 || one.images.some((each) => isNamed(each, image)));
  const { center, width } = found?.window ?? scene.window;
  return { ...scene, window: { center, width }, isInverted: state.inverse !== header.invert };
}
