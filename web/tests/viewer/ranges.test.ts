import { expect, test } from "vitest";
import { BadAnswer, bodyReader, rangeHeader } from "../../src/viewer/ranges";

// The example of RFC 9110, 14.6, with bodies as long as it says.
const PARTS = [
  "\r\n--THIS_STRING_SEPARATES\r\n",
  "Content-Type: application/pdf\r\nContent-Range: bytes 500-509/8000\r\n\r\n",
  "0123456789",
  "\r\n--THIS_STRING_SEPARATES\r\n",
  "Content-Type: application/pdf\r\nContent-Range: bytes 7000-7005/8000\r\n\r\n",
  "\r\n--TH",
  "\r\n--THIS_STRING_SEPARATES--\r\n",
].join("");
const MULTIPART = { status: 206, headers: { "content-type": "multipart/byteranges; boundary=THIS_STRING_SEPARATES" } };

function read(response: Response, pieces: string[]): [number, string][] {
  const got: [number, string][] = [];
  const take = bodyReader(response, (offset, bytes) => {
    const last = got.at(-1);
    const text = String.fromCharCode(...bytes);
    if (last && last[0] + last[1].length === offset) last[1] += text;
    else got.push([offset, text]);
  });
  for (const piece of pieces) take(new TextEncoder().encode(piece));
  return got;
}

test.each([
  ["in one piece", [PARTS]],
  ["byte by byte", [...PARTS]],
])("the parts of an answer are read %s, whatever stands in them", (_, pieces) => {
  expect(read(new Response(null, MULTIPART), pieces)).toEqual([
    [500, "0123456789"],
    [7000, "\r\n--TH"],
  ]);
});

test("an answer with one range says where it lies, one without begins at the first byte", () => {
  const headers = { "content-range": "bytes 21-22/100" };
  expect(read(new Response(null, { status: 206, headers }), ["a", "b"])).toEqual([[21, "ab"]]);
  expect(read(new Response(null, { status: 200 }), ["a", "b"])).toEqual([[0, "ab"]]);
});

test("an answer that does not say where its bytes lie is not taken", () => {
  expect(() => read(new Response(null, { status: 206 }), ["a"])).toThrow(BadAnswer);
  expect(() => read(new Response(null, MULTIPART), ["--THIS_STRING_SEPARATES\r\nNo: range\r\n\r\n"])).toThrow(BadAnswer);
  expect(() => read(new Response(null, MULTIPART), ["x".repeat(5000)])).toThrow(BadAnswer);
});

test("ranges are asked for in their order, and the whole without any", () => {
  expect(rangeHeader([{ start: 0, end: null }])).toBeNull();
  expect(rangeHeader([{ start: 7, end: null }])).toBe("bytes=7-");
  expect(rangeHeader([{ start: 7, end: 9 }, { start: 0, end: 1 }])).toBe("bytes=7-8,0-0");
});
