import { expect, test } from "vitest";
import type { createLeg, LegEvents } from "../../src/call/leg";
import { createPeers, type Peers } from "../../src/call/peers";
import { CONNECT_WITHIN_MS, INTERRUPTED_MS } from "../../src/call/rules";
import type { CallSignal } from "../../src/call/signals";

const offer = (session: string): CallSignal & { type: "offer" } => ({
  type: "offer",
  sdp: `v=0\r\no=- ${session} 2 IN IP4 127.0.0.1\r\ns=-\r\n`,
});

type Made = { events: LegEvents; received: CallSignal[]; isClosed: boolean; called: boolean };

/** One end of a call whose connections are played by the test. */
function end(me: string) {
  const legs: Made[] = [];
  const sent: [string, CallSignal["type"], string | undefined][] = [];
  let timers: { at_ms: number; run: () => void }[] = [];
  let now_ms = 0;
  const make: typeof createLeg = (_, __, events) => {
    const made: Made = { events, received: [], isClosed: false, called: false };
    legs.push(made);
    return {
      facts: () => ({ offered: made.called, remote: null }),
      async call() {
        made.called = true;
        events.signal(offer("1"));
      },
      receive: async (signal) => void made.received.push(signal),
      setTrack: async () => undefined,
      stats: async () => new Map() as unknown as RTCStatsReport,
      close(reason) {
        made.isClosed = true;
        if (reason !== null) events.signal({ type: "bye", reason });
      },
    };
  };
  const peers: Peers = createPeers({
    me,
    tracks: () => ({ audio: null, video: null }),
    configuration: async () => ({ iceServers: [] }),
    send: (to, signal) => void sent.push([to, signal.type, signal.type === "bye" ? signal.reason : undefined]),
    later(ms, run) {
      const timer = { at_ms: now_ms + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    createLeg: make,
    changed: () => undefined,
  });
  return {
    peers,
    legs,
    sent,
    async pass(ms: number) {
      now_ms += ms;
      const due = timers.filter((one) => one.at_ms <= now_ms);
      timers = timers.filter((one) => one.at_ms > now_ms);
      for (const { run } of due) run();
      await settled();
    },
  };
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
};

test("whoever joins calls", async () => {
  const { peers, sent } = end("b");
  peers.dial("a");
  await settled();
  expect(sent).toEqual([["a", "offer", undefined]]);
});

test("candidates that overtake the making of the connection are not lost", async () => {
  const { peers, legs } = end("b");
  peers.receive("a", offer("9"));
  peers.receive("a", { type: "candidate", candidate: "", sdp_mid: "0", sdp_m_line_index: 0 });
  await settled();
  expect(legs[0]?.received.map((one) => one.type)).toEqual(["offer", "candidate"]);
});

test("of two offers that cross, the polite end answers and the other keeps to its own", async () => {
  const polite = end("a");
  polite.peers.dial("b");
  await settled();
  polite.peers.receive("b", offer("9"));
  await settled();
  expect(polite.legs.length).toBe(2);
  expect(polite.legs[0]?.isClosed).toBe(true);
  const impolite = end("b");
  impolite.peers.dial("a");
  await settled();
  impolite.peers.receive("a", offer("9"));
  await settled();
  expect(impolite.legs.length).toBe(1);
});

test("somebody who is not in the call is absent, and no longer called", async () => {
  const { peers, legs, pass, sent } = end("b");
  peers.dial("a");
  await settled();
  peers.receive("a", { type: "bye", reason: "refused" });
  await pass(CONNECT_WITHIN_MS);
  expect(peers.list()[0]?.state).toBe("absent");
  expect(legs[0]?.isClosed).toBe(true);
  expect(sent.length).toBe(1);
});

test("a connection that fails is replaced, and the other end is told that it will be", async () => {
  const { peers, legs, sent, pass } = end("b");
  peers.dial("a");
  await settled();
  legs[0]?.events.state("connected");
  legs[0]?.events.state("failed");
  await pass(0);
  expect(sent.map(([, type, reason]) => [type, reason])).toEqual([
    ["offer", undefined],
    ["bye", "rejoining"],
    ["offer", undefined],
  ]);
  expect(legs.length).toBe(2);
});

test("a short interruption is waited for, a longer one is not", async () => {
  const { peers, legs, pass } = end("b");
  peers.dial("a");
  await settled();
  legs[0]?.events.state("connected");
  legs[0]?.events.state("interrupted");
  await pass(INTERRUPTED_MS - 1);
  legs[0]?.events.state("connected");
  await pass(INTERRUPTED_MS);
  expect(legs.length).toBe(1);
  legs[0]?.events.state("interrupted");
  await pass(INTERRUPTED_MS);
  await pass(0);
  expect(legs.length).toBe(2);
});

test("after four failures in a row it is for people to try again", async () => {
  const { peers, legs, pass } = end("b");
  peers.dial("a");
  await settled();
  for (const pause of [0, 1000, 3000, 7000]) {
    legs.at(-1)?.events.state("failed");
    await pass(pause);
  }
  legs.at(-1)?.events.state("failed");
  await pass(60_000);
  expect(peers.list()[0]?.state).toBe("failed");
  const before = legs.length;
  peers.retry();
  await settled();
  expect(legs.length).toBe(before + 1);
});

test("hanging up says goodbye to everybody", async () => {
  const { peers, sent } = end("b");
  peers.dial("a");
  peers.dial("c");
  await settled();
  peers.close();
  expect(sent.filter(([, type]) => type === "bye").map(([to]) => to)).toEqual(["a", "c"]);
});
