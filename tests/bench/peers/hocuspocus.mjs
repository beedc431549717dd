// Hocuspocus without storage and with everybody let in: samples are fields of each member's awareness.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [, , port, folder] = process.argv;
const found = createRequire(`${folder}/`).resolve("@hocuspocus/server");
const { Server } = await import(pathToFileURL(found));
const options = { port: Number(port), address: "127.0.0.1", quiet: true, stopOnSignals: true };
await new Server(options, { perMessageDeflate: false, maxPayload: 1 << 20 }).listen();
