// y-websocket's own server: samples are fields of each member's awareness (y-protocols).
import { createRequire } from "node:module";

const [, , port, folder] = process.argv;
const require = createRequire(`${folder}/`);
const { WebSocketServer } = require("ws");
const { setupWSConnection } = require(`${folder}/node_modules/y-websocket/bin/utils.cjs`);
const server = new WebSocketServer({ host: "127.0.0.1", port: Number(port), perMessageDeflate: false, backlog: 4096 });
server.on("connection", (socket, request) => setupWSConnection(socket, request));
