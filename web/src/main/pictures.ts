/** Turns what room, viewer and link tell into what the panels draw; it keeps the screen's memory and no rule. */

import { t } from "../i18n/text";
import { type Following, isStale } from "../room/follow";
import type { RemotePointer } from "../room/live";
import type { Seats } from "../room/presence";
import type { LinkPicture, Model, ThinOffer, Toast, ViewerPicture } from "../ui/model";
import type { Change } from "../viewer/growing";
import type { Viewer } from "../viewer/viewer";
import type { Away } from "../wire/facets";
import type { Line } from "../wire/link";
import type { Fact, Member, RoomState, Seen } from "../wire/types";
import { activePane } from "../wire/view";
import type { SupportSources } from "./support";

const TOAST_MS = 6000;
const WRITING_MS = 3000;
/** Person colours are six in the stylesheet. */
const COLORS = 6;

export type Pictures = {
  state(state: RoomState): void;
  seats(seats: Seats): void;
  following(following: Following): void;
  seen(seen: Seen, away: Away | null): void;
  line(line: Line): void;
  viewer(viewer: Viewer | null): void;
  failed(code: string): void;
  grown(change: Change): void;
  /** Why the server had better draw, if it had. */
  offerThin(why: ThinOffer | null): void;
  fact(fact: Fact): void;
  draft(text: string, shift: (caret: number) => number): void;
  toast(text: string, tone: Toast["tone"]): void;
  /** Seconds go by: what depends on them is drawn again. */
  tick(following: Following): void;
  /** Others whom the room hears now. */
  others(): readonly string[];
  pointers(
    pointers: readonly RemotePointer[],
  ): { actor: string; name: string; color: string; pointer: RemotePointer["pointer"] }[];
  /** A person's colour, on images as in lists. */
  colorOf(actor: string): string;
  participants: SupportSources["participants"];
  call: SupportSources["call"];
};

export function createPictures(model: Model): Pictures {
  const me = model.page.actor;
  const writers = new Map<string, number>();
  let seats: Seats = new Map();
  let line: Line | null = null;
  let toasts = 0;

  const memberOf = (actor: string): Member | undefined => model.state.value.members.find((one) => one.actor === actor);
  const nameOf = (actor: string | null): string => (actor === null ? "" : (memberOf(actor)?.name ?? ""));

  /** As collab/rooms/policy.py has it: who takes down another's hand is told of it. */
  const leads = (): boolean => model.state.value.holder === me || model.page.role !== "participant";

  const drawSeats = (): void => {
    const now_ms = performance.now();
    const next = [...seats.values()].map(({ actor, seen, follows, lost_at_ms }) => {
      const lost_s = lost_at_ms === null ? null : secondsSince(lost_at_ms, now_ms);
      return [actor, { seen, follows, lost_s }] as const;
    });
    setIfNew(model.seats, new Map(next), [...next]);
  };

  const drawLine = (): void => {
    if (line === null) return;
    const { link, lost_ms } = line;
    const next: LinkPicture = {
      at: link.at === "live" || link.at === "ended" ? link.at : "connecting",
      end: link.at === "ended" ? link.code : null,
      // The last known round trip stays while a ping is on its way.
      rtt_ms: link.at === "live" ? (link.rtt_ms ?? model.link.value.rtt_ms) : null,
      lost_s: lost_ms === null ? null : secondsSince(lost_ms, performance.now()),
    };
    setIfNew(model.link, next);
  };

  const drawWriters = (): void => {
    const now_ms = performance.now();
    const writing = [...writers].filter(([, at_ms]) => now_ms - at_ms < WRITING_MS).map(([actor]) => actor);
    setIfNew(model.draft, { ...model.draft.value, writers: writing }, writing, model.draft.value.writers);
  };

  const toast = (text: string, tone: Toast["tone"]): void => {
    toasts += 1;
    const id = toasts;
    // Said twice in a moment (a hand that goes up, down and up) it stands there once.
    const others = model.toasts.value.filter((one) => one.text !== text);
    model.toasts.value = [...others.slice(-2), { id, text, tone }];
    window.setTimeout(() => {
      model.toasts.value = model.toasts.value.filter((one) => one.id !== id);
    }, TOAST_MS);
  };

  const tellFact = ({ done, actor }: Fact): void => {
    if (done.t === "control.taken") {
      const text = controlText(done, { me, actor, nameOf });
      if (text !== null) toast(text, done.how === "lost" ? "warn" : "plain");
      model.putOff.value = [];
    }
    if (done.t === "gathered" && actor === me) toast(t("room.toast.gathered"), "plain");
    if (done.t === "hand.raised" && actor !== me && leads())
      toast(t("room.toast.hand_raised", { name: nameOf(actor) }), "plain");
    if (done.t === "registration.laid" && actor !== me)
      toast(t("room.toast.registration", { name: nameOf(actor) }), "warn");
    if (done.t === "registration.removed" && actor !== me)
      toast(t("room.toast.registration_removed", { name: nameOf(actor) }), "warn");
    if (done.t === "member.joined" && actor !== me) toast(t("room.toast.joined", { name: done.member.name }), "plain");
    if (done.t === "member.left" && done.actor !== me)
      toast(t("room.toast.left", { name: nameOf(done.actor) }), "plain");
    if (done.t === "chat.said" && actor !== me) toast(`${nameOf(actor)} : ${done.text}`, "plain");
    if (done.t === "text.updated" && actor !== me) writers.set(actor, performance.now());
  };

  return {
    state(state) {
      model.state.value = state;
    },
    seats(next) {
      seats = next;
      drawSeats();
    },
    following: ({ follows, isCalled }) => setIfNew(model.follow, { ...model.follow.value, follows, isCalled }),
    seen: (seen, away) => setIfNew(model.follow, { ...model.follow.value, seen, away }),
    line(next) {
      line = next;
      drawLine();
    },
    viewer: (viewer) => viewer !== null && drawViewer(model, viewer),
    failed(failure) {
      model.viewer.value = { ...model.viewer.value, failure };
    },
    grown({ added, isLost }) {
      if (isLost) toast(t("room.toast.image_lost"), "danger");
      else if (added === 0) toast(t("room.toast.series_changed"), "warn");
      else toast(t("room.toast.grown", { count: added }), "warn");
    },
    offerThin(why) {
      const { isThin, quality, pane, thinOffer } = model.viewer.value;
      const isOver = isThin || (pane !== null && quality === "full");
      const next = isOver ? null : (why ?? thinOffer);
      setIfNew(model.viewer, { ...model.viewer.value, thinOffer: next });
    },
    fact: tellFact,
    draft(text, shift) {
      model.draft.value = { ...model.draft.value, text, shift };
    },
    toast,
    tick(following) {
      drawLine();
      drawSeats();
      drawWriters();
      setIfNew(model.follow, { ...model.follow.value, stale: isStale(following, performance.now()) });
    },
    others: () =>
      [...seats.values()].filter((one) => one.lost_at_ms === null && one.actor !== me).map((one) => one.actor),
    pointers: (pointers) =>
      pointers.map(({ actor, pointer }) => ({ actor, name: nameOf(actor), color: colorOf(memberOf(actor)), pointer })),
    colorOf: (actor) => colorOf(memberOf(actor)),
    participants: () => participantsOf(model),
    call() {
      const { at, peers } = model.call.value;
      return {
        state: at,
        peers: peers.map(({ actor, stream, path, numbers }) => ({
          name: nameOf(actor),
          audio: isFlowing(stream, "audio"),
          video: isFlowing(stream, "video") && numbers?.pictures !== 0,
          path,
          rtt_ms: numbers?.rtt_ms ?? null,
        })),
      };
    },
  };
}

