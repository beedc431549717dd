/** What the room asks of the viewer, and what it is told; no code. */
import type { UptakeUnit } from "../lib/uptake";
import type { Away } from "../wire/facets";
import type { FullLayers } from "../wire/layers";
import type { ObjectSource } from "../wire/objects";
import type { Registered } from "../wire/registered";
import type { Arrangement, Facets, Layout, Pointer, PresentationState, Slab, View, ViewportId } from "../wire/types";
import type { NamedPointer, Quality } from "./captions";
import type { Begun } from "./download";
import type { DrawingBoard, DrawingEvents } from "./drawing/drawing";
import type { Failure } from "./failures";
import type { Full, FullEvents } from "./full";
import type { Tool } from "./gestures";
import type { Change } from "./growing";
import type { Switches } from "./layers/markings";
import type { ImageName, SeriesVersion, StackRef } from "./library";
import type { Proposal } from "./links";
import type { ShowResult } from "./pane_contract";
import type { RegionRefusal } from "./regions";
import type { SnapshotEntry } from "./snapshot";
import type { Timing } from "./times";

/** What `import("./full")` brings. */
export type FullCode = { createFull(events: FullEvents): Full };

/** Of a second pane and those after it the names are `2:stack`, `3:axial`...; of the first, `stack`, `axial`... */
export type SnapshotLine = Omit<SnapshotEntry, "id"> & { id: string };

export type ViewerEvents = {
  /** By the local user's hand only; once a frame, and `settled` when it has rested for 150 ms. */
  viewChanged(view: View, settled: boolean): void;
  /** The local hand has just changed these parts of the view: told at once, before anybody else's view comes. */
  taken(parts: Facets): void;
  /** The local user works in another pane now; what is shown has not changed. */
  activated(): void;
  /** The cross of a pane was pressed. */
  closed(index: number): void;
  /** What a card carried that was let go over a pane. */
  dropped(index: number, carried: string): void;
  pointerMoved(pointer: Pointer | null): void;
  /** The lowest quality of the frames that are shown. */
  qualityChanged(quality: Quality): void;
  failed(code: Failure): void;
  /** The region that the local hand framed has no window. */
  regionRefused(why: RegionRefusal): void;
  /** A stack that is shown has other images than before. */
  grown(change: Change): void;
  /** Milliseconds since navigation; told again as each of the three is reached. */
  loaded(timing: Timing): void;
  /** What to write over a stack. */
  titleOf(stack: StackRef): { title: string; prior: string | null };
  newId(): string;
  objects: ObjectSource;
  drawing: DrawingEvents;
};

/** Annotations over the images of all panes: what is shown of them, and the tool that makes them. */
export type Drawings = Omit<DrawingBoard, "paint" | "destroy">;

/** Where one stands in the active viewport, from 1. `isSlice`: the images have places in a patient. */
export type SlicePlace = { n: number; count: number; isSlice: boolean };

export type Viewer = {
  /** In the active pane. Resolves when the image asked for is drawn, when loading has failed for good, or when another
   *  stack is opened there. `begun`: its pack beginning with this image, asked for before the viewer was there. */
  open(stack: StackRef, at?: ImageName, begun?: Begun): Promise<void>;
  /** Several stacks at once, one a pane, in this order; resolves when an image of each is drawn or has failed. */
  hang(arrangement: Arrangement, stacks: readonly StackRef[]): Promise<void>;
  view(): View | null;
  place(): SlicePlace | null;
  /** Takes over the parts named of somebody's view; `stacks`: where its panes' packs are, null where not known.
   *  `begun` belongs to the active pane. Another series never counts as the same image. */
  show(view: View, stacks: readonly (StackRef | null)[], facets: Facets, begun?: Begun): ShowResult;
  /** In the parts named, or in all. */
  compare(view: View, facets?: Facets): ShowResult;
  /** Why none of the stacks that stand here has a slice where another's view is; null where one has. */
  away(view: View): Away | null;
  /** Shows a view as if by the hand: it is told. Panes of stacks that were never here stay empty. */
  put(view: View): void;
  activate(index: number): void;
  /** What lays frames of reference upon each other. */
  setRegistered(all: readonly Registered[]): void;
  setLinked(on: boolean): void;
  /** What would lay the active pane's frame of reference upon that of the pane before it, at the middles of their slices.
   *  `nothing` where there is no pane of another frame of reference, or more than one and none of them was used before. */
  slicesHere(): Proposal;
  /** Waits for a press in each of two panes; what would lay them upon each other there, null when it was given up. */
  matchPoints(first: () => void, done: (proposal: Proposal | null) => void): void;
  /** False where planes through a volume are refused; `mprRefusal` tells why. */
  setLayout(layout: Layout): boolean;
  mprRefusal(): string | null;
  setWindow(window: { center: number; width: number }): void;
  setInvert(on: boolean): void;
  /** Of the active plane; null draws it thin again. */
  setSlab(slab: Slab | null): void;
  reset(): void;
  /** What is on the screen of the active viewport, a quarter to the right; from left to right. */
  rotate(): void;
  /** The other planes through the volume by so many degrees about where all meet, seen in the active one; nothing where
   *  only one of them is shown. */
  tilt(degrees: number): void;
  straighten(): void;
  flip(): void;
  /** See the pane's. */
  play(speed: number | null): void;
  isPlaying(): boolean;
  scroll(steps: number): void;
  zoomBy(factor: number): void;
  /** What the left button and one finger do. Until it is called: the window, and scrolling. */
  setTool(tool: Tool): void;
  /** Which markings of the active pane's file there are, and what lies over its images. */
  layers(): { there: Switches; on: FullLayers };
  /** Over the active pane; `state`: a presentation state that has come with it and gives the pane its window. */
  setLayers(layers: FullLayers, state?: PresentationState): void;
  /** An object that lies over a pane has come, or cannot. */
  objectsChanged(): void;
  /** In which units the active pane's values can be read (PET only), and the one shown. */
  uptake(): { units: UptakeUnit[]; chosen: string };
  /** Windows that the active pane's stack came with: its file's, or one made from its values. */
  windows(): readonly { center: number; width: number; explanation?: string }[];
  setUptakeUnit(unit: string): void;
  /** Of all that is shown: whether a file was compressed with loss, and how much is held of the largest series where that
   *  is not all of it. */
  holding(): { isLossy: boolean; held: { full: number; count: number } | null };
  /** Whether the server draws: then no stack is fetched. */
  isThin(): boolean;
  /** Resolves when the other one has begun to draw; what is shown stays where it is. */
  setThin(on: boolean): Promise<void>;
  setPointers(list: NamedPointer[]): void;
  drawings: Drawings;
  setActive(id: ViewportId): void;
  /** What stands over the panes has changed. */
  retitle(): void;
  /** Likely to be opened next, in this order: fetched when nothing else is. */
  expect(stacks: readonly StackRef[]): void;
  /** The server's list of studies says so. */
  renew(series: readonly SeriesVersion[]): void;
  snapshotInfo(): SnapshotLine[];
  resize(): void;
  destroy(): void;
};
