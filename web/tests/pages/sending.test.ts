import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { PendingFile } from "../../src/pages/dropped";
import { type Progress, SendingRefused, sendBatch } from "../../src/pages/sending";

type Stored = { name: string; size: number; bytes: number };

/** The server's side of an upload: what it holds, and how many of the next pieces the network loses. */
function server(losses: number, refused?: { status: number; code: string }) {
  const uploads: Stored[] = [];
  let isFinished = false;
  const state = (index: number) => {
    const upload = uploads[index] ?? { name: "", size: 0, bytes: 0 };
    return {
      upload_id: `UPL-${index}`,
      batch: "IMP-1",
      name: upload.name,
      size: upload.size,
      received: upload.bytes,
      state: isFinished ? "done" : "receiving",
      files: uploads.length,
      seen: 0,
      stored: uploads.length,
      known: 0,
      set_aside: 0,
      study_ids: [],
    };
  };
  const answer = (index: number) => Response.json(state(index));
  const asked: string[] = [];
  const fetch = async (path: string, init: RequestInit): Promise<Response> => {
    asked.push(`${init.method} ${path}`);
    if (refused && init.method === "POST") {
      return Response.json({ refused: refused.code, says: "non" }, { status: refused.status });
    }
    const index = Number(/UPL-(\d+)/.exec(path)?.[1] ?? -1);
    if (init.method === "PATCH") {
      const upload = uploads[index];
      const piece = await (init.body as Blob).arrayBuffer();
      const offset = Number(new Headers(init.headers).get("Upload-Offset"));
      if (!upload || offset !== upload.bytes) return Response.json({ refused: "upload_offset" }, { status: 409 });
      if (losses > 0) {
        losses -= 1;
        // Half of it arrives, the answer never does.
        upload.bytes += Math.floor(piece.byteLength / 2);
        throw new TypeError("network");
      }
      upload.bytes += piece.byteLength;
      return answer(index);
    }
    if (init.method === "POST" && path === "/api/uploads") {
      const { name, size } = JSON.parse(String(init.body)) as { name: string; size: number };
      const known = uploads.findIndex((upload) => upload.name === name);
      if (known >= 0) return answer(known);
      uploads.push({ name, size, bytes: 0 });
      return answer(uploads.length - 1);
    }
    if (path.endsWith("/finish")) isFinished = true;
    return answer(index);
  };
  return { fetch, uploads, asked };
}

function files(...sizes: number[]): PendingFile[] {
  return sizes.map((size, index) => ({ name: `${index}.dcm`, file: new File([new Uint8Array(size)], `${index}`) }));
}

async function send(side: ReturnType<typeof server>, pending: PendingFile[], signal = new AbortController().signal) {
  vi.stubGlobal("fetch", side.fetch);
  const told: Progress[] = [];
  const sending = sendBatch(pending, (progress) => told.push(progress), signal);
  const [outcome] = await Promise.allSettled([sending, vi.runAllTimersAsync()]);
  return { outcome, told };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("every file of a drop arrives whole, in one batch", async () => {
  const side = server(0);
  const { outcome, told } = await send(side, files(10, 0, 2_000, 30, 5));
  expect(outcome).toMatchObject({ status: "fulfilled", value: { state: "done" } });
  expect(side.uploads.map((upload) => upload.bytes)).toEqual(side.uploads.map((upload) => upload.size));
  expect(side.asked.filter((ask) => ask === "POST /api/uploads/IMP-1/finish")).toHaveLength(1);
  expect(told.filter((progress) => progress.step === "sending").at(-1)).toMatchObject({ sent: 2_045, size: 2_045 });
});

test("after a lost connection sending goes on where the server stands", async () => {
  const side = server(3);
  const { outcome, told } = await send(side, files(1_000));
  expect(outcome).toMatchObject({ status: "fulfilled" });
  expect(side.uploads[0]).toMatchObject({ bytes: 1_000, size: 1_000 });
  expect(told.filter((progress) => progress.step === "sending").at(-1)).toMatchObject({ sent: 1_000 });
});

test("what trying again will not change is refused at once, in the server's words", async () => {
  const side = server(0, { status: 403, code: "import_not_allowed" });
  const { outcome } = await send(side, files(10));
  expect(outcome).toMatchObject({
    status: "rejected",
    reason: { refusal: { code: "import_not_allowed", says: "non" } },
  });
  expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(SendingRefused);
  expect(side.asked).toHaveLength(1);
});

test("a server that has no room is not asked again", async () => {
  const side = server(0, { status: 507, code: "disk_full" });
  await send(side, files(10));
  expect(side.asked).toHaveLength(1);
});

test("a cancelled drop sends no more", async () => {
  const side = server(0);
  const cancel = new AbortController();
  cancel.abort();
  const { outcome } = await send(side, files(10), cancel.signal);
  expect(outcome.status).toBe("rejected");
  expect(side.asked).toHaveLength(0);
});
