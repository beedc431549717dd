/** What the panels draw, as signals, and what they may ask for; filled by main.ts, which knows the rest of the page. */
import { type Signal, signal } from "@preact/signals";
import type { UptakeUnit } from "../lib/uptake";
import type { Paper } from "../papers/pages";
import { type Away, EVERYTHING } from "../wire/facets";
import { type FullLayers, type Laid, NO_OBJECTS } from "../wire/layers";
import type { ObjectContent } from "../wire/objects";
import type { Registered } from "../wire/registered";
import type {
  AnnotationKind,
  Arrangement,
  Drawing,
  Facets,
  ImageReference,
  ObjectEntry,
  Pane,
  RoomPage,
  RoomState,
  Seen,
  Slab,
  StackEntry,
  StudyManifest,
  View,
} from "../wire/types";

export type Layout = Pane["layout"];
export type Tool = "window" | "pan" | "zoom" | "scroll" | "region" | "lens";
export type Quality = "loading" | "coarse" | "full";

/** An object of the study that somebody asked for on this screen. */
export type ObjectPicture = {
  uid: string;
  content: ObjectContent | null;
  failed: string | null;
};

export type LayerSwitches = { overlays: boolean; shutters: boolean };

/** `lost_s`: for how long the room has not been heard, null while it is. */
export type LinkPicture = {
  at: "connecting" | "live" | "ended";
  end: string | null;
  rtt_ms: number | null;
  lost_s: number | null;
};

export type SeatPicture = { seen: Seen; follows: Facets; lost_s: number | null };

/** `away`: why the place that is followed cannot be shown in the series that this screen has chosen for itself. */
export type FollowPicture = {
  follows: Facets;
  isCalled: boolean;
  stale: boolean;
  seen: Seen;
  away: Away | null;
};

export const activeSlab = (pane: Pane): Slab | null =>
  pane.viewports.find((one) => one.id === pane.active)?.slab ?? null;

export type ThinOffer = "link" | "memory";

export type ViewerPicture = {
  view: View | null;
  /** The active one, which tools and series act upon. */
  pane: Pane | null;
  quality: Quality;
  mpr_refusal: string | null;
  isPlaying: boolean;
  /** The rule by which the images were hung on this screen, null while somebody's hand or view did it. */
  hung: string | null;
  /** How many changes of what stands where can be taken back. */
  steps_back: number;
  tool: Tool;
  points: boolean;
  failure: string | null;
  /** Of what is shown something was compressed with loss before it came here. */
  isLossy: boolean;
  /** Of the largest series shown, where memory holds only a part of it in full. */
  held: { full: number; count: number } | null;
  /** The server draws the images of this screen. */
  isThin: boolean;
  /** Why it had better do so, while that is offered. */
  thinOffer: ThinOffer | null;
  /** Of the active pane: markings of the file that there are, and all that lies over it. */
  layers: { there: LayerSwitches; on: FullLayers };
  /** Units in which the values can be read: none but for PET. */
  uptake: { units: readonly UptakeUnit[]; chosen: string };
  /** Those that the stack came with: its file's, or one that was made from its values. */
  windows: readonly { center: number; width: number; explanation?: string }[];
};

/** `kind`: the measuring tool in my hand. `asking`: what waits for its words. */
export type AnnotationsPicture = {
  kind: AnnotationKind | null;
  selected: string | null;
  hidesOthers: boolean;
  canUndo: boolean;
  canRedo: boolean;
  asking: { annotation_id: string; drawing: Drawing } | null;
};

export type StudyPicture = { study_id: string; manifest: StudyManifest | null; failed: string | null };

export type PeerPicture = {
  actor: string;
  state: "absent" | "connecting" | "connected" | "interrupted" | "failed";
  stream: MediaStream | null;
  quality: "good" | "fair" | "poor" | null;
  path: "direct" | "relay-udp" | "relay-tcp" | "relay-tls" | null;
  numbers: { rtt_ms: number; pictures: number } | null;
};

export type DeviceKind = "audioinput" | "videoinput" | "audiooutput";

export type CallPicture = {
  at: "off" | "asking" | "waiting" | "connecting" | "connected" | "failed";
  problem: "not_allowed" | "not_found" | "in_use" | "insecure" | "failed" | null;
  peers: readonly PeerPicture[];
  callers: readonly string[];
  mine: MediaStream | null;
  muted: boolean;
  camera: boolean;
  devices: readonly { kind: DeviceKind; id: string; label: string }[];
  choice: Readonly<Record<DeviceKind, string>>;
};

export type EchoPicture = {
  at: "off" | "asking" | "connecting" | "connected" | "failed";
  problem: CallPicture["problem"];
  stream: MediaStream | null;
  path: PeerPicture["path"];
  rtt_ms: number | null;
};

export type Levels = { people: ReadonlyMap<string, number>; sent: number; returned: number };

export type BriefLine = { label: string; value: string };
export type Brief = { title: string; question: string; lines: readonly BriefLine[] };

