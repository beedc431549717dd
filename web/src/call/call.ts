/** My part in the room's call: devices, who else is in it, and what the screen is told; the images never wait for it. */
import {
  type Choice,
  type Device,
  type DeviceKind,
  keepChoice,
  listDevices,
  onDevicesChanged,
  openDevices,
  readChoice,
  type Wanted,
} from "./devices";
import { createLeg, type MediaKind, type Tracks } from "./leg";
import { createMeter, type Meter } from "./levels";
import { createPeers, type Peer, type Peers } from "./peers";
import type { MediaProblem } from "./rules";
import { type CallSignal, readSignal, writeSignal } from "./signals";

/** `waiting`: in the call, and nobody else is. */
export type CallAt = "off" | "asking" | "waiting" | "connecting" | "connected" | "failed";

export type CallPicture = {
  at: CallAt;
  problem: MediaProblem | null;
  peers: readonly Peer[];
  /** Others in the room of whom I know that they are in the call. */
  callers: readonly string[];
  mine: MediaStream | null;
  muted: boolean;
  camera: boolean;
  devices: readonly Device[];
  choice: Choice;
};

export type CallWorld = {
  me: string;
  configuration(): Promise<RTCConfiguration>;
  send(to: string, data: string): void;
  later(ms: number, run: () => void): () => void;
  changed(picture: CallPicture): void;
};

export type Call = {
  picture(): CallPicture;
  start(wanted: Wanted): Promise<void>;
  leave(): void;
  /** Who else is connected to the room now. */
  setOthers(actors: readonly string[]): void;
  receive(sender: string, data: string): void;
  setMuted(muted: boolean): void;
  setCamera(on: boolean): Promise<void>;
  choose(kind: DeviceKind, id: string): Promise<void>;
  retry(): void;
  measure(): Promise<void>;
  /** Devices have names once the browser has been allowed to open one. */
  refreshDevices(): Promise<void>;
  /** Loudness from 0 to 1 by actor. */
  levels(): ReadonlyMap<string, number>;
  close(): void;
};

const SILENT: Tracks = { audio: null, video: null };

