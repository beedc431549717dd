/** What each button and key of the room does, in terms of room, viewer and call; it draws nothing. */
import type { Call } from "../call/call";
import type { Echo } from "../call/echo";
import { t } from "../i18n/text";
import { rearranged, withPane } from "../room/arranging";
import { hang } from "../room/hanging";
import { isKept, keepView } from "../room/key_views";
import type { Live } from "../room/live";
import type { Actions, AnnotationActions, Model } from "../ui/model";
import { closeMenus } from "../ui/parts";
import { siblingOf } from "../ui/siblings";
import type { Proposal } from "../viewer/links";
import type { Viewer } from "../viewer/viewer";
import type { Act, Registration, StandingRegistration, View } from "../wire/types";
import { activePane, onePane } from "../wire/view";
import { type Catalogue, stackRef } from "./catalogue";
import { manifestsOf, refOf } from "./hung";
import type { ObjectShelf } from "./object_shelf";
import { objectActions } from "./objects";
import type { Signing } from "./signing";
import { REFUSED_THIN, rememberThin } from "./thin";
import { captionOf } from "./titles";
import type { ViewLinks } from "./view_links";

export type Parts = {
  model: Model;
  live: Live;
  viewer(): Viewer | null;
  call: Call;
  echo: Echo;
  catalogue: Catalogue;
  objects: ObjectShelf;
  signing: Signing | null;
  links: ViewLinks;
  annotations: AnnotationActions;
  ask(act: Act): void;
  toast(text: string): void;
  mountViewer(host: HTMLElement): Promise<void>;
};

export function createActions(parts: Parts): Actions {
  const { model } = parts;
  return {
    mountViewer: parts.mountViewer,
    ...controlActions(parts),
    ...parts.annotations,
    ...viewActions(parts),
    ...wordActions(parts),
    ...linkActions(parts),
    ...callActions(parts),
    ...objectActions({ ...parts, shelf: parts.objects }),
    declareDisplay(declared) {
      model.isDisplayDeclared.value = declared;
      if (declared) localStorage.setItem(DISPLAY_KEY, "declared");
      else localStorage.removeItem(DISPLAY_KEY);
    },
    dismiss(id) {
      model.toasts.value = model.toasts.value.filter((one) => one.id !== id);
    },
  };
}

const DISPLAY_KEY = "consilium.display";

/** Declared for this machine, and never on one that is held in the hand. */
export const isDisplayDeclared = (): boolean =>
  localStorage.getItem(DISPLAY_KEY) !== null && !window.matchMedia("(pointer: coarse)").matches;

type ControlActions = Pick<
  Actions,
  | "askControl"
  | "takeControl"
  | "giveControl"
  | "releaseControl"
  | "switchHand"
  | "lowerHand"
  | "rejoin"
  | "follow"
  | "stay"
  | "gather"
>;

function controlActions({ model, live, ask }: Parts): ControlActions {
  const term = (): number => live.state().term;
  return {
    askControl: () => ask({ t: "control.request" }),
    takeControl: () => ask({ t: "control.take", term: term() }),
    giveControl: (to) => ask({ t: "control.give", term: term(), to }),
    releaseControl: () => ask({ t: "control.release", term: term() }),
    switchHand() {
      const me = model.page.actor;
      if (live.state().hands.includes(me)) ask({ t: "hand.lower", whose: me });
      else ask({ t: "hand.raise" });
    },
    lowerHand: (whose) => ask({ t: "hand.lower", whose }),
    rejoin: live.rejoin,
    follow: live.follow,
    stay: live.stay,
    gather: () => ask({ t: "gather", term: term() }),
  };
}

const MOST_STEPS_BACK = 20;

type ViewActions = Pick<
  Actions,
  | "openStack"
  | "loadStudy"
  | "arrange"
  | "hangAgain"
  | "closePane"
  | "activatePane"
  | "dropStack"
  | "setLinked"
  | "laySlices"
  | "layPoints"
  | "liftRegistration"
  | "goBack"
  | "goTo"
  | "setTool"
  | "setLayout"
  | "setWindow"
  | "setInvert"
  | "setSlab"
  | "reset"
  | "rotate"
  | "tilt"
  | "straighten"
  | "stepSibling"
  | "flip"
  | "play"
  | "scroll"
  | "setPoints"
  | "setUptakeUnit"
  | "setThin"
  | "refuseThin"
