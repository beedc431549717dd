import { afterEach, expect, test, vi } from "vitest";
import { begin, type DownloadTag, download } from "../../src/viewer/download";

// The network is the one thing stood in for here: each answer is a real Response.
type Answer = (headers: Headers) => Response;

const BYTES = new Uint8Array(1000).map((_, index) => index % 251);

function body(from: number, cutAt: number | null): ReadableStream<Uint8Array> {
  let at = from;
  return new ReadableStream({
    pull(controller) {
      if (cutAt !== null && at >= cutAt) controller.error(new TypeError("network error"));
      else if (at >= BYTES.length) controller.close();
      else {
        controller.enqueue(BYTES.slice(at, at + 100));
        at += 100;
      }
    },
  });
}

const whole =
  (cutAt: number | null = null, etag = '"a"'): Answer =>
  () =>
    new Response(body(0, cutAt), { status: 200, headers: { etag } });

const rest =
  (etag = '"a"'): Answer =>
  (headers) => {
    const from = Number(headers.get("range")?.match(/bytes=(\d+)-/)?.[1]);
    const lies = `bytes ${from}-${BYTES.length - 1}/${BYTES.length}`;
    return new Response(body(from, null), { status: 206, headers: { etag, "content-range": lies } });
  };

async function run(answers: Answer[], isBegun = false) {
  const asked: (string | null)[] = [];
  const got: number[] = [];
  let retries = 0;
  vi.useFakeTimers();
  vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
    const headers = new Headers(init.headers);
    asked.push(headers.get("range") && `${headers.get("range")} ${headers.get("if-range")}`);
    const answer = answers.shift();
    if (!answer) throw new TypeError("no answer left");
    return answer(headers);
  });
  const tag: DownloadTag = { etag: null, version: null };
  const takers = {
    wanted: () => (got.length < BYTES.length ? [{ start: got.length, end: null }] : []),
    bytes(offset: number, piece: Uint8Array) {
      const fresh = piece.subarray(Math.max(0, got.length - offset));
      got.push(...fresh);
      return fresh.length;
    },
    retrying: () => void retries++,
  };
  const begun = isBegun ? begin("/pack") : null;
  const done = download({ url: "/pack", tag, begun }, takers, new AbortController().signal).then(
    () => "done",
    (error: { code?: string }) => error.code ?? String(error),
  );
  await vi.runAllTimersAsync();
  return { outcome: await done, asked, got, retries };
}

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a broken connection goes on from the byte reached, if the bytes are still the same", async () => {
  const { outcome, asked, got, retries } = await run([whole(300), rest()]);
  expect(outcome).toBe("done");
  expect(asked).toEqual([null, 'bytes=300- "a"']);
  expect(got).toEqual([...BYTES]);
  expect(retries).toBe(1);
});

test("a server that ignores ranges does not make bytes come twice", async () => {
  const { outcome, got } = await run([whole(300), whole()]);
  expect(outcome).toBe("done");
  expect(got).toEqual([...BYTES]);
});

test("other bytes under the same address are not joined to those that came", async () => {
  const { outcome, got } = await run([whole(300), whole(null, '"b"')]);
  expect(outcome).toBe("pack_changed");
  expect(got).toHaveLength(300);
});

test("an answer that ends early as if it were whole is gone on with", async () => {
  const short: Answer = () => new Response(BYTES.slice(0, 400), { status: 200, headers: { etag: '"a"' } });
  const { outcome, asked, got } = await run([short, rest()]);
  expect(outcome).toBe("done");
  expect(asked[1]).toBe('bytes=400- "a"');
  expect(got).toEqual([...BYTES]);
});

test("a refusal is final, a busy server is not", async () => {
  const refused = await run([() => new Response(null, { status: 404 })]);
  expect(refused).toMatchObject({ outcome: "pack_refused", retries: 0 });
  const busy = await run([() => new Response(null, { status: 503 }), whole()]);
  expect(busy).toMatchObject({ outcome: "done", retries: 1 });
});

test("what was begun before is gone on with, and not asked for twice", async () => {
  const { outcome, asked, got } = await run([whole()], true);
  expect(outcome).toBe("done");
  expect(asked).toEqual([null]);
  expect(got).toEqual([...BYTES]);
});

test("what was begun before and broke is gone on with from the byte reached", async () => {
  const { outcome, asked, got } = await run([whole(300), rest()], true);
  expect(outcome).toBe("done");
  expect(asked).toEqual([null, 'bytes=300- "a"']);
  expect(got).toEqual([...BYTES]);
});

test("a download that is stopped stops what was begun before it", async () => {
  let heard: AbortSignal | null | undefined;
  vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
    heard = init.signal;
    return new Promise((_, reject) => init.signal?.addEventListener("abort", () => reject(init.signal?.reason)));
  });
  const stop = new AbortController();
  const takers = { wanted: () => [{ start: 0, end: null }], bytes: () => 0, retrying: () => undefined };
  const what = { url: "/pack", tag: { etag: null, version: null }, begun: begin("/pack") };
  const done = download(what, takers, stop.signal);
  stop.abort();
  await expect(done).rejects.toMatchObject({ name: "AbortError" });
  expect(heard?.aborted).toBe(true);
});

test("an image that is not in the stack is told from a stack that is closed to this person", async () => {
  const said =
    (refused: string): Answer =>
    () =>
      Response.json({ refused }, { status: 404 });
  expect(await run([said("no_such_image")])).toMatchObject({ outcome: "NoSuchImage", retries: 0 });
  expect(await run([said("not_found")])).toMatchObject({ outcome: "pack_refused", retries: 0 });
});

test("a server that stays away is given up at last", async () => {
  const { outcome, asked } = await run([]);
  expect(outcome).toBe("pack_unreachable");
  expect(asked.length).toBeGreaterThan(10);
});