export function createCall(world: CallWorld): Call {
  let peers: Peers | null = null;
  let at: "off" | "asking" | "on" = "off";
  let problem: MediaProblem | null = null;
  let others: readonly string[] = [];
  let callers: ReadonlySet<string> = new Set();
  let mine: MediaStream | null = null;
  let tracks: Tracks = SILENT;
  let muted = false;
  let devices: readonly Device[] = [];
  let choice = readChoice();
  const meters = new Map<string, { stream: MediaStream; meter: Meter | null }>();

  const picture = (): CallPicture => ({
    at: at === "on" ? standing(peers?.list() ?? []) : at,
    problem,
    peers: peers?.list().filter((one) => one.state !== "absent") ?? [],
    callers: [...callers],
    mine,
    muted,
    camera: tracks.video !== null,
    devices,
    choice,
  });

  const changed = (): void => world.changed(picture());

  const send = (to: string, signal: CallSignal): void => world.send(to, writeSignal(signal));

  const knowCaller = (actor: string, isIn: boolean): void => {
    if (callers.has(actor) === isIn) return;
    callers = new Set(isIn ? [...callers, actor] : [...callers].filter((one) => one !== actor));
    changed();
  };

  const refreshDevices = async (): Promise<void> => {
    devices = await listDevices();
    changed();
  };

  const setTrack = (kind: MediaKind, track: MediaStreamTrack | null): void => {
    tracks[kind]?.stop();
    tracks = { ...tracks, [kind]: track };
    if (kind === "audio" && track !== null) track.enabled = !muted;
    mine = new MediaStream(Object.values(tracks).filter((one) => one !== null));
    peers?.setTrack(kind, track);
    changed();
  };

  const join = (stream: MediaStream): void => {
    at = "on";
    peers = createPeers({
      me: world.me,
      tracks: () => tracks,
      configuration: world.configuration,
      send,
      later: world.later,
      createLeg,
      changed,
    });
    setTrack("audio", stream.getAudioTracks()[0] ?? null);
    setTrack("video", stream.getVideoTracks()[0] ?? null);
    for (const actor of others) peers.dial(actor);
    void refreshDevices();
  };

  const leave = (): void => {
    peers?.close();
    // Whoever is not connected with me has to hear it too: they were told that I am calling.
    if (at === "on") for (const actor of others) send(actor, { type: "bye", reason: "left" });
    peers = null;
    at = "off";
    for (const track of Object.values(tracks)) track?.stop();
    tracks = SILENT;
    mine = null;
    for (const { meter } of meters.values()) meter?.close();
    meters.clear();
    changed();
  };

  const openOne = async (kind: MediaKind): Promise<void> => {
    const opened = await openDevices({ audio: kind === "audio", video: kind === "video" }, choice);
    problem = opened.ok ? null : opened.problem;
    if (!opened.ok) return changed();
    setTrack(kind, opened.stream.getTracks()[0] ?? null);
  };

  const levelOf = (actor: string, stream: MediaStream | null): number => {
    if (stream === null) return 0;
    const known = meters.get(actor);
    if (known?.stream === stream && known.meter !== null) return known.meter.level();
    known?.meter?.close();
    const meter = createMeter(stream);
    meters.set(actor, { stream, meter });
    return meter?.level() ?? 0;
  };

  const removeListener = onDevicesChanged(() => void refreshDevices());

  return {
    picture,
    async start(wanted) {
      if (at !== "off") return;
      at = "asking";
      problem = null;
      changed();
      const opened = await openDevices(wanted, choice);
      if (opened.ok) return join(opened.stream);
      at = "off";
      problem = opened.problem;
      changed();
    },
    leave,
    setOthers(actors) {
      const gone = others.filter((one) => !actors.includes(one));
      const come = actors.filter((one) => !others.includes(one));
      others = actors;
      for (const actor of gone) {
        // A lost room socket says nothing about the voice, which travels by itself.
        if (!isTalking(peers, actor)) peers?.drop(actor);
        knowCaller(actor, isTalking(peers, actor));
      }
      for (const actor of come) if (!isTalking(peers, actor)) peers?.dial(actor);
    },
    receive(sender, data) {
      const signal = readSignal(data);
      if (signal.type === "offer" || signal.type === "answer") knowCaller(sender, true);
      if (signal.type === "bye" && signal.reason !== "rejoining") knowCaller(sender, false);
      if (peers !== null) peers.receive(sender, signal);
      else if (signal.type === "offer") send(sender, { type: "bye", reason: "refused" });
    },
    setMuted(next) {
      muted = next;
      if (tracks.audio !== null) tracks.audio.enabled = !muted;
      changed();
    },
    setCamera: async (on) => (on ? openOne("video") : setTrack("video", null)),
    async choose(kind, id) {
      choice = { ...choice, [kind]: id };
      keepChoice(choice);
      changed();
      if (at !== "on" || kind === "audiooutput") return;
      if (kind === "audioinput") await openOne("audio");
      else if (tracks.video !== null) await openOne("video");
    },
    retry: () => peers?.retry(),
    measure: async () => peers?.measure(),
    refreshDevices,
    levels() {
      const streams = new Map([
        [world.me, mine],
        ...(peers?.list() ?? []).map((one) => [one.actor, one.stream] as const),
      ]);
      return new Map([...streams].map(([actor, stream]) => [actor, levelOf(actor, stream)]));
    },
    close() {
      removeListener();
      leave();
    },
  };
}

const isTalking = (peers: Peers | null, actor: string): boolean =>
  peers?.list().some((one) => one.actor === actor && one.state === "connected") ?? false;

/** One word for all connections: the best that there is. */
export function standing(peers: readonly Pick<Peer, "state">[]): CallAt {
  const has = (state: Peer["state"]): boolean => peers.some((one) => one.state === state);
  if (has("connected")) return "connected";
  if (has("connecting") || has("interrupted")) return "connecting";
  return has("failed") ? "failed" : "waiting";
}