>;

function viewActions({ model, live, viewer, catalogue, annotations, ask, toast }: Parts): ViewActions {
  /** Views before each change of what stands where, the last one last. */
  const before: View[] = [];
  const remember = (): View | null => {
    const view = viewer()?.view() ?? null;
    if (view !== null) before.splice(0, before.length - MOST_STEPS_BACK + 1);
    if (view !== null) before.push(view);
    model.viewer.value = { ...model.viewer.value, steps_back: before.length };
    return view;
  };
  const lay = (proposal: Proposal): void => {
    if ("refused" in proposal) {
      toast(t(`room.registration.refused_${proposal.refused}`));
      return;
    }
    const { registration } = proposal;
    const standing = live.state().registrations.find((one) => isBetween(one, registration));
    ask({ t: "registration.lay", registration, version: standing?.version ?? 0 });
    // Whoever presents shows by it what they have laid.
    if (live.isPresenter()) viewer()?.setLinked(true);
  };
  return {
    openStack(study_uid, series_uid, stack) {
      remember();
      void live.open(stackRef(study_uid, series_uid, stack));
    },
    arrange(arrangement) {
      const view = remember() ?? { ...onePane(null), arrangement };
      viewer()?.put(rearranged(view, arrangement));
    },
    hangAgain() {
      const hanging = hang(manifestsOf(model.studies.value), model.page.links.pathway ?? null);
      if (hanging === null) return;
      remember();
      model.viewer.value = { ...model.viewer.value, hung: hanging.rule };
      void live.hang(hanging.arrangement, hanging.stacks.map(refOf));
    },
    closePane(index) {
      const view = remember();
      if (view !== null) viewer()?.put(withPane(view, index, null));
    },
    activatePane: (index) => viewer()?.activate(index),
    dropStack(index, carried) {
      const stack = catalogue.find(carried);
      if (stack === null) return;
      remember();
      viewer()?.activate(index);
      void live.open(stack);
    },
    setLinked: (on) => viewer()?.setLinked(on),
    laySlices() {
      lay(viewer()?.slicesHere() ?? { refused: "nothing" });
    },
    layPoints() {
      closeMenus();
      toast(t("room.registration.pick_first"));
      viewer()?.matchPoints(
        () => toast(t("room.registration.pick_second")),
        (proposal) => proposal && lay(proposal),
      );
    },
    liftRegistration: (version) => ask({ t: "registration.remove", version }),
    goBack() {
      const view = before.pop();
      model.viewer.value = { ...model.viewer.value, steps_back: before.length };
      if (view !== undefined) viewer()?.put(view);
    },
    loadStudy: (study_id) => void catalogue.load(study_id),
    goTo(view) {
      remember();
      live.goTo(view);
    },
    setTool(tool) {
      viewer()?.setTool(tool);
      annotations.setMeasure(null);
      model.viewer.value = { ...model.viewer.value, tool };
    },
    setLayout(layout) {
      if (viewer()?.setLayout(layout) === false) toast(t("room.toast.mpr_refused"));
    },
    setWindow: ({ center, width }) => viewer()?.setWindow({ center, width }),
    setInvert: (isInverted) => viewer()?.setInvert(isInverted),
    setSlab: (slab) => viewer()?.setSlab(slab),
    reset: () => viewer()?.reset(),
    stepSibling(by) {
      const next = siblingOf(model.studies.value, activePane(viewer()?.view() ?? null), by);
      if (next) void live.open(stackRef(next.study_uid, next.series_uid, next.stack));
    },
    tilt: (degrees) => viewer()?.tilt(degrees),
    straighten: () => viewer()?.straighten(),
    rotate: () => viewer()?.rotate(),
    flip: () => viewer()?.flip(),
    play(speed) {
      viewer()?.play(speed);
      model.viewer.value = { ...model.viewer.value, isPlaying: speed !== null };
    },
    scroll: (images) => viewer()?.scroll(images),
    setUptakeUnit(chosen) {
      viewer()?.setUptakeUnit(chosen);
      model.viewer.value = { ...model.viewer.value, uptake: { ...model.viewer.value.uptake, chosen } };
    },
    setThin(on) {
      rememberThin(model.page.actor, on);
      model.viewer.value = { ...model.viewer.value, thinOffer: null };
      // The code of the full view may not come over a line like this: what the server draws stays.
      viewer()
        ?.setThin(on)
        .catch(() => toast(t("room.thin.not_full")));
    },
    refuseThin() {
      sessionStorage.setItem(REFUSED_THIN, "refused");
      model.viewer.value = { ...model.viewer.value, thinOffer: null };
    },
    setPoints(points) {
      model.viewer.value = { ...model.viewer.value, points };
      if (!points) live.pointed(null);
    },
  };
}

