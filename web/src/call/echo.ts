/** The check before a call: my own voice and picture come back from the server. */
import { openDevices, readChoice } from "./devices";
import { createLeg, type Leg } from "./leg";
import { createMeter, type Meter } from "./levels";
import { type Path, totalsOf } from "./quality";
import { CONNECT_WITHIN_MS, type MediaProblem } from "./rules";
import { type CallSignal, readSignal, writeSignal } from "./signals";

/** The name under which the server's end is called. */
export const ECHO = "server";

export type EchoAt = "off" | "asking" | "connecting" | "connected" | "failed";
export type EchoPicture = {
  at: EchoAt;
  problem: MediaProblem | null;
  stream: MediaStream | null;
  path: Path | null;
  rtt_ms: number | null;
};

export type EchoWorld = {
  configuration(): Promise<RTCConfiguration>;
  send(to: string, data: string): void;
  later(ms: number, run: () => void): () => void;
  changed(picture: EchoPicture): void;
};

export type Echo = {
  picture(): EchoPicture;
  start(): Promise<void>;
  stop(): void;
  receive(data: string): void;
  measure(): Promise<void>;
  levels(): { sent: number; returned: number };
};

const SILENCE: EchoPicture = { at: "off", problem: null, stream: null, path: null, rtt_ms: null };

export function createEcho(world: EchoWorld): Echo {
  let picture = SILENCE;
  let mine: MediaStream | null = null;
  let leg: Leg | null = null;
  let meters: { sent: Meter | null; returned: Meter | null } = { sent: null, returned: null };
  let callOff = (): void => undefined;

  const set = (next: Partial<EchoPicture>): void => {
    picture = { ...picture, ...next };
    world.changed(picture);
  };

  const end = (at: EchoAt, isGoodbye: boolean): void => {
    callOff();
    leg?.close(isGoodbye ? "left" : null);
    leg = null;
    for (const track of mine?.getTracks() ?? []) track.stop();
    mine = null;
    meters.sent?.close();
    meters.returned?.close();
    meters = { sent: null, returned: null };
    set({ ...SILENCE, at });
  };

  const connect = async (stream: MediaStream): Promise<void> => {
    mine = stream;
    meters.sent = createMeter(stream);
    set({ at: "connecting" });
    callOff = world.later(CONNECT_WITHIN_MS, () => end("failed", true));
    const tracks = { audio: stream.getAudioTracks()[0] ?? null, video: stream.getVideoTracks()[0] ?? null };
    const made = createLeg(await world.configuration(), tracks, {
      signal: (signal) => world.send(ECHO, writeSignal(signal)),
      state(state) {
        if (leg !== made) return;
        if (state === "connected") connected();
        if (state === "failed") end("failed", true);
      },
      media(returned) {
        meters.returned ??= createMeter(returned);
        set({ stream: returned });
      },
    });
    leg = made;
    await made.call();
  };

  const connected = (): void => {
    callOff();
    set({ at: "connected" });
  };

  const receive = (signal: CallSignal): void => {
    if (signal.type !== "bye") void leg?.receive(signal);
    else if (leg !== null) end(picture.at === "connected" ? "off" : "failed", false);
  };

  return {
    picture: () => picture,
    async start() {
      if (leg !== null || picture.at === "asking") return;
      set({ ...SILENCE, at: "asking" });
      const choice = readChoice();
      const both = await openDevices({ audio: true, video: true }, choice);
      // A desk without a camera can still talk.
      const opened = both.ok ? both : await openDevices({ audio: true, video: false }, choice);
      if (opened.ok) await connect(opened.stream);
      else set({ at: "failed", problem: opened.problem });
    },
    stop: () => end("off", true),
    receive: (data) => receive(readSignal(data)),
    async measure() {
      const report = await leg?.stats();
      if (report === undefined || picture.at !== "connected") return;
      const { path, rtt_ms } = totalsOf(report.values());
      set({ path, rtt_ms });
    },
    levels: () => ({ sent: meters.sent?.level() ?? 0, returned: meters.returned?.level() ?? 0 }),
  };
}
