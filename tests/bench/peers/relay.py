"""The smallest room server that the `websockets` library can be: every message to everybody else in its room.

No login, no decoding, no order, no journal, no credit: what is above this is what the product's promises cost.
"""

from __future__ import annotations

import sys
from collections import defaultdict

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

_rooms: defaultdict[str, set[ServerConnection]] = defaultdict(set)


async def relay(connection: ServerConnection) -> None:
    assert connection.request is not None
    room = _rooms[connection.request.path]
    room.add(connection)
    try:
        async for message in connection:
            broadcast([other for other in room if other is not connection], message)
    finally:
        room.discard(connection)


async def main(port: int) -> None:
    async with serve(relay, "127.0.0.1", port, compression=None, backlog=4096) as server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
