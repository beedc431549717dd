/** What toolbar and keys do to the picture of a pane: each leads from one scene to the next, as if by the hand. */
import type { Size } from "../lib/planes";
import type { ViewportId } from "../wire/types";
import { stateApplied } from "./layers/applying";
import { firstLook } from "./opening";
import type { Pane } from "./pane_contract";
import { resetScene, turnAt, withLayout, withTurn, zoomed } from "./scene";
import { inMemory } from "./series";
import { withSlab } from "./slabs";
import { canReformat } from "./stack";
import { straightened, tilted } from "./tilting";

export type Acts = Pick<
  Pane,
  | "setLayout"
  | "mprRefusal"
  | "setWindow"
  | "setInvert"
  | "setSlab"
  | "reset"
  | "tilt"
  | "straighten"
  | "turn"
  | "zoomBy"
  | "setLayers"
>;

type ActsWorld = Pick<Pane, "picture" | "change"> & { size(id: ViewportId): Size };

export function createActs({ picture, change, size }: ActsWorld): Acts {
  const mprRefusal = (): string | null => {
    const series = picture()?.series;
    if (!series) return "loading";
    if (inMemory(series)?.isNarrow) return "too_large";
    if (canReformat(series)) return null;
    return series.header.reason ?? (series.header.values === "rgb8" ? "colour" : "no_geometry");
  };

  return {
    mprRefusal,
    setLayout(layout) {
      if (layout !== "stack" && mprRefusal() !== null) return false;
      change((at, series) => withLayout(at, series.geometry, layout));
      return picture() !== null;
    },
    setWindow: (window) => change((at, series) => (series.header.values === "rgb8" ? at : { ...at, window })),
    setInvert: (isInverted) =>
      change((at, series) =>
        at.isInverted === isInverted || series.header.values === "rgb8" ? at : { ...at, isInverted },
      ),
    setSlab: (slab) => change((at) => withSlab(at, at.active, slab)),
    reset: () => change((at, series) => resetScene(at, series.geometry, firstLook(series, at.frame))),
    tilt: (degrees) => change((at) => tilted(at, at.active, (degrees * Math.PI) / 180)),
    straighten: () => change((at, series) => straightened(at, series.geometry)),
    turn: (how) => change((at) => withTurn(at, at.active, how(turnAt(at, at.active)))),
    zoomBy: (factor) =>
      change((at, series) => {
        const id = at.active;
        return zoomed(at, series.geometry, { id, size: size(id), factor, around: null });
      }),
    setLayers: (layers, state) =>
      change((at, series) => {
        const laid = { ...at, layers };
        return state ? stateApplied(laid, series, state) : laid;
      }),
  };
}
