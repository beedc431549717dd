/** Ranges of bytes: how they are asked for, and how an answer to one, to several or to none says where its bytes lie. */

/** Bytes [start, end); `end` null: to the last one. */
export type ByteRange = { readonly start: number; readonly end: number | null };

/** What the server answers in one request (collab/studies/ranges.py); more would be answered with the whole. */
export const MOST_RANGES = 64;

/** An answer that does not say what its bytes are. */
export class BadAnswer extends Error {
  override readonly name = "BadAnswer";
}

/** Null where all is asked for. */
export function rangeHeader(ranges: readonly ByteRange[]): string | null {
  const [first] = ranges;
  if (!first || (ranges.length === 1 && first.start === 0 && first.end === null)) return null;
  return `bytes=${ranges.map(({ start, end }) => `${start}-${end === null ? "" : end - 1}`).join(",")}`;
}

/** Takes the bytes of an answer's body as they come, and gives them on with their place in the whole. */
export type BodyReader = (bytes: Uint8Array) => void;

type Taker = (offset: number, bytes: Uint8Array) => void;

export function bodyReader(response: Response, take: Taker): BodyReader {
  const boundary = /^multipart\/byteranges;.*boundary="?([^";]+)"?/i.exec(response.headers.get("content-type") ?? "");
  if (response.status !== 206) return plainReader(0, take);
  return boundary
    ? partsReader(boundary[1] as string, take)
    : plainReader(startOf(response.headers.get("content-range")), take);
}

function startOf(content_range: string | null): number {
  const found = /bytes (\d+)-/.exec(content_range ?? "");
  if (!found) throw new BadAnswer(`content-range ${content_range}`);
  return Number(found[1]);
}

function plainReader(start: number, take: Taker): BodyReader {
  let at = start;
  return (bytes) => {
    take(at, bytes);
    at += bytes.length;
  };
}

// Of a part: a few lines; what is longer is none.
const MOST_HEAD_BYTES = 4096;

/** RFC 9110 14.6 and RFC 2046 5.1; a part's own length tells where it ends, not the search for a boundary in it. */
function partsReader(boundary: string, take: Taker): BodyReader {
  let head = "";
  let at = 0;
  let left = 0;

  /** One byte of what stands between the bodies of parts. */
  function readHead(byte: number): void {
    head += String.fromCharCode(byte);
    if (head.length > MOST_HEAD_BYTES) throw new BadAnswer("a part without an end to its head");
    if (!head.endsWith("\r\n\r\n") || !head.includes(`--${boundary}`)) return;
    const found = /content-range: *bytes (\d+)-(\d+)/i.exec(head);
    if (!found) throw new BadAnswer("a part without its range");
    at = Number(found[1]);
    left = Number(found[2]) + 1 - at;
    head = "";
  }

  return (bytes) => {
    for (let read = 0; read < bytes.length; ) {
      if (left === 0) {
        readHead(bytes[read++] as number);
        continue;
      }
      const part = bytes.subarray(read, read + left);
      take(at, part);
      at += part.length;
      left -= part.length;
      read += part.length;
    }
  };
}
