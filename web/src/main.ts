/** Entry of the room page: puts viewer, room, call and panels together, in the order that brings the image soonest. */
import { type Call, createCall } from "./call/call";
import { createEcho, ECHO, type Echo } from "./call/echo";
import { said, setLanguage, t } from "./i18n/text";
import { linkRate_mbit_s, notedHere } from "./lib/link_rate";
import { createActions, isDisplayDeclared, newId, type Parts, resumeCall } from "./main/actions";
import { aheadOf } from "./main/ahead";
import { createAnnotations } from "./main/annotations";
import { createCatalogue, versionsOf } from "./main/catalogue";
import { manifestsOf, refOf } from "./main/hung";
import { createIce } from "./main/ice";
import { listenToKeys } from "./main/keyboard";
import { createObjectShelf } from "./main/object_shelf";
import { createPictures } from "./main/pictures";
import { fileWords, handWords } from "./main/registration_words";
import { createRegistrations } from "./main/registrations";
import { createScreen } from "./main/screen";
import { createSigning, signingApi } from "./main/signing";
import { offerSupport, type Timings } from "./main/support";
import { meansOf, offerOf, REFUSED_THIN, wishesThin } from "./main/thin";
import { titleOf } from "./main/titles";
import { createViewLinks } from "./main/view_links";
import { EMPTY_STATE } from "./room/fold";
import { hang } from "./room/hanging";
import { createLive, type Live } from "./room/live";
import { mountRoom } from "./ui/app";
import { type Brief, type CarriedStack, createModel } from "./ui/model";
import type { Viewer } from "./viewer/viewer";
import { getJson } from "./wire/api";
import { takeClientId } from "./wire/client_id";
import type { ObjectContent } from "./wire/objects";
import { browserWorld, openSocket, type RoomSocket } from "./wire/socket";
import type { RoomPage } from "./wire/types";
import { createUnacked, forgetOthers } from "./wire/unacked";
import { linkedFact } from "./wire/view_link";

/** How long the shared view may take to arrive before this screen opens a series of its own choosing. */
const ALONE_AFTER_MS = 1500;
const LEVELS_EVERY_MS = 100;
const MEASURE_EVERY_MS = 2000;

