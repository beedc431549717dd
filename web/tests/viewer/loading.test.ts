import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLoading } from "../../src/viewer/loading";
import type { PackHeader } from "../../src/viewer/pack";
import type { Series } from "../../src/viewer/series";
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
      return { header: found } as Series;
    },
    better: () => undefined,
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
  const rest = (): Response => new Response(PACK.slice(100) as BodyInit, { status: 206 });
  const { failed, isComplete } = await load([broken, broken, broken, cut, broken, rest]);
  expect(failed).toEqual(["pack_retrying", "pack_retrying"]);
  expect(isComplete).toBe(true);
});

test("a pack that has become another one is not gone on with when the stack is opened again", async () => {
  const tagged = (bytes: Uint8Array, etag: string): Response => new Response(bytes as BodyInit, { headers: { etag } });
  const begun = packBytes(header({ chunks: [[0, 1, 100]] }));
  const other = packBytes(header({ rows: header().rows + 1, chunks: [[0, 1, 100]] }));
  // Broken after its header, then another pack under the same address: begun anew, and found to be another.
  const cut = (): Response => tagged(begun.slice(0, -50), '"one"');
  const changed = (): Response => tagged(other, '"two"');
  const { asked, failed, loading } = await load([cut, changed, changed, changed, changed]);
  expect(failed.at(-1)).toBe("wrong_pack");
  const before = asked.length;
  loading.run();
  await vi.runAllTimersAsync();
  expect(asked.length).toBe(before);
});
