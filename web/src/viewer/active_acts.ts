/** What is asked of the viewer and done in the pane that is worked in, or in all of them. */
import { NO_OBJECTS } from "../wire/layers";
import { markingsIn } from "./layers/markings";
import type { Panes } from "./panes";
import { stepOf } from "./scene";
import { flipped, rotated } from "./turning";
import type { Viewer } from "./viewer_contract";

type ActiveActs = Pick<
  Viewer,
  | "setLayout"
  | "mprRefusal"
  | "setWindow"
  | "setInvert"
  | "setSlab"
  | "reset"
  | "tilt"
  | "straighten"
  | "rotate"
  | "flip"
  | "play"
  | "isPlaying"
  | "scroll"
  | "zoomBy"
  | "setTool"
  | "layers"
  | "place"
  | "setLayers"
  | "windows"
  | "setPointers"
  | "setActive"
>;

export const activeActs = (panes: Panes): ActiveActs => ({
  setLayout: (layout) => panes.active().setLayout(layout),
  mprRefusal: () => panes.active().mprRefusal(),
  setWindow: (window) => panes.active().setWindow(window),
  setInvert: (on) => panes.active().setInvert(on),
  setSlab: (slab) => panes.active().setSlab(slab),
  reset: () => panes.active().reset(),
  tilt: (degrees) => panes.active().tilt(degrees),
  straighten: () => panes.active().straighten(),
  rotate: () => panes.active().turn(rotated),
  flip: () => panes.active().turn(flipped),
  play: (speed) => panes.active().play(speed),
  isPlaying: () => panes.active().isPlaying(),
  scroll: (steps) => panes.active().scroll(steps),
  zoomBy: (factor) => panes.active().zoomBy(factor),
  setTool: (tool) => panes.everywhere("tool", (pane) => pane.setTool(tool)),
  layers() {
    const now = panes.active().picture();
    const there = now ? markingsIn(now.series.header) : { overlays: false, shutters: false };
    return { there, on: now?.scene.layers ?? NO_OBJECTS };
  },
  place() {
    const now = panes.active().picture();
    if (!now) return null;
    const { scene, series } = now;
    const { index, count } = stepOf(scene, series.geometry, scene.active);
    return { n: index + 1, count, isSlice: series.geometry.isInPatient };
  },
  setLayers: (layers, state) => panes.active().setLayers(layers, state),
  windows: () => panes.active().picture()?.series.header.windows ?? [],
  setPointers: (list) => panes.everywhere("pointers", (pane) => pane.setPointers(list)),
  setActive: (id) => panes.active().setActive(id),
});