export type DraftPicture = {
  text: string;
  /** Where a caret in the text before stands now; null when it was I who wrote. */
  shift: ((caret: number) => number) | null;
  writers: readonly string[];
};

export type SignedStudy = {
  study_id: string;
  description: string;
  date: string;
  modalities: readonly string[];
  received: number;
  version: string;
  asked_version: string;
};

/** What would be signed now, as the server has it (collab/expertise/signing.py). */
export type SignPreview = {
  pathway: string;
  question: string;
  text: string;
  text_sha256: string;
  key_views_sha256: string;
  studies: readonly SignedStudy[];
  key_views: readonly { caption: string }[];
  idempotency_key: string;
};

export type SignPicture = {
  at: "idle" | "loading" | "ready" | "sending" | "signed";
  preview: SignPreview | null;
  refusal: string | null;
  code: string | null;
};

export type CarriedStack = { study_uid: string; series_uid: string; stack: number };

/** A view that the page's address names: `offered` to whoever presents, for whom it is everybody's screen. */
export type LinkedPicture = {
  at: "loading" | "shown" | "offered" | "failed";
  why: string | null;
  view: View | null;
};

/** A view that goes with the next line of chat, and what it shows. */
export type AttachedPicture = { view: View; caption: string };

export type Toast = { id: number; text: string; tone: "plain" | "warn" | "danger" };

export type Model = {
  page: RoomPage;
  link: Signal<LinkPicture>;
  state: Signal<RoomState>;
  seats: Signal<ReadonlyMap<string, SeatPicture>>;
  follow: Signal<FollowPicture>;
  viewer: Signal<ViewerPicture>;
  annotations: Signal<AnnotationsPicture>;
  studies: Signal<readonly StudyPicture[]>;
  objects: Signal<readonly ObjectPicture[]>;
  /** What lays series of different frames of reference upon each other. */
  registered: Signal<readonly Registered[]>;
  /** The report that is being read. */
  reading: Signal<string | null>;
  /** The encapsulated document that is being read. */
  paper: Signal<ObjectEntry | null>;
  call: Signal<CallPicture>;
  echo: Signal<EchoPicture>;
  levels: Signal<Levels>;
  brief: Signal<Brief | "loading" | "failed" | null>;
  draft: Signal<DraftPicture>;
  sign: Signal<SignPicture>;
  toasts: Signal<readonly Toast[]>;
  /** Requests for the baton that I have put off. */
  putOff: Signal<readonly string[]>;
  isDisplayDeclared: Signal<boolean>;
  /** The address of a view, while it is shown to be copied. */
  viewLink: Signal<string | null>;
  linked: Signal<LinkedPicture | null>;
  attached: Signal<AttachedPicture | null>;
  isHelpOpen: Signal<boolean>;
  isKeeping: Signal<boolean>;
};

export type AnnotationActions = {
  setMeasure(kind: AnnotationKind | null): void;
  /** Lets go of what is half drawn, or of the selection; false when there was neither. */
  endMeasure(): boolean;
  /** Moves what is selected and mine, in the active pane. */
  nudgeAnnotation(step: { right_px: number; up_px: number }): void;
  /** The keyboard moves its next part. */
  nextPart(): void;
  undo(): void;
  redo(): void;
  removeAnnotation(annotation_id: string): void;
  editAnnotation(annotation_id: string): void;
  giveWords(text: string | null): void;
  hideOthers(hides: boolean): void;
  goToAnnotation(annotation_id: string): void;
  /** What is measured; null while its series is not on this screen. */
  wordsOf(drawing: Drawing): string[] | null;
};

