// socket.io as its documentation shows a room: an event of one to the others, WebSocket only, no compression.
import { createServer } from "node:http";
import { createRequire } from "node:module";

const [, , port, folder] = process.argv;
const { Server } = createRequire(`${folder}/`)("socket.io");
const http = createServer();
const io = new Server(http, { transports: ["websocket"], perMessageDeflate: false, serveClient: false });
io.on("connection", (socket) => {
  const { room } = socket.handshake.query;
  socket.join(room);
  socket.on("p", (sample) => socket.to(room).emit("p", sample));
});
http.listen(Number(port), "127.0.0.1");
