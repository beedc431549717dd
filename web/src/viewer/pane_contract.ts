/** What a pane does for the viewer, what it tells it, and what it is given to do so; no code. */
import type { Plane } from "../lib/planes";
import type { FullLayers } from "../wire/layers";
import type { ObjectSource } from "../wire/objects";
import type { Facets, Layout, Pane as PaneView, Pointer, PresentationState, Slab, ViewportId } from "../wire/types";
import type { NamedPointer, Quality } from "./captions";
import type { Picture } from "./display";
import type { Begun } from "./download";
import type { DrawingBoard, DrawingEvents } from "./drawing/drawing";
import type { Failure } from "./failures";
import type { Tool } from "./gestures";
import type { Change } from "./growing";
import type { ImageName, Library, StackRef } from "./library";
import type { Text } from "./overlay";
import type { RegionRefusal } from "./regions";
import type { Laid } from "./registered";
import type { Scene } from "./scene";
import type { Screens } from "./screens";
import type { Series } from "./series";
import type { SnapshotEntry } from "./snapshot";
import type { Stack } from "./stack";
import type { OpenedStacks } from "./thin/opened";
import type { PictureRoom } from "./thin/pictures";
import type { Turn } from "./turning";

/** What this screen shows, compared with the view asked for. */
export type ShowResult = "same" | "coarse" | "loading" | "elsewhere";

export type PaneEvents = {
  /** By the local user's hand, from one scene to the next. */
  changed(before: Scene, after: Scene): void;
  /** The hand points elsewhere, or at something else. */
  pointed(): void;
  regionRefused(why: RegionRefusal): void;
  quality(): void;
  failed(code: Failure): void;
  /** The stack has other images than before. */
  grown(change: Change): void;
  began(stack: Stack): void;
  better(series: Series): void;
  drawn(series: Stack): void;
  /** Planes of other panes in this frame of reference. */
  cuts(frame_of_reference_uid: string | null): Plane[];
  laid: Laid;
  drawing: DrawingEvents;
};

export type Pane = {
  /** The stack that was asked for, there or not. */
  stack(): StackRef | null;
  /** Resolves when the image asked for is drawn, when loading has failed for good, or when another stack is opened. */
  open(stack: StackRef, at?: ImageName | null, begun?: Begun | null): Promise<void>;
  close(): void;
  picture(): Picture | null;
  /** As asked for, until its header has come. */
  view(): PaneView | null;
  show(view: PaneView, facets: Facets): void;
  compare(view: PaneView, facets: Facets): ShowResult;
  quality(): Quality;
  /** Not by the hand: linked scrolling. */
  put(scene: Scene): void;
  change(by: (scene: Scene, series: Stack) => Scene): void;
  setLayout(layout: Layout): boolean;
  mprRefusal(): string | null;
  setWindow(window: { center: number; width: number }): void;
  setInvert(on: boolean): void;
  /** Of the active plane; null draws it thin again. */
  setSlab(slab: Slab | null): void;
  reset(): void;
  /** Turns the active viewport. */
  turn(how: (turn: Turn) => Turn): void;
  /** Planes through the volume, about the active one's normal. */
  tilt(degrees: number): void;
  straighten(): void;
  /** Goes through the active viewport by itself at so many times its own speed; null stops. */
  play(speed: number | null): void;
  isPlaying(): boolean;
  scroll(steps: number): void;
  zoomBy(factor: number): void;
  setTool(tool: Tool): void;
  /** What lies over the images; `state`: a presentation state that has come with it and gives its window. */
  setLayers(layers: FullLayers, state?: PresentationState): void;
  setUptakeUnit(unit: string): void;
  setPointers(list: NamedPointer[]): void;
  drawings: Omit<DrawingBoard, "paint" | "destroy">;
  pointer(): Pointer | null;
  under(event: { clientX: number; clientY: number }): Pointer | null;
  setActive(id: ViewportId): void;
  /** The pane becomes the one whose stack is fetched first. */
  activate(): void;
  snapshot(): SnapshotEntry[];
  /** The stack is held anew: it is drawn by another one now (see `PaneWorld.library`), where it stood. */
  reopen(): void;
  redraw(): void;
  resized(): void;
  drop(series: Series): void;
  destroy(): void;
};

export type PaneWorld = {
  /** Where values are drawn on this machine, once that is so. */
  screens(elements: Record<ViewportId, HTMLDivElement>): Screens | null;
  /** Of whole stacks, or of stacks that the server draws. */
  library(): Library;
  opened: OpenedStacks;
  room: PictureRoom;
  objects: ObjectSource;
  text: Text;
  nameOf(id: ViewportId): string;
  newId(): string;
};
