/** Life of one room connection, as a pure table of events; sockets, clock and chance are the caller's (socket.ts). */
import { retryDelay } from "./backoff";
import type { Whole } from "./pointing";

/** With a ping every 5 s, a link is given up 12 s after the last sign of life; the room gives us up after 11 s. */
export const PING_EVERY_MS = 5000;
export const PONG_WITHIN_MS = 7000;
/** A hospital's proxy may take long to let a WebSocket through; after this, another try is better than waiting. */
export const OPEN_WITHIN_MS = 10_000;

export type Link =
  | { at: "waiting"; attempt: number; until_ms: number }
  | { at: "opening"; attempt: number; since_ms: number }
  | { at: "greeting"; attempt: number; since_ms: number }
  | Live
  | { at: "ended"; code: EndCode };

/** `awaits`: number of the ping that has not come back yet. `attempt`: how many tries it took since `since_ms`. */
type Live = {
  at: "live";
  attempt: number;
  since_ms: number;
  heard_ms: number;
  pinged_ms: number;
  awaits: number | null;
  rtt_ms: number | null;
};

export type EndCode =
  | "left"
  | "signed_out"
  | "not_allowed"
  | "replaced"
  | "client_id_taken"
  | "room_closed"
  | "outdated";

/** `seq`: the last fact delivered. `lost_ms`: since when the room is not heard, null while it is. */
export type Line = { link: Link; seq: number; epoch: number; pings: number; lost_ms: number | null };

export type LineEvent =
  | { on: "start" }
  | { on: "opened" }
  | { on: "message"; message: Whole }
  | { on: "closed"; code: number }
  | { on: "online" }
  | { on: "tick" }
  | { on: "stop" };

export type LineEffect =
  | { do: "open" }
  | { do: "hello"; seq: number }
  | { do: "drop" }
  | { do: "ping"; n: number }
  | { do: "pong"; n: number }
  | { do: "resume"; acked: number }
  | { do: "abandon" }
  | { do: "deliver"; message: Whole };

export type Step = { line: Line; effects: readonly LineEffect[] };
export type Moment = { now_ms: number; chance: number };

export const NEW_LINE: Line = {
  link: { at: "waiting", attempt: 0, until_ms: 0 },
  seq: 0,
  epoch: 0,
  pings: 0,
  lost_ms: null,
};

/** Close codes after which trying again would only be refused again (collab/rooms/PROTOCOL.md). */
const ENDS: ReadonlyMap<number, EndCode> = new Map([
  [4001, "replaced"],
  [4400, "client_id_taken"],
  [4401, "signed_out"],
  [4403, "not_allowed"],
  [4404, "not_allowed"],
  [4410, "room_closed"],
  [4426, "outdated"],
]);

export function step(line: Line, event: LineEvent, moment: Moment): Step {
  if (line.link.at === "ended") return { line, effects: [] };
  switch (event.on) {
    case "start":
      return open(line, 0, moment);
    case "opened":
      return line.link.at === "opening" ? greet(line, line.link.attempt, moment) : stay(line);
    case "message":
      return receive(line, event.message, moment);
    case "closed":
      return closed(line, event.code, moment);
    case "online":
      return online(line, moment);
    case "tick":
      return tick(line, moment);
    case "stop":
      return { line: { ...line, link: { at: "ended", code: "left" } }, effects: [{ do: "drop" }] };
  }
}

const stay = (line: Line): Step => ({ line, effects: [] });

function open(line: Line, attempt: number, { now_ms }: Moment): Step {
  return { line: { ...line, link: { at: "opening", attempt, since_ms: now_ms } }, effects: [{ do: "open" }] };
}

function greet(line: Line, attempt: number, { now_ms }: Moment): Step {
  const link: Link = { at: "greeting", attempt, since_ms: now_ms };
  return { line: { ...line, link }, effects: [{ do: "hello", seq: line.seq }] };
}

/** Something that was sent is no message for the room, or too large: sent again, it would end every connection. */
const NOT_UNDERSTOOD: ReadonlySet<number> = new Set([1003, 1009]);
const TOO_FAST = 4029;
const AFTER_TOO_FAST = 3;
/** A link that breaks sooner was no success: the pauses go on growing. */
const PROVEN_MS = 5000;

function closed(line: Line, code: number, moment: Moment): Step {
  const end = ENDS.get(code);
  if (end !== undefined) return { line: { ...line, link: { at: "ended", code: end } }, effects: [] };
  if (line.link.at === "waiting") return stay(line);
  const next = wait(line, moment, code === TOO_FAST ? AFTER_TOO_FAST : 0);
  return NOT_UNDERSTOOD.has(code) ? { ...next, effects: [{ do: "abandon" }] } : next;
}

