/** The room's screen: identity on top, series left, images in the middle, people and words right; tabs on a phone. */
import { type JSX, render } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { type TextKey, t } from "../i18n/text";
import { AnnotationsPanel } from "./annotations";
import { BriefPanel } from "./brief";
import { CallPanel } from "./call_panel";
import { ChatPanel } from "./chat";
import { Provide, useRoom } from "./context";
import { DraftPanel } from "./draft_panel";
import { HelpDialog } from "./help";
import { Icon, type IconName } from "./icons";
import { IdentityBar } from "./identity";
import { KeepDialog, KeyViewsPanel } from "./key_views";
import { WordsDialog } from "./measure";
import type { Actions, Model } from "./model";
import { Bars, Cautions, DiagnosisNotice, FrozenCover, Toasts } from "./notices";
import { PaperDialog } from "./paper";
import { Participants } from "./participants";
import { qualityWords } from "./quality";
import { ReportDialog } from "./report";
import { SeriesStrip } from "./series";
import { SignedNotice, SignPanel } from "./sign";
import { Toolbar } from "./toolbar";
import { ViewLinkDialog } from "./view_link";

/** Draws the room into `host`, in place of what the server had put there; returns the remover. */
export function mountRoom(host: HTMLElement, model: Model, actions: Actions): () => void {
  host.replaceChildren();
  render(
    <Provide shared={{ model, actions }}>
      <Screen />
    </Provide>,
    host,
  );
  return () => render(null, host);
}

type Tab = "images" | "people" | "request" | "conclusion";

const TABS: readonly { tab: Tab; icon: IconName; label: TextKey }[] = [
  { tab: "images", icon: "images", label: "room.tab.images" },
  { tab: "people", icon: "people", label: "room.tab.people" },
  { tab: "request", icon: "request", label: "room.tab.request" },
  { tab: "conclusion", icon: "pen", label: "room.tab.conclusion" },
];

function Screen(): JSX.Element {
  const [tab, setTab] = useState<Tab | null>("people");
  return (
    <div class="room-screen" data-tab={tab ?? ""}>
      <IdentityBar />
      <SeriesStrip />
      <main class="images">
        <Toolbar />
        <Images />
      </main>
      <aside class="side" aria-label={t("room.side")}>
        <SignedNotice />
        <div class="side-group people">
          <Participants />
          <CallPanel />
          <ChatPanel />
        </div>
        <div class="side-group request">
          <BriefPanel />
        </div>
        <div class="side-group conclusion">
          <DraftPanel />
          <AnnotationsPanel />
          <KeyViewsPanel />
          <SignPanel />
        </div>
      </aside>
      <PhoneTabs tab={tab} setTab={setTab} />
      <Toasts />
      <HelpDialog />
      <KeepDialog />
      <ViewLinkDialog />
      <WordsDialog />
      <ReportDialog />
      <PaperDialog />
    </div>
  );
}

function Images(): JSX.Element {
  const { actions } = useRoom();
  const host = useRef<HTMLDivElement>(null);
  // Before the first paint: the viewer's start is on the way to the first image.
  useLayoutEffect(() => {
    if (host.current !== null) void actions.mountViewer(host.current);
  }, [actions]);
  return (
    <>
      <div class="stage">
        <div ref={host} class="viewer-host" />
        <Bars />
        <FrozenCover />
      </div>
      <footer class="foot">
        <DiagnosisNotice />
        <Quality />
        <Cautions />
      </footer>
    </>
  );
}

function Quality(): JSX.Element | null {
  const { model } = useRoom();
  const viewer = model.viewer.value;
  if (viewer.pane === null) return null;
  return (
    <p class={`quality ${viewer.quality}`} role="status">
      {qualityWords(viewer)}
    </p>
  );
}

/** The part that is open folds away when it is touched again: all of the screen for the images. */
function PhoneTabs({ tab, setTab }: { tab: Tab | null; setTab(tab: Tab | null): void }): JSX.Element {
  const { model } = useRoom();
  const { requested, hands, holder } = model.state.value;
  const isCalled = model.call.value.at === "off" && model.call.value.callers.length > 0;
  const isMine = holder === model.page.actor;
  // As collab/rooms/policy.py has it: hands are heard by who presents, and by who answers for the case.
  const leads = isMine || model.page.role !== "participant";
  const needsMe = isCalled || (isMine && requested.length > 0) || (leads && hands.length > 0);
  return (
    <nav class="phone-tabs" aria-label={t("room.tabs")}>
      {TABS.map((one) => (
        <button
          key={one.tab}
          type="button"
          aria-expanded={tab === one.tab}
          onClick={() => setTab(tab === one.tab ? null : one.tab)}
        >
          <Icon name={one.icon} />
          {t(one.label)}
          {one.tab === "people" && needsMe && <span class="attention" aria-hidden="true" />}
        </button>
      ))}
    </nav>
  );
}
