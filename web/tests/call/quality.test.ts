import { expect, test } from "vitest";
import { levelOf } from "../../src/call/levels";
import { NO_TOTALS, numbersBetween, pathOf, qualityOf, totalsOf } from "../../src/call/quality";

const fine = { loss_fraction: 0, rtt_ms: 50, concealed_fraction: 0, freezes: 0, bytes_received: 1000, pictures: 48 };

test.each([
  [{}, "good"],
  [{ rtt_ms: 200 }, "fair"],
  [{ rtt_ms: 400 }, "poor"],
  [{ loss_fraction: 0.02 }, "fair"],
  [{ loss_fraction: 0.05 }, "poor"],
  [{ concealed_fraction: 0.05 }, "poor"],
  [{ freezes: 1 }, "fair"],
])("%o is %s", (over, quality) => {
  expect(qualityOf({ ...fine, ...over })).toBe(quality);
});

test.each([
  ["host", "srflx", undefined, "direct"],
  ["relay", "host", "udp", "relay-udp"],
  ["relay", "host", "tls", "relay-tls"],
  ["relay", "relay", "tcp", "relay-tcp"],
  ["host", "relay", undefined, "relay-udp"],
])("local %s, remote %s, by %s travels %s", (local, remote, protocol, path) => {
  expect(pathOf(local, remote, protocol)).toBe(path);
});

test("loss is of what was expected in the interval, not since the beginning", () => {
  const before = { ...NO_TOTALS, received: 900, lost: 100 };
  const after = { ...NO_TOTALS, received: 990, lost: 110 };
  expect(numbersBetween(before, after).loss_fraction).toBeCloseTo(0.1);
});

test("the selected pair tells round trip and path, the inbound streams the rest", () => {
  const totals = totalsOf([
    { id: "T", type: "transport", selectedCandidatePairId: "P" },
    { id: "P", type: "candidate-pair", currentRoundTripTime: 0.042, localCandidateId: "L", remoteCandidateId: "R" },
    { id: "L", type: "local-candidate", candidateType: "relay", relayProtocol: "tls" },
    { id: "R", type: "remote-candidate", candidateType: "srflx" },
    { id: "A", type: "inbound-rtp", packetsReceived: 100, packetsLost: 1, totalSamplesReceived: 48_000 },
    { id: "V", type: "inbound-rtp", packetsReceived: 50, packetsLost: 2, freezeCount: 1 },
  ]);
  expect(totals).toMatchObject({ received: 150, lost: 3, freezes: 1, rtt_ms: 42, path: "relay-tls" });
});

test("silence is 0 on the meter, and a voice at -10 dB fills it", () => {
  expect(levelOf(new Float32Array(1024))).toBe(0);
  expect(levelOf(new Float32Array(1024).fill(10 ** (-10 / 20)))).toBeCloseTo(1, 3);
});
