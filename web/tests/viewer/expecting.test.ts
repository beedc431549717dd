import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLibrary, type StackRef } from "../../src/viewer/library";
import type { PackHeader } from "../../src/viewer/pack";
import { header, packBytes } from "./make";

const ref = (name: string): StackRef => ({ study_uid: "1.2", series_uid: name, stack: 0, pack_url: `/${name}` });
const taker = { arrived: () => undefined, better: () => undefined, failed: () => undefined };

/** Images of its own in each pack; a header alone is a whole pack. */
function pack(url: string, change: Partial<PackHeader> = {}, count = 5): Uint8Array {
  const of = header({ rows: 2, columns: 2, ...change }, count);
  const frames = of.frames.map((frame) => ({ ...frame, sop_instance_uid: `${url}${frame.sop_instance_uid}` }));
  return packBytes({ ...of, frames });
}

/** One chunk that does not come keeps a pack from being whole. */
const broken = (url: string): Uint8Array => pack(url, { chunks: [[0, 0, 8]] }).slice(0, -8);

let asked: string[] = [];
let stopped: string[] = [];

/** A pack that is named here comes to its end; every other one stays on its way. */
function network(whole: string[], all = pack): void {
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    asked.push(url);
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(whole.includes(url) ? all(url) : broken(url));
        if (whole.includes(url)) controller.close();
        init.signal?.addEventListener("abort", () => {
          if (!whole.includes(url)) stopped.push(url);
          if (!whole.includes(url)) controller.error(init.signal?.reason);
        });
      },
    });
    return new Response(body);
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  stopped = [];
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("what is expected next is fetched once what is looked at is there, one after the other", async () => {
  network(["/a", "/b", "/c"]);
  const library = createLibrary(() => undefined);
  library.hold(ref("a"), null, null, taker);
  library.expect([ref("b"), ref("c")]);
  await vi.advanceTimersByTimeAsync(10);
  expect(asked).toEqual(["/a", "/b", "/c"]);
  expect(library.hold(ref("b"), null, null, taker).series()?.header.rows).toBe(2);
  await vi.advanceTimersByTimeAsync(10);
  expect(asked).toEqual(["/a", "/b", "/c"]);
  library.destroy();
});

test("nothing is fetched ahead while something that is looked at is on its way", async () => {
  network([]);
  const library = createLibrary(() => undefined);
  library.hold(ref("a"), null, null, taker);
  library.expect([ref("b")]);
  await vi.advanceTimersByTimeAsync(10);
  expect(asked).toEqual(["/a"]);
  library.destroy();
});

test("what is fetched ahead stops at once when something is asked for, and goes on after it", async () => {
  network(["/a", "/c"]);
  const library = createLibrary(() => undefined);
  library.hold(ref("a"), null, null, taker);
  library.expect([ref("b")]);
  await vi.advanceTimersByTimeAsync(10);
  expect([asked, stopped]).toEqual([["/a", "/b"], []]);
  library.hold(ref("c"), null, null, taker);
  expect(stopped).toEqual(["/b"]);
  await vi.advanceTimersByTimeAsync(10);
  expect(asked).toEqual(["/a", "/b", "/c", "/b"]);
  library.destroy();
});

test("nothing that was looked at leaves memory for what is fetched ahead", async () => {
  // 300 MB on a device that tells 2 GB: each of these takes 200.
  vi.stubGlobal("navigator", { deviceMemory: 2 });
  const left: string[] = [];
  network(["/a", "/b"], (url) => pack(url, { rows: 1024, columns: 1024 }, 100));
  const library = createLibrary((series) => left.push(series.key));
  const a = library.hold(ref("a"), null, null, taker);
  await vi.advanceTimersByTimeAsync(10);
  library.expect([ref("b")]);
  await vi.advanceTimersByTimeAsync(10);
  a.release();
  expect([asked, left]).toEqual([["/a", "/b"], []]);
  // Asked for, it takes the place of what nobody looks at any more.
  const b = library.hold(ref("b"), null, null, taker);
  await vi.advanceTimersByTimeAsync(10);
  expect([b.series()?.bytes, left]).toEqual([200 * 1024 * 1024, ["1.2/a/0"]]);
  library.destroy();
});
