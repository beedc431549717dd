/** What a connection's numbers mean to people: the twin of rtc/quality.py, reading the browser's getStats(). */

export type Quality = "good" | "fair" | "poor";
export type Path = "direct" | "relay-udp" | "relay-tcp" | "relay-tls";

/** One interval of one connection. */
export type Numbers = {
  loss_fraction: number;
  rtt_ms: number;
  concealed_fraction: number;
  freezes: number;
  bytes_received: number;
  /** Frames of video; none from a camera that is off, although its track stays. */
  pictures: number;
};

/** A conversation begins to overlap itself from 200 ms of round trip, and concealment is heard from 2 %. */
const GOOD = { loss_fraction: 0.02, rtt_ms: 200, concealed_fraction: 0.02, freezes: 1 };
const FAIR = { loss_fraction: 0.05, rtt_ms: 400, concealed_fraction: 0.05, freezes: Number.POSITIVE_INFINITY };

export function qualityOf(numbers: Numbers): Quality {
  if (isBelow(numbers, GOOD)) return "good";
  return isBelow(numbers, FAIR) ? "fair" : "poor";
}

const isBelow = (numbers: Numbers, limits: typeof GOOD): boolean =>
  numbers.loss_fraction < limits.loss_fraction &&
  numbers.rtt_ms < limits.rtt_ms &&
  numbers.concealed_fraction < limits.concealed_fraction &&
  numbers.freezes < limits.freezes;

/** Seen from this end: a relay of the other end alone reads `relay-udp`, as does one whose protocol is not told. */
export function pathOf(local: string, remote: string, relayProtocol: string | undefined): Path {
  if (local !== "relay" && remote !== "relay") return "direct";
  if (local === "relay" && relayProtocol === "tcp") return "relay-tcp";
  return local === "relay" && relayProtocol === "tls" ? "relay-tls" : "relay-udp";
}

/** Running totals of a connection. */
export type Totals = {
  received: number;
  lost: number;
  samples: number;
  concealed: number;
  freezes: number;
  pictures: number;
  bytes: number;
  rtt_ms: number;
  path: Path | null;
};

export const NO_TOTALS: Totals = {
  received: 0,
  lost: 0,
  samples: 0,
  concealed: 0,
  freezes: 0,
  pictures: 0,
  bytes: 0,
  rtt_ms: 0,
  path: null,
};

/** The members of RTCStats that are read, whatever the kind of statistics. */
type Stat = {
  type: string;
  id: string;
  packetsReceived?: number;
  packetsLost?: number;
  totalSamplesReceived?: number;
  concealedSamples?: number;
  freezeCount?: number;
  framesReceived?: number;
  bytesReceived?: number;
  currentRoundTripTime?: number;
  selectedCandidatePairId?: string;
  localCandidateId?: string;
  remoteCandidateId?: string;
  candidateType?: string;
  relayProtocol?: string;
};

type Counter =
  | "packetsReceived"
  | "packetsLost"
  | "totalSamplesReceived"
  | "concealedSamples"
  | "freezeCount"
  | "framesReceived"
  | "bytesReceived";

export function totalsOf(report: Iterable<Stat>): Totals {
  const stats = new Map<string, Stat>();
  for (const stat of report) stats.set(stat.id, stat);
  const inbound = [...stats.values()].filter((stat) => stat.type === "inbound-rtp");
  const pair = selectedPair(stats);
  return {
    received: sum(inbound, "packetsReceived"),
    lost: sum(inbound, "packetsLost"),
    samples: sum(inbound, "totalSamplesReceived"),
    concealed: sum(inbound, "concealedSamples"),
    freezes: sum(inbound, "freezeCount"),
    pictures: sum(inbound, "framesReceived"),
    bytes: sum(inbound, "bytesReceived"),
    rtt_ms: Math.round((pair?.currentRoundTripTime ?? 0) * 1000),
    path: pair === undefined ? null : pathOfPair(pair, stats),
  };
}

export function numbersBetween(before: Totals, after: Totals): Numbers {
  const lost = Math.max(0, after.lost - before.lost);
  const expected = lost + Math.max(0, after.received - before.received);
  const samples = Math.max(0, after.samples - before.samples);
  return {
    loss_fraction: expected === 0 ? 0 : lost / expected,
    rtt_ms: after.rtt_ms,
    concealed_fraction: samples === 0 ? 0 : Math.max(0, after.concealed - before.concealed) / samples,
    freezes: Math.max(0, after.freezes - before.freezes),
    pictures: Math.max(0, after.pictures - before.pictures),
    bytes_received: Math.max(0, after.bytes - before.bytes),
  };
}

const sum = (stats: readonly Stat[], name: Counter): number => stats.reduce((all, stat) => all + (stat[name] ?? 0), 0);

function selectedPair(stats: ReadonlyMap<string, Stat>): Stat | undefined {
  const transport = [...stats.values()].find((stat) => stat.type === "transport");
  return stats.get(transport?.selectedCandidatePairId ?? "");
}

function pathOfPair(pair: Stat, stats: ReadonlyMap<string, Stat>): Path {
  const local = stats.get(pair.localCandidateId ?? "");
  const remote = stats.get(pair.remoteCandidateId ?? "");
  return pathOf(local?.candidateType ?? "", remote?.candidateType ?? "", local?.relayProtocol);
}
