import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLoading } from "../../src/viewer/loading";
import type { PackHeader } from "../../src/viewer/pack";
import type { Series } from "../../src/viewer/series";
import type { Chunk } from "../../src/wire/types";
import { header, packBytes } from "./make";

const IMAGE = { sop_instance_uid: "1.2.3.9", frame: 1 };
// A header and no chunk: enough to be whole, and nothing for a decoder, which is a worker of the browser.
const PACK = packBytes(header());

const whole = (): Response => new Response(PACK as BodyInit);
const refused = (code: string): Response => Response.json({ refused: code }, { status: 404 });

beforeEach(() => void vi.useFakeTimers());

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A series of which nothing is there. */
const empty = (found: PackHeader): Series =>
  ({
    header: found,
    quality: new Int8Array(found.frames.length).fill(-1),
    keeps: () => true,
    look: () => undefined,
  }) as unknown as Series;

/**
 * A line of 100 bytes a millisecond, on which every answer stands still after so many: before its first chunk is whole.
 * An answer to a bounded range ends where that does.
 */
function onLine(pack: Uint8Array, most: number, isLookedAt = () => true) {
  const asked: (string | null)[] = [];
  const stopped: boolean[] = [];
  vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
    const range = new Headers(init.headers).get("range");
    const index = asked.push(range) - 1;
    stopped.push(false);
    const from = Number(/bytes=(\d+)/.exec(range ?? "")?.[1] ?? 0);
    const to = Number(/bytes=\d+-(\d+)$/.exec(range ?? "")?.[1] ?? pack.length - 1) + 1;
    const headers = { etag: '"a"', "content-range": `bytes ${from}-${pack.length - 1}/${pack.length}` };
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        init.signal?.addEventListener("abort", () => {
          stopped[index] = true;
          controller.error(init.signal?.reason);
        });
        let at = from;
        const timer = setInterval(() => {
          if (stopped[index] || at >= from + most) return clearInterval(timer);
          controller.enqueue(pack.slice(at, Math.min(at + 1000, to)));
          at += 1000;
          if (at < to) return;
          controller.close();
          clearInterval(timer);
        }, 10);
      },
    });
    return new Response(body, { status: range ? 206 : 200, headers });
  });
  const loading = createLoading("/pack", null, {
    header: empty,
    better: () => undefined,
    isLookedAt,
    complete: () => undefined,
    failed: () => undefined,
  });
  return { loading, asked, stopped };
}

async function load(answers: (() => Response)[]) {
  const asked: string[] = [];
  const failed: string[] = [];
  const headers: PackHeader[] = [];
  vi.stubGlobal("fetch", async (url: string) => {
    asked.push(url);
    const answer = answers.shift();
    if (!answer) throw new TypeError("no answer left");
    return answer();
  });
  const loading = createLoading("/pack", IMAGE, {
    header(found) {
      headers.push(found);
      return empty(found);
    },
    better: () => undefined,
    isLookedAt: () => true,
    complete: () => undefined,
    failed: (code) => failed.push(code),
  });
  loading.run();
  await vi.runAllTimersAsync();
  return { asked, failed, headers, loading, isComplete: loading.isComplete() };
}

test("a series without the image asked for is loaded all the same, from its middle", async () => {
  const { asked, failed, isComplete } = await load([() => refused("no_such_image"), whole]);
  expect(asked).toEqual(["/pack?sop=1.2.3.9&frame=1", "/pack"]);
  expect([failed, isComplete]).toEqual([[], true]);
});

test("a series that is closed to this person is asked for once", async () => {
  const { asked, failed } = await load([() => refused("not_found"), whole]);
  expect([asked.length, failed]).toEqual([1, ["pack_refused"]]);
});

test("that a broken download is tried again is said once, until bytes have come", async () => {
  const cut = (): Response => new Response(PACK.slice(0, 100) as BodyInit);
  const broken = (): Response => {
    throw new TypeError("network error");
  };
  const lies = { "content-range": `bytes 100-${PACK.length - 1}/${PACK.length}` };
  const rest = (): Response => new Response(PACK.slice(100) as BodyInit, { status: 206, headers: lies });
  const { failed, isComplete } = await load([broken, broken, broken, cut, broken, rest]);
  expect(failed).toEqual(["pack_retrying", "pack_retrying"]);
  expect(isComplete).toBe(true);
});

