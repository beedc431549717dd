"""A socket whose room another process owns: its frames go there and back unread.

The owner asks the gate itself, with the cookie or token that came with the socket, so nothing is decided twice. Frames
wait nowhere: a browser that stops reading stops the owner's writer for it, and the credit of ephemeral frames (R18)
counts from the browser to the owner.
"""

from __future__ import annotations

import asyncio

from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin, Subprotocol

from collab.rooms.outbox import Close
from collab.rooms.protocol import MAX_FRAME_BYTES

# One hop only: a process that is asked as the owner and is not says so.
HOP = "consilium-relayed"
CONNECT_WITHIN_S = 2.0
TRY_AGAIN = 1013
_CARRIED = (b"cookie", b"authorization", b"accept-language")


async def relay(address: str, scope: Scope, receive: Receive, send: Send, *, protocol: str) -> Close:
    """Between a browser and the owner at `address` (`http://host:port`), until either ends; how it ended."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    if HOP in headers:
        return Close(TRY_AGAIN, "elsewhere")
    try:
        owner = await connect(
            address.replace("http", "ws", 1) + scope["path"],
            origin=Origin(headers["origin"]) if "origin" in headers else None,
            subprotocols=[Subprotocol(protocol)],
            additional_headers={HOP: "1", **{k: v for k, v in headers.items() if k.encode() in _CARRIED}},
            compression=None,
            max_size=MAX_FRAME_BYTES * 32,  # a snapshot is one frame
            open_timeout=CONNECT_WITHIN_S,
            proxy=None,
        )
    except (OSError, TimeoutError, InvalidHandshake):
        # Dead, or nearly: its lease runs out, then somebody else has the room.
        return Close(TRY_AGAIN, "owner_unreachable")
    async with owner:
        there = asyncio.create_task(_there(receive, owner), name="room relay there")
        back = asyncio.create_task(_back(owner, send), name="room relay back")
        try:
            await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (there, back):
                task.cancel()
            await asyncio.gather(there, back, return_exceptions=True)
        closed = owner.protocol.close_rcvd
        return Close(closed.code, closed.reason) if closed else Close(TRY_AGAIN, "owner_unreachable")


async def _there(receive: Receive, owner: ClientConnection) -> None:
    while (event := await receive())["type"] == "websocket.receive":
        text = event.get("text")
        await owner.send(event["bytes"] if text is None else text)


async def _back(owner: ClientConnection, send: Send) -> None:
    try:
        async for frame in owner:
            if isinstance(frame, str):
                await send({"type": "websocket.send", "text": frame})
            else:
                await send({"type": "websocket.send", "bytes": frame})
    except (ConnectionClosed, OSError):
        return  # Either end is gone; the other hears of it.
