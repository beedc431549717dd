import { describe, expect, test } from "vitest";
import { createPackReader, type PackHeader, type PackPiece, type PackReader, packUrl, WrongPack } from "../../src/viewer/pack";
import type { Chunk } from "../../src/wire/types";
import { header, packBytes } from "./make";

const CHUNKS: Chunk[] = [
  [2, 1, 700],
  [0, 0, 60],
  [4, 0, 61],
  [1, 0, 1],
  [3, 0, 7],
  [1, 1, 333],
];

function read(pieces: Uint8Array[]): { headers: PackHeader[]; got: PackPiece[]; isDone: boolean; fresh: number } {
  const headers: PackHeader[] = [];
  const got: PackPiece[] = [];
  const reader = createPackReader({ header: (found) => headers.push(found), piece: (piece) => got.push(piece) });
  let at = 0;
  let fresh = 0;
  for (const piece of pieces) {
    fresh += reader.push(at, piece);
    at += piece.length;
  }
  return { headers, got, isDone: reader.isDone(), fresh };
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
    const { headers, got, isDone, fresh } = read(split(whole, sizes));
    expect(headers).toHaveLength(1);
    expect(headers[0]?.frames).toHaveLength(5);
    expect(got.map((piece) => [piece.frame, piece.quality, piece.bytes.length])).toEqual(CHUNKS);
    expect(got.every((piece, index) => piece.bytes.every((byte) => byte === index))).toBe(true);
    expect(got.map((piece) => piece.bytes.length)).toEqual(lengths);
    expect(isDone).toBe(true);
    expect(fresh).toBe(whole.length);
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

/** What a reader lacks of each chunk. */
const lacking = (reader: PackReader): (number | null)[] =>
  CHUNKS.map((_, chunk) => {
    const left = reader.left(chunk);
    return left && left.end - left.start;
  });

test("a pack that stops early is not done, and tells what is left of it", () => {
  const whole = packBytes(header({ chunks: CHUNKS }));
  const reader = createPackReader({ header: () => undefined, piece: () => undefined });
  reader.push(0, whole.slice(0, whole.length - 1));
  expect([reader.isDone(), lacking(reader)]).toEqual([false, [null, null, null, null, null, 1]]);
});

test("chunks come in any order, what was broken off goes on where it stopped, and no byte counts twice", () => {
  const whole = packBytes(header({ chunks: CHUNKS }));
  const body = whole.length - 700 - 60 - 61 - 1 - 7 - 333;
  const got: PackPiece[] = [];
  const reader = createPackReader({ header: () => undefined, piece: (piece) => got.push(piece) });
  const push = (start: number, end: number): number => reader.push(start, whole.slice(start, end));
  expect(push(0, body + 650)).toBe(body + 650);
  expect(push(whole.length - 333, whole.length)).toBe(333);
  expect(got.map((piece) => piece.frame)).toEqual([1]);
  expect(lacking(reader)).toEqual([50, 60, 61, 1, 7, null]);
  expect(push(body + 600, body + 760)).toBe(110);
  // Behind a hole: nothing that could be joined.
  expect(push(body + 780, body + 800)).toBe(0);
  expect(push(0, whole.length)).toBe(61 + 1 + 7);
  expect(got.map((piece) => [piece.frame, piece.bytes[0], piece.bytes.length])).toEqual([
    [1, 5, 333],
    [2, 0, 700],
    [0, 1, 60],
    [4, 2, 61],
    [1, 3, 1],
    [3, 4, 7],
  ]);
  expect([reader.isDone(), got.every(({ bytes }) => bytes.every((byte) => byte === bytes[0]))]).toEqual([true, true]);
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
  test("a chunk of no bytes", () => {
    expect(() => read([packBytes(header({ chunks: [[0, 1, 0]] }))])).toThrow(WrongPack);
  });
  test("more than the chunk table announces", () => {
    const extra = new Uint8Array([...bytes(), 0]);
    expect(() => read([extra])).toThrow(WrongPack);
  });
});
