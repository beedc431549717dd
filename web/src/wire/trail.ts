/** The trail of a meeting over HTTP: records of compressed msgpack, as the server keeps them (collab/rooms/trail.py). */
import { decode } from "@msgpack/msgpack";
import type { AnnotationMoved, PointerMoved, ViewMoved } from "./types";

export type TrailStep = readonly [at_ms: number, moved: ViewMoved | PointerMoved | AnnotationMoved];
/** `lost`: steps that could not be kept. */
export type Trail = { steps: readonly TrailStep[]; lost: number };

type Stretch = readonly [steps: readonly TrailStep[], lost: number];

const HEAD_BYTES = 8;

/** Null where it cannot be had. */
export async function fetchTrail(path: string): Promise<Trail | null> {
  try {
    const response = await fetch(path);
    return response.ok ? await readTrail(new Uint8Array(await response.arrayBuffer())) : null;
  } catch {
    // The network, or records that are none: for people, one and the same.
    return null;
  }
}

export async function readTrail(content: Uint8Array<ArrayBuffer>): Promise<Trail> {
  const stretches = await Promise.all(bodiesOf(content).map(unpacked));
  const steps = stretches.flatMap(([each]) => each).toSorted(([one], [other]) => one - other);
  return { steps, lost: stretches.reduce((sum, [, lost]) => sum + lost, 0) };
}

function bodiesOf(content: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const bodies: Uint8Array<ArrayBuffer>[] = [];
  const numbers = new DataView(content.buffer, content.byteOffset, content.byteLength);
  for (let at = 0; at + HEAD_BYTES <= content.length; ) {
    const length = numbers.getUint32(at);
    bodies.push(content.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length));
    at += HEAD_BYTES + length;
  }
  return bodies;
}

async function unpacked(body: Uint8Array<ArrayBuffer>): Promise<Stretch> {
  const plain = new Blob([body]).stream().pipeThrough(new DecompressionStream("deflate"));
  return decode(new Uint8Array(await new Response(plain).arrayBuffer())) as Stretch;
}