function start(page: RoomPage, app: HTMLElement): void {
  setLanguage(page.language);
  const isThin = wishesThin(page.actor);
  // What draws here is most of the client's bytes: it travels while socket and studies are already asked for.
  if (!isThin) void import("./viewer/decoders").then(({ warmDecoders }) => warmDecoders());
  const viewerCode = Promise.all([import("./viewer/viewer"), isThin ? null : import("./viewer/full")]);

  const model = createModel(page, EMPTY_STATE);
  model.isDisplayDeclared.value = isDisplayDeclared();
  // What one finger does until it is told otherwise (viewer/hand.ts).
  if (window.matchMedia("(pointer: coarse)").matches) model.viewer.value = { ...model.viewer.value, tool: "scroll" };
  const timings: Timings = { joined: null, first_image: null, coarse_volume: null, full_series: null };
  const pictures = createPictures(model);
  const failures = new Set<string>();
  const later = (ms: number, run: () => void): (() => void) => {
    const timer = window.setTimeout(run, ms);
    return () => window.clearTimeout(timer);
  };

  let viewer: Viewer | null = null;
  let socket: RoomSocket | null = null;
  const { screen, arrive } = createScreen({ fetchesPacks: !isThin });

  const catalogue = createCatalogue(page.study_ids, {
    changed(studies) {
      model.studies.value = studies;
      live.seriesFound();
      live.qualityChanged();
      viewer?.retitle();
      viewer?.renew(versionsOf(studies));
      registrations.look(catalogue.objects());
      expectNext();
    },
    isSeen: () => document.visibilityState === "visible",
    refusal: (says) => says || t("room.study.failed"),
    later,
  });
  const objects = createObjectShelf({
    entry: catalogue.findObject,
    isListed: catalogue.isListed,
    fetch: (url) => getJson<ObjectContent>(url),
    says: (reason) => t(`room.object.${reason}`),
    later,
    changed(uid, content, failed) {
      model.objects.value = [...model.objects.value.filter((one) => one.uid !== uid), { uid, content, failed }];
      viewer?.objectsChanged();
      live.qualityChanged();
    },
  });
  const registrations = createRegistrations({
    get: objects.get,
    words: fileWords,
    handWords,
    changed(all) {
      model.registered.value = all;
      viewer?.setRegistered(all);
    },
  });
  const studiesLoaded = Promise.all(page.study_ids.map(catalogue.load));

  const expectNext = (): void => {
    const view = viewer?.view();
    if (!view) return;
    const panes = view.panes.filter((pane) => pane !== null);
    const active = view.panes[view.active];
    const shown = active ? [active, ...panes.filter((pane) => pane !== active)] : panes;
    viewer?.expect(aheadOf(manifestsOf(model.studies.value), shown));
  };

  const live: Live = createLive({
    actor: page.actor,
    is_principal: page.role !== "participant",
    client_id: () => socket?.client_id ?? "",
    screen,
    now: () => performance.now(),
    clock_ms: () => Date.now(),
    onFrame: (run) => void requestAnimationFrame(run),
    later,
    find: catalogue.find,
    ask: (act) => socket?.ask(act) ?? 0,
    send: (message) => socket?.send(message) ?? false,
    isLive: () => socket?.line().link.at === "live",
    events: {
      state(state) {
        pictures.state(state);
        registrations.stand(state);
        annotations.update();
        call.setOthers(pictures.others());
      },
      seats(seats) {
        pictures.seats(seats);
        call.setOthers(pictures.others());
      },
      following: pictures.following,
      seen: pictures.seen,
      pointers: (pointers) => viewer?.setPointers(pictures.pointers(pointers)),
      sketches: (sketches) => annotations.sketches(sketches),
      undoing: () => annotations.update(),
      welcomed() {
        if (timings.joined === null) resumeCall(parts);
        timings.joined ??= Math.round(performance.now());
        openSomething(0);
        openLinked();
      },
      fact(fact) {
        pictures.fact(fact);
        links.fact(fact);
      },
      refused: (code) => pictures.toast(said(`refused.${code}`) ?? t("room.toast.refused", { code }), "warn"),
      signal: (sender, data) => (sender === ECHO ? echo.receive(data) : call.receive(sender, data)),
      draft: pictures.draft,
    },
  });

  /** With no view shared yet, or none that comes, show something rather than a black screen. */
  const openSomething = (after_ms: number): void => {
    void studiesLoaded.then(() =>
      later(after_ms, () => {
        const first = catalogue.first();
        const isFree = live.following().shared === null && screen.view() === null && !live.isOpening();
        if (first === null || !isFree) return;
        const hanging = hang(manifestsOf(model.studies.value), page.links.pathway ?? null);
        if (hanging === null || hanging.stacks.length < 2) return void live.openFirst(first);
        model.viewer.value = { ...model.viewer.value, hung: hanging.rule };
        void live.hangFirst(hanging.arrangement, hanging.stacks.map(refOf));
      }),
    );
  };

  const configuration = createIce(page);
  const send = (to: string, data: string): void => void socket?.send({ t: "signal", to, data });
  const call: Call = createCall({
    me: page.actor,
    configuration,
    send,
    later,
    changed(picture) {
      model.call.value = picture;
    },
  });
  const echo: Echo = createEcho({
    configuration,
    send,
    later,
    changed(picture) {
      if (picture.at === "connected" && model.echo.value.at !== "connected") void call.refreshDevices();
      model.echo.value = picture;
    },
  });

  const annotations = createAnnotations({
    model,
    live: () => live,
    viewer: () => viewer,
    catalogue,
    colorOf: pictures.colorOf,
    toast: (text) => pictures.toast(text, "warn"),
  });

  const links = createViewLinks({
    model,
    live: () => live,
    catalogue,
    ask: (act) => socket?.ask(act) ?? 0,
    toast: (text) => pictures.toast(text, "warn"),
    listed: studiesLoaded,
    origin: window.location.origin,
  });
  let linked_seq = takeLinked();
  const openLinked = (): void => {
    if (linked_seq !== null) void links.open(linked_seq, "address");
    linked_seq = null;
  };
  window.addEventListener("hashchange", () => {
    linked_seq = takeLinked() ?? linked_seq;
    openLinked();
  });

  const parts: Parts = {
    model,
    live,
    viewer: () => viewer,
    annotations: annotations.actions,
    call,
    echo,
    catalogue,
    objects,
    signing: page.links.sign
      ? createSigning({
          path: signingApi(page.links.sign),
          picture: () => model.sign.value,
          set(picture) {
            model.sign.value = picture;
          },
          says: ({ says, code }) => says || said(`refused.${code}`) || t("room.sign.unreachable"),
        })
      : null,
    links,
    ask: (act) => void socket?.ask(act),
    toast: (text) => pictures.toast(text, "plain"),
    mountViewer: async (host) => {
      const [{ createViewer }, full] = await viewerCode;
      viewer = createViewer(
        host,
        {
          viewChanged(view, isSettled) {
            live.moved(view, isSettled);
            // While it moves the panels follow four times a second: drawing them must not hold up the images.
            if (isSettled) pictures.viewer(viewer);
          },
          taken(parts) {
            live.took(parts);
            links.left();
          },
          pointerMoved: (pointer) => model.viewer.value.points && live.pointed(pointer),
          qualityChanged() {
            expectNext();
            pictures.viewer(viewer);
            live.qualityChanged();
          },
          activated() {
            live.activated();
            pictures.viewer(viewer);
          },
          closed: (index) => actions.closePane(index),
          dropped: (index, carried) => actions.dropStack(index, JSON.parse(carried) as CarriedStack),
          titleOf: (stack) => titleOf(stack, model.studies.value),
          failed(code) {
            failures.add(code);
            pictures.failed(code);
          },
          grown: pictures.grown,
          loaded: (timing) => void Object.assign(timings, timing),
          newId,
          objects,
          regionRefused: (why) => pictures.toast(t(`room.region.${why}`), "plain"),
          drawing: annotations.drawing,
        },
        (key, blanks) => said(key, blanks) ?? key,
        full,
      );
      viewer.setRegistered(registrations.all());
      arrive(viewer);
      annotations.update();
    },
  };
  const actions = createActions(parts);
  mountRoom(app, model, actions);

  socket = connect(page, live, {
    line(line) {
      pictures.line(line);
      // Nobody comes in any more, and the view can still be seen.
      if (line.link.at === "ended") openLinked();
    },
    abandoned(count) {
      live.draft.revert();
      live.annotating.resume(Number.POSITIVE_INFINITY);
      if (count > 0) pictures.toast(t("room.toast.abandoned"), "danger");
    },
  });
  openSomething(ALONE_AFTER_MS);
  void loadBrief(page, (brief) => {
    model.brief.value = brief;
  });

  listenToKeys(model, actions);
  window.addEventListener("online", call.retry);
  window.setInterval(() => {
    pictures.tick(live.following());
    pictures.viewer(viewer);
  }, 250);
  window.setInterval(() => {
    const waited_ms = timings.first_image === null ? performance.now() : 0;
    const means = meansOf(navigator, linkRate_mbit_s(notedHere()), waited_ms);
    const isRefused = sessionStorage.getItem(REFUSED_THIN) !== null;
    pictures.offerThin(isRefused ? null : offerOf(means, failures));
  }, MEASURE_EVERY_MS);
  window.setInterval(() => void Promise.all([call.measure(), echo.measure()]), MEASURE_EVERY_MS);
  window.setInterval(() => {
    const isHeard = model.call.value.at !== "off" || model.echo.value.at !== "off";
    if (isHeard) model.levels.value = { people: call.levels(), ...echo.levels() };
  }, LEVELS_EVERY_MS);
  window.addEventListener("pagehide", (event) => !event.persisted && call.close());
  offerSupport({
    view: () => viewer?.snapshotInfo() ?? [],
    participants: pictures.participants,
    seq: () => socket?.line().seq ?? 0,
    call: pictures.call,
    timings: () => timings,
  });
}

