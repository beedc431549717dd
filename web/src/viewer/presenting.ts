/** From values to grey levels on this screen: which line or curve, and the level of a value by it. Pure but for tables. */
import { type Range, windowRange } from "../lib/windows";
import type { PresentationState, ViewportId } from "../wire/types";
import { curveOf } from "./bending";
import type { Scene } from "./scene";
import type { Presentation } from "./screens";
import type { Series } from "./series";
import { functionOf } from "./voi";

const COLOUR: Range = { lower: 0, upper: 255 };

/** `state`: the presentation state that lies over it. `ready`: called when a curve of the file, not yet unpacked, is worth asking for again. */
export function presentationOf(
  scene: Scene,
  series: Series,
  { id, state }: { id: ViewportId; state: PresentationState | null },
  ready: () => void,
): Presentation {
  const { header } = series;
  const named = functionOf(header, scene.window);
  const isColor = header.values === "rgb8";
  const curve = curveOf(scene, series, { id, state }, ready);
  return {
    ...(isColor ? COLOUR : windowRange(scene.window.center, scene.window.width, named)),
    isInverted: !isColor && scene.isInverted !== header.invert,
    // Of floats, for which there is no curve, it is a straight line everywhere, and said to be.
    isSigmoid: named === "SIGMOID" && curve !== null,
    curve,
  };
}

/** The level, 0 to 255, of a value as it is kept in memory. */
export function levelOf({ lower, upper, isInverted, curve }: Presentation, gain: number): (kept: number) => number {
  const last = curve ? curve.levels.length - 1 : 0;
  const shown = curve
    ? (kept: number): number => curve.levels[Math.min(Math.max(Math.round(kept) - curve.first, 0), last)] as number
    : (kept: number): number => Math.min(Math.max(((kept / gain - lower) / (upper - lower)) * 255, 0), 255);
  return isInverted ? (kept) => 255 - shown(kept) : shown;
}
