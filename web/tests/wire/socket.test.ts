import { decode, encode } from "@msgpack/msgpack";
import { expect, test } from "vitest";
import { openSocket, type RoomSocket, type Wire, type World } from "../../src/wire/socket";
import type { FromBrowser, FromRoom } from "../../src/wire/types";
import { createUnacked } from "../../src/wire/unacked";
import * as make from "./make";

/** A network in which the test plays the room. */
function network() {
  const wires: (Wire & { sent: FromBrowser[]; isClosed: boolean })[] = [];
  let now_ms = 0;
  let tick = (): void => undefined;
  let frames: (() => void)[] = [];
  let timers: { due_ms: number; run: () => void }[] = [];
  const world: World = {
    connect() {
      const wire = {
        binaryType: "",
        onopen: null,
        onmessage: null,
        onclose: null,
        sent: [] as FromBrowser[],
        isClosed: false,
        send: (bytes: Uint8Array) => void wire.sent.push(decode(bytes) as FromBrowser),
        close: () => {
          wire.isClosed = true;
        },
      };
      wires.push(wire);
      return wire;
    },
    now: () => now_ms,
    chance: () => 0,
    every(_, run) {
      tick = run;
      return () => undefined;
    },
    after(ms, run) {
      const timer = { due_ms: now_ms + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    onFrame: (run) => void frames.push(run),
    onOnline: () => () => undefined,
  };
  const last = () => wires[wires.length - 1] as (typeof wires)[number];
  return {
    world,
    wires,
    last,
    say(message: FromRoom) {
      const bytes = encode(message);
      last().onmessage?.({ data: bytes.slice().buffer as ArrayBuffer });
    },
    welcome(over: Parameters<typeof make.welcome>[0] = {}) {
      last().onopen?.();
      this.say(make.welcome(over));
    },
    pass(ms: number) {
      now_ms += ms;
      const due = timers.filter((one) => one.due_ms <= now_ms);
      timers = timers.filter((one) => one.due_ms > now_ms);
      for (const { run } of due) run();
      tick();
    },
    draw() {
      const due = frames;
      frames = [];
      for (const run of due) run();
    },
    moved(frame: number) {
      this.say({ t: "pointer.moved", actor: "other", n: frame, pointer: null, frame });
    },
    credited: () => last().sent.flatMap((one) => (one.t === "drawn" ? [one.frame] : [])),
    asks: () => last().sent.filter((one) => one.t === "ask"),
  };
}

function join(net: ReturnType<typeof network>, storage = make.storage()): { socket: RoomSocket; told: FromRoom[] } {
  const told: FromRoom[] = [];
  const unacked = createUnacked(storage, "room", "tab");
  const socket = openSocket(
    "tab",
    unacked,
    { message: (one) => told.push(one), line: () => undefined, abandoned: () => undefined },
    net.world,
  );
  return { socket, told };
}

test("an ask is sent again, in order, until a fact bears its number", () => {
  const net = network();
  const { socket } = join(net);
  net.welcome();
  socket.ask({ t: "chat.say", text: "one" });
  socket.ask({ t: "chat.say", text: "two" });
  net.say(make.fact(1, { t: "chat.said", text: "one" }, { client_id: "tab", n: 1 }));
  net.last().onclose?.({ code: 1006 });
  net.pass(400);
  net.welcome({ acked: 1, state: null });
  expect(net.asks()).toEqual([{ t: "ask", n: 2, act: { t: "chat.say", text: "two" } }]);
});

test("what the room has taken without our hearing of it is not sent twice", () => {
  const net = network();
  const { socket } = join(net);
  net.welcome();
  socket.ask({ t: "chat.say", text: "one" });
  net.last().onclose?.({ code: 1006 });
  net.pass(400);
  net.welcome({ acked: 1, state: null });
  expect(net.asks()).toEqual([]);
});

test("asks made while the link is down wait for it, and survive a reload", () => {
  const net = network();
  const storage = make.storage();
  join(net, storage).socket.ask({ t: "identity.confirm" });
  expect(net.asks()).toEqual([]);
  const after = network();
  join(after, storage);
  after.welcome();
  expect(after.asks()).toEqual([{ t: "ask", n: 1, act: { t: "identity.confirm" } }]);
});

test("hello counts the tab's connections, over a reload too", () => {
  const storage = make.storage();
  const attempts = [1, 2].map(() => {
    const net = network();
    join(net, storage);
    net.last().onopen?.();
    return net.last().sent[0];
  });
  expect(attempts).toMatchObject([{ attempt: 1 }, { attempt: 2 }]);
});

test("hello says from which ask on answers are missing", () => {
  const net = network();
  const { socket } = join(net);
  net.welcome();
  socket.ask({ t: "control.request" });
  net.say({ t: "refused", n: 1, code: "already_requested" });
  socket.ask({ t: "control.request" });
  net.last().onclose?.({ code: 1006 });
  net.pass(400);
  net.last().onopen?.();
  expect(net.last().sent).toEqual([{ t: "hello", client_id: "tab", seq: 0, next_n: 2, attempt: 2 }]);
});

test("nothing of an ask stays in the tab's storage once it is answered", () => {
  const net = network();
  const storage = make.storage();
  const { socket } = join(net, storage);
  net.welcome();
  socket.ask({ t: "chat.say", text: "hémorragie" });
  net.say(make.fact(1, { t: "chat.said", text: "hémorragie" }, { client_id: "tab", n: 1 }));
  const kept = Array.from({ length: storage.length }, (_, index) => storage.getItem(storage.key(index) ?? ""));
  expect(kept.join()).not.toContain("hémorragie");
});

test("a long time offline is told no faster than the room allows", () => {
  const net = network();
  const { socket } = join(net);
  for (let n = 0; n < 100; n += 1) socket.ask({ t: "chat.say", text: String(n) });
  net.welcome();
  expect(net.asks().length).toBe(40);
  net.pass(1000);
  expect(net.asks().length).toBe(55);
  expect(net.asks().map((one) => one.t === "ask" && one.n)).toEqual(Array.from({ length: 55 }, (_, n) => n + 1));
});

test("credit is given back after the picture has been drawn, once for all that came before it", () => {
  const net = network();
  join(net);
  net.welcome();
  net.moved(11);
  net.moved(12);
  expect(net.credited()).toEqual([]);
  net.draw();
  expect(net.credited()).toEqual([12]);
});

test("credit of samples that come one a picture is given back for four at once", () => {
  const net = network();
  join(net);
  net.welcome();
  net.say({ t: "pong", n: 1 });
  for (let frame = 1; frame <= 60; frame += 1) {
    net.moved(frame);
    net.draw();
    net.pass(16);
  }
  expect(net.credited()).toEqual(Array.from({ length: 15 }, (_, n) => 4 * n + 4));
});

test("credit of a single sample waits 50 ms for another and no longer", () => {
  const net = network();
  join(net);
  net.welcome();
  net.say({ t: "pong", n: 1 });
  net.moved(1);
  net.draw();
  net.pass(49);
  expect(net.credited()).toEqual([]);
  net.pass(1);
  expect(net.credited()).toEqual([1]);
});

test("credit is not given for what came while a drawn sample waited, and is given once it is drawn", () => {
  const net = network();
  join(net);
  net.welcome();
  net.say({ t: "pong", n: 1 });
  net.moved(1);
  net.draw();
  net.moved(2);
  net.pass(50);
  expect(net.credited()).toEqual([1]);
  net.draw();
  net.pass(50);
  expect(net.credited()).toEqual([1, 2]);
});

test.each([
  ["whose length is not known yet", null],
  ["that is long", 34],
])("credit on a link %s is given back for each picture", (_, rtt_ms) => {
  const net = network();
  join(net);
  net.welcome();
  net.pass(rtt_ms ?? 0);
  if (rtt_ms !== null) net.say({ t: "pong", n: 1 });
  net.moved(1);
  net.draw();
  net.moved(2);
  net.draw();
  expect(net.credited()).toEqual([1, 2]);
});

test("a frame in which several move is told one by one, and credited once, by its highest number", () => {
  const net = network();
  const { told } = join(net);
  net.welcome();
  const gone = (actor: string, frame: number) =>
    ({ t: "pointer.moved", actor, n: frame, pointer: null, frame }) as const;
  net.say({ t: "movements", moved: [gone("one", 8), gone("other", 7)] });
  net.draw();
  expect(told.slice(1)).toEqual([gone("one", 8), gone("other", 7)]);
  expect(net.credited()).toEqual([8]);
});

test("r48: the image of a pointer is said once a connection", () => {
  const net = network();
  const { socket } = join(net);
  const point = (n: number) => socket.send({ t: "pointer.move", n, pointer: make.pointer([n, 0, 0]) });
  const said = () => net.last().sent.flatMap((one) => (one.t.startsWith("pointer.") ? [one.t] : []));
  net.welcome();
  point(1);
  point(2);
  expect(said()).toEqual(["pointer.move", "pointer.slide"]);
  net.last().onclose?.({ code: 1006 });
  net.pass(400);
  net.welcome({ state: null });
  point(3);
  expect(said()).toEqual(["pointer.move"]);
});

test("nothing but samples is credited, and none of an earlier connection", () => {
  const net = network();
  join(net);
  net.welcome();
  net.say({ t: "pong", n: 1 });
  net.say(make.fact(1));
  net.draw();
  net.moved(1);
  net.draw();
  net.last().onclose?.({ code: 1006 });
  net.pass(400);
  net.welcome({ state: null });
  net.draw();
  net.pass(50);
  expect(net.wires.flatMap((one) => one.sent.filter(({ t }) => t === "drawn"))).toEqual([]);
});

test("the room that asks is answered at once, though a hidden tab's clock and pictures stand still", () => {
  const net = network();
  join(net);
  net.welcome();
  const before = net.last().sent.length;
  net.say({ t: "ping", n: 7 });
  expect(net.last().sent.slice(before)).toEqual([{ t: "pong", n: 7 }]);
});

test("a hole makes it come back with the last fact it has", () => {
  const net = network();
  const { told } = join(net);
  net.welcome({ state: make.state({ seq: 3 }) });
  net.say(make.fact(5));
  net.pass(400);
  net.last().onopen?.();
  expect(net.wires[0]?.isClosed).toBe(true);
  expect(net.last().sent[0]).toMatchObject({ t: "hello", seq: 3 });
  expect(told.some((one) => one.t === "fact")).toBe(false);
});

test("an ask that the room cannot understand is not sent for ever, and the next one is heard", () => {
  const net = network();
  const { socket } = join(net);
  net.welcome();
  socket.ask({ t: "chat.say", text: "" });
  net.last().onclose?.({ code: 1003 });
  net.pass(1000);
  net.last().onopen?.();
  expect(net.last().sent).toEqual([{ t: "hello", client_id: "tab", seq: 0, next_n: 2, attempt: 2 }]);
  net.say(make.welcome({ acked: 1, state: null }));
  socket.ask({ t: "chat.say", text: "two" });
  expect(net.asks()).toEqual([{ t: "ask", n: 2, act: { t: "chat.say", text: "two" } }]);
});

test("R43: a page that is outdated keeps what it has not sent, and the reloaded one sends it", () => {
  const storage = make.storage();
  const net = network();
  const { socket } = join(net, storage);
  net.welcome();
  net.last().onclose?.({ code: 1006 });
  socket.ask({ t: "chat.say", text: "kept" });
  net.pass(400);
  net.last().onopen?.();
  net.last().onclose?.({ code: 4426 });
  socket.ask({ t: "chat.say", text: "kept too" });
  const tries = net.wires.length;
  net.pass(60_000);
  expect(socket.line().link).toEqual({ at: "ended", code: "outdated" });
  expect(net.wires.length).toBe(tries);
  const reloaded = network();
  join(reloaded, storage);
  reloaded.welcome();
  expect(reloaded.asks().map(({ n }) => n)).toEqual([1, 2]);
});