/** Once: a page that is reloaded follows again. */
function takeLinked(): number | null {
  const { hash, pathname, search } = window.location;
  const seq = linkedFact(hash);
  if (seq !== null) window.history.replaceState(null, "", pathname + search);
  return seq;
}

type Told = Pick<Parameters<typeof openSocket>[2], "line" | "abandoned">;

function connect(page: RoomPage, live: Live, told: Told): RoomSocket {
  const tab = takeClientId(sessionStorage, { onPutAway }, newId);
  if (tab.is_new) forgetOthers(sessionStorage);
  const unacked = createUnacked(sessionStorage, page.room_id, tab.client_id);
  const events = {
    message: live.receive,
    abandoned: told.abandoned,
    line(line: Parameters<Told["line"]>[0]) {
      live.line(line);
      told.line(line);
      if (line.link.at !== "ended" || line.link.code !== "client_id_taken") return;
      tab.forget();
      window.location.reload();
    },
  };
  return openSocket(tab.client_id, unacked, events, browserWorld(page.socket_path));
}

/** Reloading, or hidden so that the system may discard it at any moment. */
function onPutAway(listener: (away: boolean) => void): () => void {
  const hidden = (): void => listener(document.visibilityState === "hidden");
  const gone = (): void => listener(true);
  const back = (): void => listener(false);
  document.addEventListener("visibilitychange", hidden);
  window.addEventListener("pagehide", gone);
  window.addEventListener("pageshow", back);
  return () => {
    document.removeEventListener("visibilitychange", hidden);
    window.removeEventListener("pagehide", gone);
    window.removeEventListener("pageshow", back);
  };
}

async function loadBrief(page: RoomPage, set: (brief: Brief | "failed") => void): Promise<void> {
  if (!page.links.brief) return;
  const answer = await getJson<Brief>(page.links.brief);
  set(answer.ok ? answer.value : "failed");
}

const app = document.getElementById("app");
const bootstrap = document.getElementById("room")?.textContent;
if (app === null || !bootstrap) throw new Error("this is not the room's page");
start(JSON.parse(bootstrap) as RoomPage, app);