function nextAttempt(link: Link, now_ms: number): number {
  if (link.at === "ended") return 0;
  return link.at === "live" && now_ms - link.since_ms >= PROVEN_MS ? 0 : link.attempt + 1;
}

/** Wait for the next try; the first after a link that held comes at once. */
function wait(line: Line, { now_ms, chance }: Moment, least = 0): Step {
  const attempt = Math.max(least, nextAttempt(line.link, now_ms));
  const link: Link = { at: "waiting", attempt, until_ms: now_ms + retryDelay(attempt, chance) };
  return { line: { ...line, link, lost_ms: line.lost_ms ?? now_ms }, effects: [] };
}

function giveUp(line: Line, moment: Moment): Step {
  return { line: wait(line, moment).line, effects: [{ do: "drop" }] };
}

function online(line: Line, moment: Moment): Step {
  if (line.link.at === "waiting") return open(line, line.link.attempt, moment);
  // The address may have changed under a connection that does not know it yet.
  return line.link.at === "live" && line.link.awaits === null ? ping(line, line.link, moment) : stay(line);
}

function tick(line: Line, moment: Moment): Step {
  const { link } = line;
  switch (link.at) {
    case "waiting":
      return moment.now_ms >= link.until_ms ? open(line, link.attempt, moment) : stay(line);
    case "opening":
    case "greeting":
      return moment.now_ms - link.since_ms >= OPEN_WITHIN_MS ? giveUp(line, moment) : stay(line);
    case "live":
      return watch(line, link, moment);
    case "ended":
      return stay(line);
  }
}

/** Counted from the ping, not from the last message: a hidden tab's clock may sleep for a minute between two ticks. */
function watch(line: Line, link: Live, moment: Moment): Step {
  const since_ping_ms = moment.now_ms - link.pinged_ms;
  if (link.awaits === null) return since_ping_ms >= PING_EVERY_MS ? ping(line, link, moment) : stay(line);
  const silent_ms = Math.min(since_ping_ms, moment.now_ms - link.heard_ms);
  // What was shown since the last sign of life may already have been old.
  return silent_ms >= PONG_WITHIN_MS ? giveUp({ ...line, lost_ms: link.heard_ms }, moment) : stay(line);
}

function ping(line: Line, link: Live, { now_ms }: Moment): Step {
  const n = line.pings + 1;
  return {
    line: { ...line, pings: n, link: { ...link, pinged_ms: now_ms, awaits: n } },
    effects: [{ do: "ping", n }],
  };
}

function receive(line: Line, message: Whole, moment: Moment): Step {
  if (message.t === "welcome") return welcome(line, message, moment);
  if (line.link.at !== "live") return stay(line);
  const heard: Line = { ...line, link: { ...line.link, heard_ms: moment.now_ms } };
  if (message.t === "pong") return pong(heard, message.n, moment);
  // The room has not heard us for a while. Answered from here and not from the tick: a hidden tab's clock may sleep.
  if (message.t === "ping") return { line: heard, effects: [{ do: "pong", n: message.n }] };
  if (message.t !== "fact") return { line: heard, effects: [{ do: "deliver", message }] };
  if (message.seq <= line.seq) return stay(heard);
  // Never apply over a hole: come back with what we have, the room sends the rest.
  if (message.seq > line.seq + 1) return giveUp(heard, moment);
  return { line: { ...heard, seq: message.seq }, effects: [{ do: "deliver", message }] };
}

function welcome(line: Line, message: Whole & { t: "welcome" }, moment: Moment): Step {
  // A lower epoch is an owner that has lost the room and does not know it yet.
  if (message.epoch < line.epoch) return giveUp(line, moment);
  const seq = message.state?.seq ?? line.seq;
  const known: Line = { ...line, seq, epoch: message.epoch, lost_ms: null };
  const effects: LineEffect[] = [
    { do: "resume", acked: message.acked },
    { do: "deliver", message },
  ];
  // While live it is the whole state in place of facts that we were too slow to take.
  if (line.link.at === "live") return { line: { ...known, link: { ...line.link, heard_ms: moment.now_ms } }, effects };
  if (line.link.at !== "greeting") return stay(line);
  const since_ms = moment.now_ms;
  const { attempt } = line.link;
  const link: Live = { at: "live", attempt, since_ms, heard_ms: since_ms, pinged_ms: 0, awaits: null, rtt_ms: null };
  const pinged = ping(known, link, moment);
  return { line: pinged.line, effects: [...effects, ...pinged.effects] };
}

function pong(line: Line, n: number, { now_ms }: Moment): Step {
  const { link } = line;
  if (link.at !== "live" || link.awaits !== n) return stay(line);
  return stay({ ...line, link: { ...link, awaits: null, rtt_ms: now_ms - link.pinged_ms } });
}
