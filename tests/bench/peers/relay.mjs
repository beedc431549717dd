// The same smallest room server on Node's `ws`: every message to everybody else in its room.
// `ws` lies in a temporary folder, which ES modules would not look in: its path is an argument.
import { createRequire } from "node:module";

const [, , port, folder] = process.argv;
const { WebSocketServer } = createRequire(`${folder}/`)("ws");
const rooms = new Map();

const server = new WebSocketServer({ host: "127.0.0.1", port: Number(port), perMessageDeflate: false, backlog: 4096 });
server.on("connection", (socket, request) => {
  const room = rooms.get(request.url) ?? new Set();
  rooms.set(request.url, room.add(socket));
  socket.on("message", (data, isBinary) => {
    for (const other of room) if (other !== socket) other.send(data, { binary: isBinary });
  });
  socket.on("close", () => room.delete(socket));
  socket.on("error", () => socket.terminate());
});
