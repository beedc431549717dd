/** Worker: HTJ2K codestreams (whole, or their first resolutions) to modality values; knows nothing of the page. */
import create from "@cornerstonejs/codec-openjph/wasmjs";
import { enlarge, type Kept, type Line, rescale, type Values } from "../lib/rescale";

/** `drop`: how many times the image is halved, 0 for the full one. */
export type DecodeJob = {
  id: number;
  bytes: Uint8Array;
  drop: number;
  rows: number;
  columns: number;
  kept: Kept;
  line: Line;
};

/** Comes once, before all jobs: the codec, compiled in the page for all workers. */
export type DecodeStart = { codec: WebAssembly.Module };

export type DecodeAnswer =
  | { id: number; values: Values; min: number; max: number }
  | { id: number; failed: string }
  | { ready: true };

const reply = (answer: DecodeAnswer, moved: Transferable[] = []): void =>
  (self as unknown as Worker).postMessage(answer, moved);

let decoders: ReturnType<typeof create>;

self.onmessage = ({ data }: MessageEvent<DecodeStart | DecodeJob>) => void ("codec" in data ? start(data) : work(data));

async function start({ codec }: DecodeStart): Promise<void> {
  decoders = create({ instantiateWasm: (imports, use) => use(new WebAssembly.Instance(codec, imports)) });
  try {
    await decoders;
    reply({ ready: true });
  } catch (error) {
    reply({ id: -1, failed: String(error) });
  }
}

async function work(job: DecodeJob): Promise<void> {
  try {
    const { values, min, max } = rescale(await decode(job), job.kept, job.line);
    const size = { columns: job.columns, rows: job.rows, samples: samplesOf(job.kept) };
    const whole = job.drop === 0 ? values : enlarge(values, size, job.drop);
    reply({ id: job.id, values: whole, min, max }, [whole.buffer as ArrayBuffer]);
  } catch (error) {
    reply({ id: job.id, failed: String(error) });
  }
}

const samplesOf = (kept: Kept): number => (kept === "rgb8" ? 3 : 1);

/** Stored values of the picture at the size asked for. */
async function decode(job: DecodeJob): Promise<Values> {
  const decoder = new (await decoders).HTJ2KDecoder();
  try {
    decoder.getEncodedBuffer(job.bytes.length).set(job.bytes);
    decoder.readHeader();
    const info = decoder.getFrameInfo();
    const samples = samplesOf(job.kept);
    if (info.width !== job.columns || info.height !== job.rows || info.componentCount !== samples) {
      throw new Error(`${info.width}x${info.height}x${info.componentCount} for ${job.columns}x${job.rows}x${samples}`);
    }
    decoder.decodeSubResolution(job.drop);
    const stored = viewOf(decoder.getDecodedBuffer(), info);
    const expected = Math.ceil(job.columns / 2 ** job.drop) * Math.ceil(job.rows / 2 ** job.drop) * samples;
    if (stored.length < expected) throw new Error(`${stored.length} samples for ${expected}`);
    // A copy: the next job overwrites the codec's memory.
    return stored.slice(0, expected);
  } finally {
    decoder.delete();
  }
}

function viewOf(bytes: Uint8Array, info: { bitsPerSample: number; isSigned: boolean }): Values {
  if (info.bitsPerSample <= 8) return bytes;
  const length = bytes.byteLength >> 1;
  if (info.isSigned) return new Int16Array(bytes.buffer, bytes.byteOffset, length);
  return new Uint16Array(bytes.buffer, bytes.byteOffset, length);
}
