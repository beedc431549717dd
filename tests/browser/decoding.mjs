// Runs the built decode worker in Node, with the page that it talks to stood in for: `worker.js codec.wasm jobs.json`.
// Prints what it answered, and how large the codec's memory was after the first tenth of the jobs and at the end.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [worker, codec, jobs] = process.argv.slice(2);
const { kinds, count } = JSON.parse(readFileSync(jobs, "utf8"));

// WebAssembly's memory never shrinks: what is larger at the end than near the beginning has leaked.
let memory = null;
const Instance = WebAssembly.Instance;
WebAssembly.Instance = function made(...given) {
  const instance = new Instance(...given);
  memory = Object.values(instance.exports).find((one) => one instanceof WebAssembly.Memory);
  return instance;
};

const answers = [];
let next = () => undefined;
globalThis.self = globalThis;
// What the codec's loader looks at to find out that it is in a browser's worker.
process.type = "renderer";
globalThis.WorkerGlobalScope = class {};
globalThis.importScripts = () => undefined;
globalThis.location = { href: "https://consilium.example/" };
globalThis.postMessage = (answer) => {
  answers.push("ready" in answer ? "ready" : "failed" in answer ? "failed" : answer.values.length);
  next();
};
const asked = (data, moved = []) =>
  new Promise((resolve) => {
    next = resolve;
    self.onmessage({ data: moved.length ? structuredClone(data, { transfer: moved }) : data });
  });

await import(pathToFileURL(worker).href);
await asked({ codec: new WebAssembly.Module(readFileSync(codec)) });
let early = 0;
for (let id = 0; id < count; id++) {
  const { bytes, ...job } = kinds[id % kinds.length];
  const copy = new Uint8Array(Buffer.from(bytes, "base64"));
  await asked({ id, bytes: copy, ...job }, [copy.buffer]);
  if (id === Math.floor(count / 10)) early = memory.buffer.byteLength;
}
const tally = Object.groupBy(answers, (answer) => answer);
const counted = Object.fromEntries(Object.entries(tally).map(([answer, list]) => [answer, list.length]));
console.log(JSON.stringify({ early, end: memory.buffer.byteLength, counted }));
