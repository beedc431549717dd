/** The room's socket in a browser: carries out what link.ts decides; knows nothing of what the messages mean. */
import { decode, encode } from "@msgpack/msgpack";
import { type Line, type LineEffect, type LineEvent, NEW_LINE, step } from "./link";
import { createHearing, createPointing, type Whole } from "./pointing";
import type { Act, FromBrowser, FromRoom } from "./types";
import type { Unacked } from "./unacked";

/** Its version is the one of collab/rooms/protocol.py; a test compares them. */
export const SUBPROTOCOL = "consilium.v3";
const TICK_MS = 250;
/** Below what the room allows (collab/rooms/buckets.py): a long time offline must not end in being shut out. */
const ASKS_PER_S = 15;
const ASKS_BURST = 40;
/** Credit is given back for four drawn frames at once: answers are half of what a server has to read (tests/bench rooms). */
const CREDITED_TOGETHER = 4;
/** On a link longer than this for each by itself: there are no more than four, and the pointer would grow older. */
const TOGETHER_UP_TO_RTT_MS = 33;
/** Fewer wait for another no longer; three pictures at 60 Hz, in which the next sample has come or will not. */
const CREDIT_WITHIN_MS = 50;

/** The part of WebSocket that is used, so that a test can stand in for the network. */
export type Wire = {
  binaryType: string;
  onopen: (() => void) | null;
  onmessage: ((event: { data: ArrayBuffer }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send(bytes: Uint8Array): void;
  close(code?: number): void;
};

/** What the page lends to the socket; each `on...` but `onFrame`, `every` and `after` return their remover. */
export type World = {
  connect(): Wire;
  now(): number;
  chance(): number;
  every(ms: number, run: () => void): () => void;
  after(ms: number, run: () => void): () => void;
  onFrame(run: () => void): void;
  onOnline(run: () => void): () => void;
};

export type SocketEvents = {
  message(message: Whole): void;
  line(line: Line): void;
  /** Asks were given up, since the room could not understand one of them. */
  abandoned(count: number): void;
};

/** Messages which are lost without harm when the link is down. */
export type Passing = Exclude<FromBrowser, { t: "hello" | "ask" | "ping" | "pong" | "drawn" | "pointer.slide" }>;

export type RoomSocket = {
  readonly client_id: string;
  /** Keeps the act until the room has answered it; gives its number. */
  ask(act: Act): number;
  /** True when it went out. */
  send(message: Passing): boolean;
  line(): Line;
  close(): void;
};

export function openSocket(client_id: string, unacked: Unacked, events: SocketEvents, world: World): RoomSocket {
  let line = NEW_LINE;
  let wire: Wire | null = null;
  let hearing = createHearing();
  let pointing = createPointing();
  let frame = 0;
  let arrived = 0;
  let isDrawDue = false;
  let stopWaiting = (): void => undefined;
  let asked_n = 0;
  let allowance = ASKS_BURST;
  let allowed_ms = world.now();

  const write = (message: FromBrowser): void => wire?.send(encode(message, { ignoreUndefined: true }));
  const isLive = (): boolean => line.link.at === "live";

  /** Sends what is still unsent on this connection, in order and no faster than allowed. */
  const askOn = (): void => {
    const now_ms = world.now();
    allowance = Math.min(ASKS_BURST, allowance + ((now_ms - allowed_ms) / 1000) * ASKS_PER_S);
    allowed_ms = now_ms;
    for (const ask of unacked.waiting(asked_n)) {
      if (allowance < 1 || !isLive()) return;
      allowance -= 1;
      asked_n = ask.n;
      write(ask);
    }
  };

  const connect = (): void => {
    const opened = world.connect();
    wire = opened;
    opened.binaryType = "arraybuffer";
    // A late event of an abandoned connection must not be taken for one of the present connection.
    opened.onopen = () => wire === opened && happen({ on: "opened" });
    opened.onmessage = ({ data }) => wire === opened && receive(decode(new Uint8Array(data)) as FromRoom);
    opened.onclose = ({ code }) => {
      if (wire !== opened) return;
      wire = null;
      happen({ on: "closed", code });
    };
  };

  const drop = (): void => {
    const dropped = wire;
    wire = null;
    dropped?.close(1000);
  };

  const receive = (message: FromRoom): void => {
    for (const one of hearing.whole(message)) happen({ on: "message", message: one });
    const number = numberOf(message);
    if (number === null) return;
    frame = Math.max(frame, number);
    arrived += 1;
    creditWhenDrawn();
  };

  const creditWhenDrawn = (): void => {
    if (isDrawDue) return;
    isDrawDue = true;
    world.onFrame(() => {
      isDrawDue = false;
      stopWaiting();
      // What arrives while a single one waits has not been drawn yet.
      const drawn = { frame, count: arrived };
      if (drawn.count >= creditedTogether()) credit(drawn);
      else if (drawn.count > 0) stopWaiting = world.after(CREDIT_WITHIN_MS, () => credit(drawn));
    });
  };

  const creditedTogether = (): number => {
    const rtt_ms = line.link.at === "live" ? line.link.rtt_ms : null;
    return rtt_ms !== null && rtt_ms <= TOGETHER_UP_TO_RTT_MS ? CREDITED_TOGETHER : 1;
  };

  const credit = (drawn: { frame: number; count: number }): void => {
    arrived -= drawn.count;
    if (isLive()) write({ t: "drawn", frame: drawn.frame, seq: line.seq });
  };

  const deliver = (message: Whole): void => {
    if (message.t === "fact" && message.client_id === client_id) unacked.answered(message.n);
    if (message.t === "refused") unacked.answered(message.n);
    events.message(message);
  };

  const carryOut = (effect: LineEffect): void => {
    switch (effect.do) {
      case "open":
        hearing = createHearing();
        pointing = createPointing();
        frame = 0;
        arrived = 0;
        stopWaiting();
        connect();
        break;
      case "hello":
        write({ t: "hello", client_id, seq: effect.seq, next_n: unacked.first(), attempt: unacked.attempt() });
        break;
      case "drop":
        drop();
        break;
      case "ping":
        write({ t: "ping", n: effect.n });
        break;
      case "pong":
        write({ t: "pong", n: effect.n });
        break;
      case "resume":
        unacked.resume(effect.acked);
        asked_n = effect.acked;
        askOn();
        break;
      case "abandon":
        events.abandoned(unacked.abandon());
        break;
      case "deliver":
        deliver(effect.message);
        break;
    }
  };

  const happen = (event: LineEvent): void => {
    const before = line;
    const next = step(line, event, { now_ms: world.now(), chance: world.chance() });
    line = next.line;
    for (const effect of next.effects) carryOut(effect);
    if (line !== before) events.line(line);
  };

  const tick = (): void => {
    happen({ on: "tick" });
    if (isLive()) askOn();
  };

  const removers = [world.every(TICK_MS, tick), world.onOnline(() => happen({ on: "online" }))];
  happen({ on: "start" });

  return {
    ask(act) {
      const { n } = unacked.add(act);
      askOn();
      return n;
    },
    send(message) {
      if (!isLive()) return false;
      write(message.t === "pointer.move" ? pointing.brief(message, world.now()) : message);
      return true;
    },
    client_id,
    line: () => line,
    close() {
      for (const remove of removers) remove();
      stopWaiting();
      happen({ on: "stop" });
    },
  };
}

/** What `drawn` gives back for a frame; null for one that needs no credit. */
function numberOf(message: FromRoom): number | null {
  if (message.t === "movements") return Math.max(...message.moved.map(({ frame }) => frame));
  return "frame" in message ? message.frame : null;
}

/** The real browser behind a socket. */
export function browserWorld(path: string): World {
  const url = new URL(path, window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return {
    connect: () => new WebSocket(url, SUBPROTOCOL) as unknown as Wire,
    now: () => performance.now(),
    chance: () => Math.random(),
    every(ms, run) {
      const timer = window.setInterval(run, ms);
      return () => window.clearInterval(timer);
    },
    after(ms, run) {
      const timer = window.setTimeout(run, ms);
      return () => window.clearTimeout(timer);
    },
    onFrame: (run) => void requestAnimationFrame(run),
    onOnline(run) {
      window.addEventListener("online", run);
      return () => window.removeEventListener("online", run);
    },
  };
}
