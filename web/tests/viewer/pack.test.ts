import { describe, expect, test } from "vitest";
import { createPackReader, type PackHeader, type PackPiece, packUrl, WrongPack } from "../../src/viewer/pack";
import type { Chunk } from "../../src/wire/types";
import { header, packBytes } from "./make";

const CHUNKS: Chunk[] = [
  [2, 1, 700],
  [0, 0, 60],
  [4, 0, 61],
  [1, 0, 1],
  [3, 0, 0],
  [1, 1, 333],
];

function read(pieces: Uint8Array[]): { headers: PackHeader[]; got: PackPiece[]; isDone: boolean; taken: number } {
  const headers: PackHeader[] = [];
  const got: PackPiece[] = [];
  const reader = createPackReader({ header: (found) => headers.push(found), piece: (piece) => got.push(piece) });
  for (const piece of pieces) reader.push(piece);
  return { headers, got, isDone: reader.isDone(), taken: reader.taken() };
}

function split(bytes: Uint8Array, sizes: (at: number) => number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = sizes(at);
    pieces.push(bytes.slice(at, at + size));
    at += size;
  }
  return pieces;
}

describe("a pack is read the same", () => {
  const whole = packBytes(header({ chunks: CHUNKS }));
  const lengths = CHUNKS.map((chunk) => chunk[2]);

  test.each([
    ["in one piece", () => whole.length],
    ["byte by byte", () => 1],
    ["in threes", () => 3],
    ["in the pieces of a slow line", (at: number) => 1 + ((at * 7919) % 97)],
    ["in pieces of a socket", () => 1460],
  ])("%s", (_, sizes) => {
    const { headers, got, isDone, taken } = read(split(whole, sizes));
    expect(headers).toHaveLength(1);
    expect(headers[0]?.frames).toHaveLength(5);
    expect(got.map((piece) => [piece.frame, piece.quality, piece.bytes.length])).toEqual(CHUNKS);
    expect(got.every((piece, index) => piece.bytes.every((byte) => byte === index))).toBe(true);
    expect(got.map((piece) => piece.bytes.length)).toEqual(lengths);
    expect(isDone).toBe(true);
    expect(taken).toBe(whole.length);
  });
});

test("a pack is asked for by the name of its first image, and without one for its middle", () => {
  expect(packUrl("/pack", { sop_instance_uid: "1.2.3", frame: 4 })).toBe("/pack?sop=1.2.3&frame=4");
  expect(packUrl("/pack", null)).toBe("/pack");
});

test("a piece owns its bytes, so that they can be given to a worker", () => {
  const { got } = read([packBytes(header({ chunks: CHUNKS }))]);
  expect(got[0]?.bytes.buffer.byteLength).toBe(700);
});

test("a pack that stops early is not done, and tells where it stands", () => {
  const whole = packBytes(header({ chunks: CHUNKS }));
  const { got, isDone, taken } = read([whole.slice(0, whole.length - 1)]);
  expect(got).toHaveLength(5);
  expect(isDone).toBe(false);
  expect(taken).toBe(whole.length - 1);
});

describe("refused is", () => {
  const bytes = (): Uint8Array => packBytes(header({ chunks: CHUNKS }));

  test("what does not begin with CPK1", () => {
    const html = new TextEncoder().encode("<!doctype html><p>Sign in</p>");
    expect(() => read([html])).toThrow(WrongPack);
  });
  test("a header longer than any header", () => {
    const wrong = bytes();
    wrong.fill(0xff, 4, 8);
    expect(() => read([wrong])).toThrow(WrongPack);
  });
  test("another version", () => {
    expect(() => read([packBytes(header({ version: 2 }))])).toThrow(WrongPack);
  });
  test("a chunk of a frame that is not there", () => {
    expect(() => read([packBytes(header({ chunks: [[5, 1, 4]] }))])).toThrow(WrongPack);
  });
  test("more than the chunk table announces", () => {
    const extra = new Uint8Array([...bytes(), 0]);
    expect(() => read([extra])).toThrow(WrongPack);
  });
});
