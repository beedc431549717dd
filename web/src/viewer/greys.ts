/** How a viewport's values become grey on this machine, and what is said where that is not what their file asks for. */
import type { PresentationState, ViewportId } from "../wire/types";
import { isBent } from "./bending";
import { isStateBent } from "./layers/state_grey";
import type { Text } from "./overlay";
import type { PackHeader } from "./pack";
import { isPaddingBlack, paddingOf, withPaddingBlack } from "./padding";
import { presentationOf } from "./presenting";
import { isReformat, type Scene } from "./scene";
import type { Presentation } from "./screens";
import type { Series } from "./series";
import { functionOf } from "./voi";

type At = { id: ViewportId; state: PresentationState | null };

/** Padding is drawn black on images of the file; `ready`: see `presentationOf`. */
export function greyOf(scene: Scene, series: Series, at: At, ready: () => void): Presentation {
  const asked = presentationOf(scene, series, at, ready);
  return isReformat(at.id) ? asked : withPaddingBlack(asked, series, paddingOf(series, scene.frame));
}

/** Whether it takes more than what the file's own images are always drawn with. */
export function isGreyBent(scene: Scene, series: Series, at: At): boolean {
  if (at.state !== null && isStateBent(at.state, series.header)) return true;
  return !isBent(series.header) && greyOf(scene, series, at, () => undefined).curve !== null;
}

/** Of a plane through the volume, whoever draws it. */
export function planeGreyWords(
  { window }: Scene,
  { voi_tables, windows }: PackHeader,
  id: ViewportId,
  text: Text,
): string {
  const isOwn = windows[0]?.center === window.center && windows[0].width === window.width;
  return isReformat(id) && isOwn && (voi_tables ?? []).length > 0 ? text("room.grey.table") : "";
}

/** Of what is drawn from the values in memory. */
export function greyWords(scene: Scene, series: Series, at: At, text: Text): string {
  const { header, gain } = series;
  if (header.values === "rgb8") return "";
  const shown = greyOf(scene, series, at, () => undefined);
  const padding = paddingOf(series, scene.frame);
  const isStraight = at.state === null && functionOf(header, scene.window) === "SIGMOID" && shown.curve === null;
  return [
    isStraight ? text("room.grey.sigmoid") : "",
    padding !== null && !isPaddingBlack(shown, gain, padding) ? text("room.grey.padding") : "",
  ]
    .filter(Boolean)
    .join("\n");
}
