/** The room as this tab lives it: facts fold into a state, the shared view comes to the screen, my acts go out. */
import { type Away, isInPlace, NOTHING, ownOf, walks } from "../wire/facets";
import type { Line } from "../wire/link";
import type { Whole } from "../wire/pointing";
import type { Passing } from "../wire/socket";
import type { Act, Arrangement, Drawing, Facets, Fact, Pane, Pointer, RoomState, Seen, View } from "../wire/types";
import { type Annotating, createAnnotating } from "./annotating";
import { createDraft, type Draft } from "./draft";
import { EMPTY_STATE, fold } from "./fold";
import { type FollowEvent, type Following, follow, NOT_YET } from "./follow";
import { type Seats, seatsOf, withPresence } from "./presence";
import { createPresenting } from "./present";
import type { Place, Screen, StackRef } from "./screen";
import { createShowing } from "./showing";

export type RemotePointer = { actor: string; pointer: Pointer };

/** What somebody is drawing at this moment. */
export type Sketch = { actor: string; annotation_id: string; drawing: Drawing };

export type LiveWorld = {
  actor: string;
  /** May take the baton when it has never been held. */
  is_principal: boolean;
  /** This tab's name in facts: another window of mine has another one. */
  client_id(): string;
  screen: Screen;
  now(): number;
  clock_ms(): number;
  onFrame(run: () => void): void;
  later(ms: number, run: () => void): void;
  find(pane: Pane): StackRef | null;
  ask(act: Act): number;
  send(message: Passing): boolean;
  isLive(): boolean;
  events: LiveEvents;
};

export type LiveEvents = {
  state(state: RoomState): void;
  seats(seats: Seats): void;
  following(following: Following): void;
  pointers(pointers: readonly RemotePointer[]): void;
  sketches(sketches: readonly Sketch[]): void;
  /** What I can undo or redo has changed. */
  undoing(): void;
  /** `away`: why the place that I follow cannot be shown in the series that I have chosen myself. */
  seen(seen: Seen, away: Away | null): void;
  welcomed(): void;
  fact(fact: Fact): void;
  refused(code: string): void;
  signal(sender: string, data: string): void;
  draft(text: string, shift: (caret: number) => number): void;
};

export type Live = {
  receive(message: Whole): void;
  line(line: Line): void;
  state(): RoomState;
  following(): Following;
  isPresenter(): boolean;
  /** A series is on its way to the screen. */
  isOpening(): boolean;
  draft: Draft;
  annotating: Annotating;
  /** My own hand moved my view. */
  moved(view: View, settled: boolean): void;
  /** My own hand has just changed these parts of my view: they no longer follow. */
  took(parts: Facets): void;
  /** Follows these parts of what is presented from now on, and no others. */
  follow(parts: Facets): void;
  /** I work in another pane: with the baton others see which one, without it nobody needs to know. */
  activated(): void;
  pointed(pointer: Pointer | null): void;
  /** What the screen holds has become better, or worse. */
  qualityChanged(): void;
  rejoin(): void;
  /** I was asked to follow again, and go on by myself. */
  stay(): void;
  /** More series are known than before: the shared view may be among them. */
  seriesFound(): void;
  /** Opens a series, at an image of it: for all when I present, else for me alone. */
  open(stack: StackRef, at?: Place): Promise<void>;
  /** Opens a series because none has been shown yet; whoever shows one next is followed. */
  openFirst(stack: StackRef): Promise<void>;
  /** Hangs several series: for all when I present, else for me alone. */
  hang(arrangement: Arrangement, stacks: readonly StackRef[]): Promise<void>;
  /** The same because nothing has been shown yet. */
  hangFirst(arrangement: Arrangement, stacks: readonly StackRef[]): Promise<void>;
  /** Shows a view that was kept: for all when I present, else for me alone. */
  goTo(view: View): void;
};

/** Together with 60 views a second this stays below the 90 that the room takes. */
const POINTER_EVERY_MS = 34;

/** Another series is opened by hand. */
const ARRANGED: Facets = { ...NOTHING, layout: true };

/** Codes of refusals after which the words on this screen are not those of the room (collab/rooms/draft.py, asks.py). */
const REFUSED_WORDS: ReadonlySet<string> = new Set([
  "draft_locked",
  "bad_update",
  "update_too_large",
  "draft_too_long",
]);