test("a pack that has become another one is taken from its beginning, as other images", async () => {
  const tagged = (bytes: Uint8Array, etag: string, status = 200): Response =>
    new Response(bytes as BodyInit, { status, headers: { etag } });
  const begun = packBytes(header({ chunks: [[0, 1, 100]] }));
  const other = packBytes(header({ rows: header().rows + 1 }));
  const cut = (): Response => tagged(begun.slice(0, -50), '"one"');
  const changed = (): Response => tagged(other, '"two"');
  const { asked, headers, isComplete, failed } = await load([cut, changed, changed]);
  expect(headers.map((found) => found.rows)).toEqual([512, 513]);
  expect([asked.length, isComplete, failed]).toEqual([3, true, ["pack_retrying"]]);
});

test("what is no pack is not asked for again when the stack is opened again", async () => {
  const { asked, failed, loading } = await load([() => new Response("<!doctype html><p>Sign in</p>"), whole]);
  expect(failed.at(-1)).toBe("wrong_pack");
  loading.run();
  await vi.runAllTimersAsync();
  expect(asked.length).toBe(1);
});

describe("a reader who looks elsewhere", () => {
  const count = 20;
  const chunks = Array.from({ length: count }, (_, frame): Chunk => [frame, 1, 100_000]);
  const pack = packBytes(header({ chunks }, count));
  const body = pack.length - count * 100_000;
  const range = (frame: number, from = 0): string => `${body + frame * 100_000 + from}-${body + frame * 100_000 + 99_999}`;

  test("has that image next, and then goes on with what came of others", async () => {
    const { loading, asked, stopped } = onLine(pack, 50_000);
    loading.run();
    await vi.advanceTimersByTimeAsync(600);
    loading.want(10);
    await vi.advanceTimersByTimeAsync(1);
    expect(stopped).toEqual([true, false]);
    const [first, second] = (asked[1] ?? "").replace("bytes=", "").split(",");
    expect([first, second]).toEqual([range(10), range(9)]);
    // Frames 10 to 20 lie behind each other; of the first frame half has come.
    const came = 50_000 - body;
    expect(asked[1]).toContain(`,${range(0, came)}`);
  });

  test("waits for an image that comes soon anyway", async () => {
    const { loading, asked } = onLine(pack, 95_000);
    loading.run();
    await vi.advanceTimersByTimeAsync(800);
    // Of frame 0 about 25,000 bytes are to come, 250 ms.
    loading.want(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(asked.length).toBe(1);
  });

  test("does not keep bytes from coming by scrolling on and on", async () => {
    const { loading, asked } = onLine(pack, 40_000);
    loading.run();
    await vi.advanceTimersByTimeAsync(600);
    for (let frame = 19; frame > 10; frame -= 1) {
      loading.want(frame);
      await vi.advanceTimersByTimeAsync(50);
    }
    // 450 ms: at once, and once more when bytes had come for 300 ms.
    expect(asked.length).toBe(3);
    expect(asked[2]).toContain(`bytes=${range(13)}`);
  });

  test("goes on later where a paused stack stood", async () => {
    const { loading, asked } = onLine(pack, 50_000);
    loading.run();
    await vi.advanceTimersByTimeAsync(600);
    loading.pause();
    loading.want(0);
    loading.run();
    await vi.advanceTimersByTimeAsync(1);
    const came = 50_000;
    expect(asked).toEqual([null, `bytes=${came}-${pack.length - 1}`]);
  });
});

describe("what nobody looks at yet", () => {
  const each = 1_000_000;
  const chunks = Array.from({ length: 20 }, (_, frame): Chunk => [frame, 1, each]);
  const pack = packBytes(header({ chunks }, 20));
  const KB = 1024;

  test("comes a little at a time, and no byte of it twice", async () => {
    const { loading, asked } = onLine(pack, pack.length, () => false);
    loading.run();
    await vi.advanceTimersByTimeAsync(6000);
    // 256 KB take 2.6 s on this line: the next ones are half as long.
    const ends = [0, 256, 384, 512, 640].map((end) => end * KB);
    expect(asked).toEqual(ends.slice(1).map((end, index) => `bytes=${ends[index]}-${end - 1}`));
    loading.pause();
  });

  test("is asked for whole, from the image looked at, when what was asked for has come", async () => {
    let isLookedAt = false;
    const { loading, asked } = onLine(pack, pack.length, () => isLookedAt);
    loading.run();
    await vi.advanceTimersByTimeAsync(2400);
    isLookedAt = true;
    loading.want(9);
    await vi.advanceTimersByTimeAsync(100);
    expect(asked.length).toBe(1);
    await vi.advanceTimersByTimeAsync(300);
    const start = pack.length - 11 * each;
    expect(asked.length).toBe(2);
    expect(asked[1]?.startsWith(`bytes=${start}-${start + each - 1},`)).toBe(true);
    expect(asked[1]).toContain(`,${256 * KB}-`);
    loading.pause();
  });
});
