/** Entry of the replay page: a clock over a recorded meeting, shown by the room's own viewer; read-only, no socket. */
import { said, setLanguage, t } from "./i18n/text";
import { createCatalogue } from "./main/catalogue";
import { createObjectShelf } from "./main/object_shelf";
import { colorOf } from "./main/pictures";
import { createReel } from "./main/reel";
import { fileWords, handWords } from "./main/registration_words";
import { createRegistrations } from "./main/registrations";
import { createScreen } from "./main/screen";
import { offerSupport } from "./main/support";
import { titleOf } from "./main/titles";
import { createShowing } from "./room/showing";
import type { StudyPicture } from "./ui/model";
import { mountReplay } from "./ui/replay";
import { createReplayModel } from "./ui/replay_model";
import type { Viewer } from "./viewer/viewer";
import { getJson } from "./wire/api";
import type { ObjectContent } from "./wire/objects";
import { fetchTrail, type Trail } from "./wire/trail";
import type { Fact, ReplayPage } from "./wire/types";
import { linkedFact } from "./wire/view_link";

const later = (ms: number, run: () => void): void => void window.setTimeout(run, ms);

function start(page: ReplayPage, app: HTMLElement): void {
  setLanguage(page.language);
  void import("./viewer/decoders").then(({ warmDecoders }) => warmDecoders());
  const viewerCode = Promise.all([import("./viewer/viewer"), import("./viewer/full")]);
  const model = createReplayModel(page);
  let studies: readonly StudyPicture[] = [];
  let viewer: Viewer | null = null;

  const { screen, arrive } = createScreen();
  const catalogue = createCatalogue(page.study_ids, {
    changed(next) {
      studies = next;
      model.refusals.value = next.flatMap(({ failed }) => (failed === null ? [] : [failed]));
      viewer?.retitle();
      registrations.look(catalogue.objects());
      reel.draw();
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
    changed() {
      viewer?.objectsChanged();
      reel.look();
    },
  });
  const registrations = createRegistrations({
    get: objects.get,
    words: fileWords,
    handWords,
    changed: (all) => viewer?.setRegistered(all),
  });
  const showing = createShowing({ screen, find: catalogue.find, drawn: () => reel.look() });
  const reel = createReel(model, {
    show: showing.show,
    compare: showing.compare,
    viewer: () => viewer,
    registrations: registrations.stand,
    colorOf: (actor) => colorOf(model.members.value.find((one) => one.actor === actor)),
    onFrame: (run) => void requestAnimationFrame(run),
    now: () => performance.now(),
  });

  mountReplay(app, model, {
    ...reel.actions,
    async mountViewer(host) {
      const [{ createViewer }, full] = await viewerCode;
      viewer = createViewer(
        host,
        {
          // Nobody's hand reaches the images of a replay.
          viewChanged: nothing,
          taken: nothing,
          activated: nothing,
          closed: nothing,
          dropped: nothing,
          pointerMoved: nothing,
          regionRefused: nothing,
          grown: nothing,
          loaded: nothing,
          newId: () => crypto.randomUUID(),
          drawing: { sketched: nothing, drawn: nothing, changed: nothing, selected: nothing, refused: nothing },
          qualityChanged: () => reel.look(),
          titleOf: (stack) => titleOf(stack, studies),
          failed(code) {
            model.failure.value = code;
          },
          objects,
        },
        (key, blanks) => said(key, blanks) ?? key,
        full,
      );
      viewer.setRegistered(registrations.all());
      arrive(viewer);
      reel.draw();
    },
  });

  for (const study_id of page.study_ids) void catalogue.load(study_id);
  const begin = (facts: readonly Fact[] | null, trail: Trail | null): void => {
    reel.load(facts, trail);
    // Come by a link to a view: that of this fact.
    const linked = facts?.find(({ seq }) => seq === linkedFact(window.location.hash));
    if (linked) reel.actions.jumpTo(linked);
  };
  const facts = getJson<readonly Fact[]>(`/api/rooms/${page.room_id}/facts`);
  void Promise.all([facts, fetchTrail(`/api/rooms/${page.room_id}/trail`)]).then(([answer, trail]) =>
    begin(answer.ok ? answer.value : null, trail),
  );
  window.addEventListener("keydown", reel.pressed);
  offerSupport({
    view: () => viewer?.snapshotInfo() ?? [],
    participants: () => [],
    seq: () => model.moment.value?.fact?.seq ?? 0,
    call: () => ({ state: "off", peers: [] }),
    timings: () => ({ joined: null, first_image: null, coarse_volume: null, full_series: null }),
  });
}

function nothing(): void {}

const app = document.getElementById("app");
const bootstrap = document.getElementById("replay")?.textContent;
if (app === null || !bootstrap) throw new Error("this is not the replay's page");
start(JSON.parse(bootstrap) as ReplayPage, app);