function isBetween({ registration: one }: StandingRegistration, other: Registration): boolean {
  const uids = [one.from_frame_of_reference_uid, one.to_frame_of_reference_uid];
  return uids.includes(other.from_frame_of_reference_uid) && uids.includes(other.to_frame_of_reference_uid);
}

type WordActions = Pick<
  Actions,
  "keepView" | "removeKeyView" | "write" | "say" | "confirmIdentity" | "previewSigning" | "sign"
>;

function wordActions({ model, live, viewer, ask, signing, toast }: Parts): WordActions {
  return {
    keepView(caption) {
      const pane = activePane(viewer()?.view() ?? null);
      if (pane === null) return;
      if (isKept(live.state(), pane)) return toast(t("room.key_view.already"));
      ask(keepView(pane, caption, newId()));
      toast(t("room.key_view.kept"));
    },
    removeKeyView: (key_view_id) => ask({ t: "key_view.remove", key_view_id }),
    write(text) {
      live.draft.edit(text);
      model.draft.value = { ...model.draft.value, text, shift: null };
    },
    say(text) {
      const attached = model.attached.value;
      ask({ t: "chat.say", text, view: attached?.view ?? null, caption: attached?.caption ?? "" });
      model.attached.value = null;
    },
    confirmIdentity: () => ask({ t: "identity.confirm" }),
    previewSigning() {
      live.draft.flush();
      void signing?.preview();
    },
    sign: (order) => void signing?.sign(order),
  };
}

type LinkActions = Pick<
  Actions,
  "attachView" | "openView" | "linkView" | "offerLink" | "presentLinked" | "closeLinked"
>;

function linkActions({ model, viewer, links }: Parts): LinkActions {
  return {
    attachView(on) {
      const view = on ? (viewer()?.view() ?? null) : null;
      model.attached.value = view && { view, caption: captionOf(view, viewer()?.place() ?? null, model.studies.value) };
    },
    openView: (seq) => void links.open(seq, "hand"),
    linkView(view) {
      const mine = view ?? viewer()?.view() ?? null;
      if (mine !== null) links.make(mine);
    },
    offerLink: links.offer,
    presentLinked: links.present,
    closeLinked: links.close,
  };
}

/** `randomUUID` is kept from pages that came over plain http. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const callKey = (room_id: string): string => `consilium.in_call.${room_id}`;

/** Whoever reloads in the middle of a call wants to go on talking. */
export function resumeCall({ model, call }: Parts): void {
  const wanted = sessionStorage.getItem(callKey(model.page.room_id));
  if (wanted !== null) void call.start(JSON.parse(wanted) as Parameters<Call["start"]>[0]);
}

type CallActions = Pick<
  Actions,
  "startCall" | "leaveCall" | "retryCall" | "setMuted" | "setCamera" | "chooseDevice" | "startEcho" | "stopEcho"
>;

function callActions({ model, call, echo }: Parts): CallActions {
  const kept = callKey(model.page.room_id);
  return {
    startCall(wanted) {
      echo.stop();
      sessionStorage.setItem(kept, JSON.stringify(wanted));
      void call.start(wanted);
    },
    leaveCall() {
      sessionStorage.removeItem(kept);
      call.leave();
    },
    retryCall: call.retry,
    setMuted: call.setMuted,
    setCamera: (on) => void call.setCamera(on),
    chooseDevice: (kind, id) => void call.choose(kind, id),
    startEcho: () => void echo.start(),
    stopEcho: echo.stop,
  };
}
