import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLibrary } from "../../src/viewer/library";
import type { PackHeader } from "../../src/viewer/pack";
import type { Series } from "../../src/viewer/series";
import { frame, header, packBytes } from "./make";

const REF = { study_uid: "1.2", series_uid: "1.2.3", stack: 0, pack_url: "/pack" };

beforeEach(() => void vi.useFakeTimers());

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Slices `from` to `to` of one small CT: their SOP instances and places are those of `make.header`. */
const slices = (from: number, to: number, change: Partial<PackHeader> = {}): PackHeader => {
  const frames = header({}, to).frames.slice(from - 1);
  return header({ rows: 2, columns: 2, frames, ...change });
};

/** An answer that brings the pack up to `upTo` bytes and then breaks. */
function answer(pack: PackHeader, etag: string, upTo?: number): () => Response {
  const bytes = packBytes(pack);
  return () => new Response(bytes.slice(0, upTo) as BodyInit, { headers: { etag } });
}

// A chunk that never comes keeps a pack from being whole, and is nothing for a decoder, which is a worker of the browser.
const WAITING = { chunks: [[1, 0, 8]] as PackHeader["chunks"] };
const headOf = (pack: PackHeader): number => packBytes({ ...pack }).length - 8;

function open(answers: (() => Response)[]) {
  const arrived: [Series, Series | null][] = [];
  const failed: string[] = [];
  const left: Series[] = [];
  vi.stubGlobal("fetch", async () => {
    const next = answers.shift();
    if (!next) throw new TypeError("no answer left");
    return next();
  });
  const library = createLibrary((series) => left.push(series));
  const taker = {
    arrived: (series: Series, before: Series | null) => void arrived.push([series, before]),
    better: () => undefined,
    failed: (code: string) => void failed.push(code),
  };
  const hold = library.hold(REF, null, null, taker);
  return { library, hold, arrived, failed, left };
}

const filled = (value: number) => ({ values: new Int16Array(4).fill(value), min: value, max: value + 1 });

test("a series that has grown while it was fetched is taken with its new slices, and keeps those decoded", async () => {
  const before = slices(2, 4, WAITING);
  const answers = [answer(before, '"a"', headOf(before))];
  const { library, hold, arrived, failed, left } = open(answers);
  await vi.advanceTimersByTimeAsync(0);
  const first = hold.series() as Series;
  first.put(0, 0, filled(20));
  first.put(2, 1, filled(40));
  answers.push(answer(slices(1, 5), '"b"'), answer(slices(1, 5), '"b"'));
  await vi.runAllTimersAsync();
  const grown = hold.series() as Series;
  expect(grown.header.frames.map((one) => one.sop_instance_uid)).toEqual(
    ["1.2.3.1", "1.2.3.2", "1.2.3.3", "1.2.3.4", "1.2.3.5"], // what stood at 0 and 2 stands at 1 and 3
  );
  expect([...grown.quality]).toEqual([-1, 0, -1, 1, -1]);
  expect([grown.valuesOf(1)[0], grown.valuesOf(3)[0]]).toEqual([20, 40]);
  expect(arrived.map(([, from]) => from)).toEqual([null, first]);
  expect([left, failed]).toEqual([[first], ["pack_retrying"]]);
  library.destroy();
});

test("a pack that changes twice is taken as it stands at last", async () => {
  const [one, two] = [slices(1, 2, WAITING), slices(1, 3, WAITING)];
  const { library, hold } = open([
    answer(one, '"a"', headOf(one)),
    answer(two, '"b"'),
    answer(two, '"b"', headOf(two)),
    answer(slices(1, 4), '"c"'),
    answer(slices(1, 4), '"c"'),
  ]);
  await vi.runAllTimersAsync();
  expect(hold.series()?.header.frames.length).toBe(4);
  library.destroy();
});

test("nothing decoded is taken over where the images are of another size or another scale", async () => {
  const rescaled = slices(1, 3).frames.map((one) => frame({ ...one, intercept: -1000 }));
  for (const change of [{ rows: 3 }, { frames: rescaled }]) {
    const before = slices(1, 2, WAITING);
    const answers = [answer(before, '"a"', headOf(before))];
    const { library, hold } = open(answers);
    await vi.advanceTimersByTimeAsync(0);
    hold.series()?.put(0, 1, filled(20));
    answers.push(answer(slices(1, 3, change), '"b"'), answer(slices(1, 3, change), '"b"'));
    await vi.runAllTimersAsync();
    expect([...(hold.series()?.quality ?? [])]).toEqual([-1, -1, -1]);
    library.destroy();
  }
});
