/** One connection with one peer, or with the server's echo; when it fails it is replaced, never mended. */
import type { LegFacts } from "./rules";
import { type ByeReason, type CallSignal, sessionOf } from "./signals";

export type LegState = "connecting" | "connected" | "interrupted" | "failed";

export type LegEvents = {
  signal(signal: CallSignal): void;
  state(state: LegState): void;
  /** The other end's sound and picture; called again as tracks come. */
  media(stream: MediaStream): void;
};

export type Leg = {
  facts(): LegFacts;
  call(): Promise<void>;
  receive(signal: CallSignal): Promise<void>;
  setTrack(kind: MediaKind, track: MediaStreamTrack | null): Promise<void>;
  stats(): Promise<RTCStatsReport>;
  /** Closes; says goodbye first when a reason is given. */
  close(reason: ByeReason | null): void;
};

export type MediaKind = "audio" | "video";
export type Tracks = Readonly<Record<MediaKind, MediaStreamTrack | null>>;

const KINDS: readonly MediaKind[] = ["audio", "video"];

/** Software VP8 at 640x360 is clear at this rate, and leaves the line to the images. */
const VIDEO_BITS_PER_S = 600_000;

export function createLeg(configuration: RTCConfiguration, tracks: Tracks, events: LegEvents): Leg {
  const connection = new RTCPeerConnection(configuration);
  const remote = new MediaStream();
  const mine: Record<MediaKind, MediaStreamTrack | null> = { ...tracks };
  let early: RTCIceCandidateInit[] = [];
  let offered = false;
  let isClosed = false;

  connection.onicecandidate = ({ candidate }) => {
    if (candidate === null) return;
    const { candidate: line, sdpMid, sdpMLineIndex } = candidate;
    events.signal({ type: "candidate", candidate: line, sdp_mid: sdpMid, sdp_m_line_index: sdpMLineIndex });
  };
  connection.ontrack = ({ track }) => {
    remote.addTrack(track);
    events.media(remote);
  };
  connection.onconnectionstatechange = () => {
    const state = stateOf(connection.connectionState);
    if (state !== null && !isClosed) events.state(state);
  };

  const describe = async (): Promise<void> => {
    await connection.setLocalDescription();
    const { type, sdp } = connection.localDescription ?? {};
    if (type === "offer" || type === "answer") events.signal({ type, sdp: sdp ?? "" });
  };

  const attach = async (): Promise<void> => {
    for (const transceiver of connection.getTransceivers()) {
      const kind = transceiver.receiver.track.kind as MediaKind;
      transceiver.direction = "sendrecv";
      await transceiver.sender.replaceTrack(mine[kind]);
    }
  };

  const takeDescription = async (signal: CallSignal & { type: "offer" | "answer" }): Promise<void> => {
    await connection.setRemoteDescription(signal);
    if (signal.type === "offer") {
      await attach();
      await describe();
    }
    const waiting = early;
    early = [];
    for (const candidate of waiting) await takeCandidate(candidate);
    await limitPicture(connection);
  };

  const takeCandidate = async (candidate: RTCIceCandidateInit): Promise<void> => {
    if (connection.remoteDescription === null) early.push(candidate);
    // One of an earlier connection of this peer, or of a kind this browser does not know: the others will do.
    else await connection.addIceCandidate(candidate).catch(() => undefined);
  };

  return {
    facts: () => ({ offered, remote: sessionOf(connection.remoteDescription?.sdp ?? "") }),
    async call() {
      offered = true;
      // Both kinds from the start: a camera that is switched on later needs no new negotiation.
      for (const kind of KINDS) connection.addTransceiver(mine[kind] ?? kind, { direction: "sendrecv" });
      await describe();
    },
    async receive(signal) {
      if (isClosed) return;
      try {
        if (signal.type === "offer" || signal.type === "answer") await takeDescription(signal);
        else if (signal.type === "candidate") await takeCandidate(candidateOf(signal));
      } catch {
        // An answer to an offer that was given up, or a description that this browser cannot take.
        if (!isClosed && connection.connectionState !== "connected") events.state("failed");
      }
    },
    async setTrack(kind, track) {
      mine[kind] = track;
      const sending = connection.getTransceivers().filter((one) => one.receiver.track.kind === kind);
      await Promise.all(sending.map((one) => one.sender.replaceTrack(track)));
    },
    stats: () => connection.getStats(),
    close(reason) {
      if (isClosed) return;
      isClosed = true;
      if (reason !== null) events.signal({ type: "bye", reason });
      connection.onicecandidate = connection.ontrack = connection.onconnectionstatechange = null;
      connection.close();
    },
  };
}

function stateOf(state: RTCPeerConnectionState): LegState | null {
  switch (state) {
    case "connected":
    case "failed":
      return state;
    case "disconnected":
      return "interrupted";
    case "new":
    case "connecting":
      return "connecting";
    case "closed":
      return null;
  }
}

const candidateOf = (signal: CallSignal & { type: "candidate" }): RTCIceCandidateInit => ({
  candidate: signal.candidate,
  sdpMid: signal.sdp_mid,
  sdpMLineIndex: signal.sdp_m_line_index,
});

async function limitPicture(connection: RTCPeerConnection): Promise<void> {
  for (const { sender, receiver } of connection.getTransceivers()) {
    const parameters = sender.getParameters();
    const [encoding] = parameters.encodings;
    if (receiver.track.kind !== "video" || encoding === undefined) continue;
    encoding.maxBitrate = VIDEO_BITS_PER_S;
    await sender.setParameters(parameters);
  }
}
