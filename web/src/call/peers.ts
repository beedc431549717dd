/** The other ends of the call, each with its present connection; calls again when one fails. */
import type { createLeg, Leg, LegState, MediaKind, Tracks } from "./leg";
import { NO_TOTALS, type Numbers, numbersBetween, type Path, type Quality, qualityOf, totalsOf } from "./quality";
import { answerTo, CONNECT_WITHIN_MS, INTERRUPTED_MS, isPolite, redialAfter } from "./rules";
import { type ByeReason, type CallSignal, sessionOf } from "./signals";

/** `absent`: in the room, not in the call. */
export type PeerState = "absent" | LegState;

export type Peer = {
  actor: string;
  state: PeerState;
  stream: MediaStream | null;
  numbers: Numbers | null;
  quality: Quality | null;
  path: Path | null;
};

export type PeersWorld = {
  me: string;
  tracks(): Tracks;
  configuration(): Promise<RTCConfiguration>;
  send(to: string, signal: CallSignal): void;
  /** Returns what calls it off. */
  later(ms: number, run: () => void): () => void;
  createLeg: typeof createLeg;
  changed(): void;
};

export type Peers = {
  list(): readonly Peer[];
  dial(actor: string): void;
  receive(actor: string, signal: CallSignal): void;
  /** The peer has left the room. */
  drop(actor: string): void;
  setTrack(kind: MediaKind, track: MediaStreamTrack | null): void;
  /** Calls everybody again who is not connected: the network is back, or people ask for it. */
  retry(): void;
  measure(): Promise<void>;
  close(): void;
};

/** `turn` tells the present beginning of a connection from one that was overtaken; `early` waits for its end. */
type Entry = Peer & {
  leg: Leg | null;
  turn: number;
  early: CallSignal[];
  failures: number;
  totals: typeof NO_TOTALS;
  calledOff: () => void;
};

/** More candidates than a browser with many addresses has. */
const MAX_EARLY = 64;

export function createPeers(world: PeersWorld): Peers {
  const entries = new Map<string, Entry>();
  let isClosed = false;

  const entryOf = (actor: string): Entry => {
    const known = entries.get(actor);
    if (known !== undefined) return known;
    const entry: Entry = { ...NOBODY, actor, early: [] };
    entries.set(actor, entry);
    return entry;
  };

  const set = (entry: Entry, state: PeerState): void => {
    entry.state = state;
    entry.calledOff();
    entry.calledOff = watch(entry, state);
    world.changed();
  };

  const watch = (entry: Entry, state: PeerState): (() => void) => {
    switch (state) {
      case "connecting":
        return world.later(CONNECT_WITHIN_MS, () => fail(entry, "timed_out"));
      case "interrupted":
        return world.later(INTERRUPTED_MS, () => fail(entry, "failed"));
      default:
        return () => undefined;
    }
  };

  const hangUp = (entry: Entry, reason: ByeReason | null): void => {
    entry.leg?.close(reason);
    entry.turn += 1;
    Object.assign(entry, {
      leg: null,
      early: [],
      stream: null,
      numbers: null,
      quality: null,
      path: null,
      totals: NO_TOTALS,
    });
  };

  const fail = (entry: Entry, reason: ByeReason): void => {
    // The other end may still be about to answer: `rejoining` tells it that a new offer follows.
    entry.failures += 1;
    const again_ms = redialAfter(entry.failures, isPolite(world.me, entry.actor));
    hangUp(entry, again_ms === null ? reason : "rejoining");
    set(entry, "failed");
    if (again_ms !== null) entry.calledOff = world.later(again_ms, () => void begin(entry));
  };

  const begin = async (entry: Entry, offer?: CallSignal): Promise<void> => {
    hangUp(entry, null);
    set(entry, "connecting");
    entry.turn += 1;
    const { turn } = entry;
    const configuration = await world.configuration();
    if (isClosed || entry.turn !== turn || entries.get(entry.actor) !== entry) return;
    const leg = makeLeg(entry, configuration);
    const signals = offer === undefined ? [] : [offer, ...entry.early.splice(0)];
    entry.leg = leg;
    if (offer === undefined) await leg.call();
    for (const signal of signals) await leg.receive(signal);
  };

  const makeLeg = (entry: Entry, configuration: RTCConfiguration): Leg => {
    const leg: Leg = world.createLeg(configuration, world.tracks(), {
      signal: (signal) => world.send(entry.actor, signal),
      media(stream) {
        entry.stream = stream;
        world.changed();
      },
      state(state) {
        if (entry.leg !== leg) return;
        if (state === "failed") return fail(entry, "failed");
        if (state === "connected") entry.failures = 0;
        set(entry, state);
      },
    });
    return leg;
  };

  const takeOffer = (entry: Entry, offer: CallSignal & { type: "offer" }): void => {
    const facts = {
      is_in_call: true,
      is_polite: isPolite(world.me, entry.actor),
      leg: entry.leg?.facts() ?? null,
      session: sessionOf(offer.sdp),
    };
    switch (answerTo(facts)) {
      case "begin":
      case "replace":
        void begin(entry, offer);
        break;
      case "continue":
        void entry.leg?.receive(offer);
        break;
      case "refuse":
      case "ignore":
        break;
    }
  };

  const takeBye = (entry: Entry, reason: ByeReason): void => {
    hangUp(entry, null);
    set(entry, reason === "rejoining" ? "connecting" : "absent");
  };

  return {
    list: () => [...entries.values()],
    dial(actor) {
      const entry = entryOf(actor);
      if (entry.state === "absent" || entry.state === "failed") void begin(entry);
    },
    receive(actor, signal) {
      const entry = entryOf(actor);
      if (signal.type === "offer") takeOffer(entry, signal);
      else if (signal.type === "bye") takeBye(entry, signal.reason);
      else if (entry.leg !== null) void entry.leg.receive(signal);
      else if (entry.early.length < MAX_EARLY) entry.early.push(signal);
    },
    drop(actor) {
      const entry = entries.get(actor);
      if (entry === undefined) return;
      entry.calledOff();
      hangUp(entry, null);
      entries.delete(actor);
      world.changed();
    },
    setTrack(kind, track) {
      for (const { leg } of entries.values()) void leg?.setTrack(kind, track);
    },
    retry() {
      for (const entry of entries.values()) {
        if (entry.state === "connected" || entry.state === "absent") continue;
        entry.failures = 0;
        void begin(entry);
      }
    },
    async measure() {
      await Promise.all([...entries.values()].map(measureEntry));
      world.changed();
    },
    close() {
      isClosed = true;
      for (const entry of entries.values()) {
        entry.calledOff();
        hangUp(entry, "left");
      }
      entries.clear();
    },
  };
}

const NOBODY = {
  state: "absent" as PeerState,
  stream: null,
  numbers: null,
  quality: null,
  path: null,
  leg: null,
  turn: 0,
  failures: 0,
  totals: NO_TOTALS,
  calledOff: () => undefined,
};

async function measureEntry(entry: Entry): Promise<void> {
  const { leg } = entry;
  if (leg === null || entry.state !== "connected") return;
  const report = await leg.stats();
  if (entry.leg !== leg) return;
  const totals = totalsOf(report.values());
  // The first interval has no beginning to be counted from.
  if (entry.totals !== NO_TOTALS) entry.numbers = numbersBetween(entry.totals, totals);
  entry.quality = entry.numbers && qualityOf(entry.numbers);
  entry.path = totals.path;
  entry.totals = totals;
}
