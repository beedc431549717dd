import { expect, test, vi } from "vitest";
import { toBase64 } from "../../../src/wire/base64";
import { inflated, maskOf, reduced, unpack } from "../../../src/viewer/layers/bits";

async function deflated(...bytes: number[]): Promise<Uint8Array> {
  const stream = new Blob([Uint8Array.from(bytes)]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

test("bits lie eight to a byte, the lowest first", () => {
  expect([...unpack(Uint8Array.of(0b00000101, 0b1), 10)]).toEqual([1, 0, 1, 0, 0, 0, 0, 0, 1, 0]);
});

test("a plane is inflated once, and said to be ready", async () => {
  const plane = { rows: 1, columns: 3, bits: toBase64(await deflated(0b110)) };
  const ready = vi.fn();
  expect(maskOf(plane, ready)).toBeNull();
  expect(maskOf(plane, ready)).toBeNull();
  await vi.waitFor(() => expect(ready).toHaveBeenCalledOnce());
  expect([...(maskOf(plane, ready)?.set ?? [])]).toEqual([0, 1, 1]);
});

test("what was deflated comes back", async () => {
  expect([...(await inflated(await deflated(7, 8)))]).toEqual([7, 8]);
});

test("a thin line is still there in a smaller picture", () => {
  const set = new Uint8Array(25);
  set.fill(1, 10, 15);
  expect(reduced({ rows: 5, columns: 5, set }, 2)).toEqual({
    rows: 3,
    columns: 3,
    set: Uint8Array.of(0, 0, 0, 1, 1, 1, 0, 0, 0),
  });
});