export function createLive(world: LiveWorld): Live {
  const { actor, screen, events } = world;
  let state = EMPTY_STATE;
  let seats: Seats = new Map();
  let following = NOT_YET;
  let seen: Seen = "loading";
  let away: Away | null = null;
  let told = "";
  let quiet_n = 0;
  let pointer_n = world.clock_ms();
  let pointed_ms = Number.NEGATIVE_INFINITY;
  let pointing: Pointer | null = null;
  let isPointDue = false;
  let pointers = new Map<string, Pointer>();
  let sketches = new Map<string, Sketch>();

  const isPresenter = (): boolean => state.holder === actor;

  const presenting = createPresenting({
    now: world.now,
    onFrame: world.onFrame,
    first_n: world.clock_ms(),
    isLive: world.isLive,
    term: () => (isPresenter() ? state.term : null),
    ask: world.ask,
    send: world.send,
  });

  const draft = createDraft({
    isLive: world.isLive,
    later: world.later,
    ask: (update) => world.ask({ t: "text.update", update }),
    changed: events.draft,
  });

  const annotating = createAnnotating({
    actor,
    first_n: world.clock_ms(),
    now: world.now,
    later: world.later,
    ask: world.ask,
    send: world.send,
    annotations: () => state.annotations,
    changed: events.undoing,
  });

  /** What is told of my screen: the measure is the whole view, whatever of it I follow. */
  const judged = (view: View): Seen => {
    const whole = showing.compare(view);
    const { follows } = following;
    if (whole !== "elsewhere" || !isInPlace(follows) || ownOf(follows).length === 0) return whole;
    const part = showing.compare(view, follows);
    return part === "same" ? "partly" : part;
  };

  const see = (now: Seen): void => {
    const { shared, follows } = following;
    const isOwn = shared !== null && follows.slice && !follows.layout;
    const next = isOwn ? screen.away(shared) : null;
    if (seen !== now || away !== next) events.seen(now, next);
    seen = now;
    away = next;
    const message = { t: "tell", seen: now, follows } as const;
    const text = JSON.stringify(message);
    if (text !== told && world.send(message)) told = text;
  };

  const showing = createShowing({ screen, find: world.find, drawn: () => look() });

  const look = (): void => {
    const view = following.shared ?? screen.view();
    see(view === null ? "loading" : judged(view));
  };

  const show = (view: View): void => {
    const shown = showing.show(view, following.follows);
    if (ownOf(following.follows).length === 0) see(shown);
    else look();
  };

  /** After the shared view, or my following of it, has changed. */
  const update = (event: FollowEvent): void => {
    const before = following;
    following = follow(before, event);
    if (following === before) return;
    events.following(following);
    const { shared, follows } = following;
    const isLed = !walks(follows) && (!isPresenter() || isLedHere(event));
    if (shared !== null && isLed) show(shared);
    else look();
  };

  /**
   * Presenting I am led by another window of mine, and after a reload by what the others see. Not while my hand moves here:
   * where it comes to rest the room hears after that, and all windows follow.
   */
  const isLedHere = ({ on }: FollowEvent): boolean =>
    screen.view() === null || ((on === "moved" || on === "settled" || on === "snapshot") && presenting.isAtRest());

  /** Where the hand came to rest counts most: the last place is sent even when it came too soon after another. */
  const point = (): void => {
    isPointDue = false;
    pointed_ms = world.now();
    pointer_n += 1;
    world.send({ t: "pointer.move", n: pointer_n, pointer: pointing });
  };

  const setPointers = (next: Map<string, Pointer>): void => {
    pointers = next;
    events.pointers([...next].map(([whose, pointer]) => ({ actor: whose, pointer })));
  };

  const setSketches = (next: Map<string, Sketch>): void => {
    sketches = next;
    events.sketches([...next.values()]);
  };

  const sketched = (message: Whole & { t: "annotation.moved" }): void => {
    const { actor: whose, annotation_id, drawing } = message;
    const next = new Map(sketches);
    next.delete(whose);
    if (drawing !== null) next.set(whose, { actor: whose, annotation_id, drawing });
    setSketches(next);
  };

  /** What was being drawn stands in the room now, or has gone from it. */
  const annotated = ({ actor: whose, done }: Fact): void => {
    if (!("annotation_id" in done)) return;
    if (sketches.get(whose)?.annotation_id === done.annotation_id) setSketches(without(sketches, whose));
  };

  const takeState = (next: RoomState): void => {
    const isCalled = next.gathered !== null && next.gathered > state.seq && next.holder !== actor;
    state = next;
    if (next.text !== "") draft.apply(next.text);
    events.state(state);
    update({ on: "snapshot", view: next.view, term: next.term, isCalled });
  };

  /** The baton's new holder shows what they see; everybody else is led from here on. */
  const batonTaken = (fact: Fact): void => {
    update({ on: "control.taken", term: state.term });
    if (!isPresenter()) return;
    update({ on: "rejoined" });
    // Where another window of mine has taken it, that one shows.
    if (fact.actor === actor && !isMine(fact)) return;
    const view = screen.view();
    if (view !== null) presenting.moved(view, true);
  };

  const isMine = ({ client_id }: Fact): boolean => client_id === world.client_id();

  const takeFact = (fact: Fact): void => {
    state = fold(state, fact);
    if (isMine(fact)) presenting.answered(fact.n);
    events.state(state);
    const { done } = fact;
    if (done.t === "text.updated") draft.apply(done.update);
    if (done.t === "control.taken") batonTaken(fact);
    if (done.t === "gathered") update({ on: "gathered" });
    // My own settled view is older than what my hand does now.
    if (done.t === "view.settled" && isMine(fact)) {
      following = { ...following, shared: done.view, sample_ms: null };
      look();
    } else if (done.t === "view.settled") update({ on: "settled", view: done.view, term: done.term });
    if (done.t === "member.left") setPointers(without(pointers, done.actor));
    annotated(fact);
    annotating.receive(fact);
    events.fact(fact);
  };

  const welcome = (message: Whole & { t: "welcome" }): void => {
    told = "";
    setPointers(new Map());
    setSketches(new Map());
    seats = seatsOf(message.presences, world.now());
    events.seats(seats);
    if (message.state !== null) {
      takeState(message.state);
      annotating.resume(message.acked);
    }
    events.welcomed();
    look();
    const view = screen.view();
    const isOwed = presenting.isUntold() || following.shared === null;
    if (isPresenter() && view !== null && isOwed) presenting.moved(view, true);
    const neverHeld = state.holder === null && state.term === 0;
    if (message.state !== null && neverHeld && world.is_principal) takeUnheld();
  };

  /** Two principals may do so at once; the second is refused, and need not hear of it. */
  const takeUnheld = (): void => {
    quiet_n = world.ask({ t: "control.take", term: 0 });
  };

  const took = (parts: Facets): void => {
    if (state.holder !== null && !isPresenter()) update({ on: "took", parts });
  };

  /** With series of my own, a slice that I follow goes on being followed in those that I have opened. */
  const followOn = (): void => {
    const { shared, follows } = following;
    if (shared !== null && !isPresenter() && !walks(follows)) show(shared);
  };

  const openStack = (stack: StackRef, at?: Place): Promise<void> => shareOpened(showing.open(stack, at));

  const hangFirst = (arrangement: Arrangement, stacks: readonly StackRef[]): Promise<void> =>
    shareOpened(showing.hang(arrangement, stacks));

  const shareOpened = async (opening: Promise<boolean>): Promise<void> => {
    const isOpen = await opening;
    const view = screen.view();
    if (isOpen && view !== null && isPresenter()) {
      following = { ...following, shared: view };
      presenting.moved(view, true);
    }
    look();
  };

  return {
    state: () => state,
    following: () => following,
    isPresenter,
    isOpening: showing.isOpening,
    draft,
    annotating,
    receive(message) {
      switch (message.t) {
        case "welcome":
          return welcome(message);
        case "fact":
          return takeFact(message);
        case "refused":
          if (REFUSED_WORDS.has(message.code)) draft.revert();
          annotating.refused(message.n);
          presenting.answered(message.n);
          return message.n === quiet_n ? undefined : events.refused(message.code);
        case "presence":
          seats = withPresence(seats, message, world.now());
          return events.seats(seats);
        case "view.moved":
          return update({ on: "moved", view: message.view, term: message.term, n: message.n, now_ms: world.now() });
        case "pointer.moved":
          return setPointers(
            message.pointer === null
              ? without(pointers, message.actor)
              : new Map(pointers).set(message.actor, message.pointer),
          );
        case "annotation.moved":
          return sketched(message);
        case "signalled":
          return events.signal(message.sender, message.data);
        case "ping":
        case "pong":
          return;
      }
    },
    line({ link }) {
      if (link.at === "live") return;
      if (pointers.size > 0) setPointers(new Map());
      if (sketches.size > 0) setSketches(new Map());
    },
    moved(view, settled) {
      if (isPresenter()) {
        following = { ...following, shared: view };
        presenting.moved(view, settled);
      }
      look();
    },
    took,
    follow(parts) {
      if (!isPresenter()) update({ on: "chose", follows: parts });
    },
    activated() {
      const view = screen.view();
      if (view === null || !isPresenter()) return;
      following = { ...following, shared: view };
      presenting.moved(view, true);
    },
    pointed(pointer) {
      pointing = pointer;
      if (isPointDue) return;
      const wait_ms = pointer === null ? 0 : pointed_ms + POINTER_EVERY_MS - world.now();
      if (wait_ms <= 0) return point();
      isPointDue = true;
      world.later(wait_ms, point);
    },
    qualityChanged: look,
    rejoin: () => update({ on: "rejoined" }),
    stay: () => update({ on: "stayed" }),
    seriesFound() {
      const { shared, follows } = following;
      const isMissing = shared !== null && showing.compare(shared) === "elsewhere";
      if (shared !== null && !walks(follows) && (screen.view() === null || (isMissing && !isPresenter()))) show(shared);
    },
    async open(stack, at) {
      took(ARRANGED);
      await openStack(stack, at);
      followOn();
    },
    openFirst: (stack) => openStack(stack),
    async hang(arrangement, stacks) {
      took(ARRANGED);
      await hangFirst(arrangement, stacks);
      followOn();
    },
    hangFirst,
    goTo(view) {
      if (state.holder !== null && !isPresenter()) update({ on: "chose", follows: NOTHING });
      see(showing.show(view));
      if (isPresenter()) presenting.moved(view, true);
    },
  };
}

function without<Kept>(hands: ReadonlyMap<string, Kept>, actor: string): Map<string, Kept> {
  return new Map([...hands].filter(([whose]) => whose !== actor));
}