export type Actions = AnnotationActions & {
  mountViewer(host: HTMLElement): Promise<void>;
  askControl(): void;
  takeControl(): void;
  giveControl(actor: string): void;
  releaseControl(): void;
  /** Raises my hand, or takes it down. */
  switchHand(): void;
  lowerHand(actor: string): void;
  rejoin(): void;
  /** Follows just these parts of what is presented. */
  follow(parts: Facets): void;
  /** Goes on freely although everybody was asked to follow. */
  stay(): void;
  gather(): void;
  openStack(study_uid: string, series_uid: string, stack: StackEntry): void;
  loadStudy(study_id: string): void;
  goTo(view: View): void;
  /** As the pathway's rule hangs the images. */
  hangAgain(): void;
  arrange(arrangement: Arrangement): void;
  closePane(index: number): void;
  activatePane(index: number): void;
  /** A card of the series strip was let go over a pane. */
  dropStack(index: number, carried: CarriedStack): void;
  setLinked(on: boolean): void;
  /** Lays the active pane upon the one before it: their slices are the same. */
  laySlices(): void;
  /** The same by a point in each of two panes. */
  layPoints(): void;
  /** Takes away what a person has laid. */
  liftRegistration(version: number): void;
  goBack(): void;
  setTool(tool: Tool): void;
  setLayout(layout: Layout): void;
  setWindow(window: { center: number; width: number }): void;
  setInvert(invert: boolean): void;
  /** Of the active plane; null draws it thin again. */
  setSlab(slab: Slab | null): void;
  reset(): void;
  rotate(): void;
  tilt(degrees: number): void;
  straighten(): void;
  flip(): void;
  /** To the stack of the same places that comes next in time, echo or weighting. */
  stepSibling(by: -1 | 1): void;
  /** Times the images' own speed; null stops. */
  play(speed: number | null): void;
  scroll(images: number): void;
  setPoints(points: boolean): void;
  setMarkings(on: LayerSwitches): void;
  setUptakeUnit(unit: string): void;
  /** Remembered for this user on this browser. */
  setThin(on: boolean): void;
  refuseThin(): void;
  /** Opens a report, or lays an object over the active pane; a second time takes it away. */
  useObject(object: ObjectEntry): void;
  readPaper(object: ObjectEntry): void;
  /** Rejects where the document cannot be had or shown. */
  openPaper(object: ObjectEntry): Promise<Paper>;
  /** Opens the image that a report names, wherever it stands among the room's studies. */
  goToImage(image: ImageReference): void;
  changeObject(uid: string, change: Partial<Pick<Laid, "hidden" | "opacity">>): void;
  keepView(caption: string): void;
  removeKeyView(key_view_id: string): void;
  write(text: string): void;
  /** With the view that is attached, if one is. */
  say(text: string): void;
  /** What I see now goes with the next line of chat, or no longer does. */
  attachView(on: boolean): void;
  /** To the view that a fact of the room holds. */
  openView(seq: number): void;
  /** Makes an address of a view: of what I see, or of another. */
  linkView(view?: View): void;
  /** The address of a view that the room holds already. */
  offerLink(seq: number): void;
  presentLinked(): void;
  closeLinked(): void;
  confirmIdentity(): void;
  declareDisplay(declared: boolean): void;
  previewSigning(): void;
  sign(order: SignOrder): void;
  startCall(wanted: { audio: boolean; video: boolean }): void;
  leaveCall(): void;
  retryCall(): void;
  setMuted(muted: boolean): void;
  setCamera(on: boolean): void;
  chooseDevice(kind: DeviceKind, id: string): void;
  startEcho(): void;
  stopEcho(): void;
  dismiss(toast_id: number): void;
};

/** What the expert adds to the preview that was read. */
export type SignOrder = { password: string; answers: unknown; accept_earlier_set: boolean };

export function createModel(page: RoomPage, state: RoomState): Model {
  return {
    page,
    link: signal<LinkPicture>({ at: "connecting", end: null, rtt_ms: null, lost_s: null }),
    state: signal(state),
    seats: signal(new Map()),
    follow: signal<FollowPicture>({
      follows: EVERYTHING,
      isCalled: false,
      stale: false,
      seen: "loading",
      away: null,
    }),
    viewer: signal<ViewerPicture>({
      view: null,
      pane: null,
      quality: "loading",
      mpr_refusal: null,
      isPlaying: false,
      hung: null,
      steps_back: 0,
      tool: "window",
      points: true,
      failure: null,
      isLossy: false,
      held: null,
      isThin: false,
      thinOffer: null,
      layers: { there: { overlays: false, shutters: false }, on: NO_OBJECTS },
      uptake: { units: [], chosen: "" },
      windows: [],
    }),
    annotations: signal<AnnotationsPicture>({
      kind: null,
      selected: null,
      hidesOthers: false,
      canUndo: false,
      canRedo: false,
      asking: null,
    }),
    studies: signal(page.study_ids.map((study_id) => ({ study_id, manifest: null, failed: null }))),
    objects: signal<readonly ObjectPicture[]>([]),
    registered: signal<readonly Registered[]>([]),
    reading: signal<string | null>(null),
    paper: signal<ObjectEntry | null>(null),
    call: signal(NO_CALL),
    echo: signal<EchoPicture>({ at: "off", problem: null, stream: null, path: null, rtt_ms: null }),
    levels: signal<Levels>({ people: new Map(), sent: 0, returned: 0 }),
    brief: signal<Brief | "loading" | "failed" | null>(page.links.brief ? "loading" : null),
    draft: signal<DraftPicture>({ text: "", shift: null, writers: [] }),
    sign: signal<SignPicture>({ at: "idle", preview: null, refusal: null, code: null }),
    toasts: signal<readonly Toast[]>([]),
    putOff: signal<readonly string[]>([]),
    isDisplayDeclared: signal(false),
    viewLink: signal<string | null>(null),
    linked: signal<LinkedPicture | null>(null),
    attached: signal<AttachedPicture | null>(null),
    isHelpOpen: signal(false),
    isKeeping: signal(false),
  };
}

const NO_CALL: CallPicture = {
  at: "off",
  problem: null,
  peers: [],
  callers: [],
  mine: null,
  muted: false,
  camera: false,
  devices: [],
  choice: { audioinput: "", videoinput: "", audiooutput: "" },
};