const secondsSince = (at_ms: number, now_ms: number): number => Math.max(0, Math.floor((now_ms - at_ms) / 1000));

/** Panels draw when a signal is set: not four times a second for nothing. */
function setIfNew<T>(
  signal: { value: T },
  next: T,
  part: unknown = next,
  before: unknown = partOf(signal.value),
): void {
  if (JSON.stringify(partOf(part)) !== JSON.stringify(before)) signal.value = next;
}

const partOf = (value: unknown): unknown => (value instanceof Map ? [...value] : value);

function drawViewer(model: Model, viewer: Viewer): void {
  const before = model.viewer.value;
  const view = viewer.view();
  const quality = lowest(viewer.snapshotInfo().map((one) => one.quality));
  const next: ViewerPicture = {
    ...before,
    view,
    pane: activePane(view),
    quality,
    mpr_refusal: viewer.mprRefusal(),
    isPlaying: viewer.isPlaying(),
    layers: viewer.layers(),
    uptake: viewer.uptake(),
    isThin: viewer.isThin(),
    ...viewer.holding(),
    windows: viewer.windows(),
    failure: quality === "full" ? null : before.failure,
  };
  setIfNew(model.viewer, next);
}

const lowest = (qualities: readonly ViewerPicture["quality"][]): ViewerPicture["quality"] =>
  qualities.length === 0 || qualities.includes("loading")
    ? "loading"
    : qualities.includes("coarse")
      ? "coarse"
      : "full";

/** From the stylesheet, so that a person has one colour in lists and on images. */
export function colorOf(member: Member | undefined): string {
  const name = `--person-${(member?.color ?? 0) % COLORS}`;
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

type ControlTaken = Fact["done"] & { t: "control.taken" };
type Who = { me: string; actor: string; nameOf(actor: string | null): string };

function controlText({ how, holder }: ControlTaken, { me, actor, nameOf }: Who): string | null {
  switch (how) {
    case "given":
      if (holder === me) return t("room.toast.control_given", { name: nameOf(actor) });
      return actor === me ? null : t("room.toast.control_passed", { name: nameOf(actor), other: nameOf(holder) });
    case "taken":
      return actor === me ? null : t("room.toast.control_taken", { name: nameOf(actor) });
    case "released":
      return actor === me ? null : t("room.toast.control_released", { name: nameOf(actor) });
    case "lost":
      return t("room.toast.control_lost");
  }
}

function participantsOf(model: Model): ReturnType<SupportSources["participants"]> {
  const { members, present, holder } = model.state.value;
  return members
    .filter((one) => present.includes(one.actor))
    .map(({ actor, name, role }) => {
      const isMe = actor === model.page.actor;
      const seen = isMe ? model.follow.value.seen : (model.seats.value.get(actor)?.seen ?? "loading");
      // The whole image is the measure here: a slice in another window is not the same image.
      return { name, role, presenter: actor === holder, state: seen === "partly" ? "elsewhere" : seen };
    });
}

const isFlowing = (stream: MediaStream | null, kind: "audio" | "video"): boolean =>
  stream?.getTracks().some((track) => track.kind === kind && track.readyState === "live" && !track.muted) ?? false;
