"""A presenter without a screen: holds a room's baton and shows views, so that a real browser has whom to follow."""

from __future__ import annotations

import itertools
import threading
import time
from types import TracebackType
from typing import Self

import msgspec
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from collab.rooms.protocol import (
    SUBPROTOCOL,
    Act,
    Ask,
    ControlTaken,
    Fact,
    FromRoom,
    Hello,
    Ping,
    Pong,
    RoomState,
    SettleView,
    TakeControl,
    Welcome,
)
from collab.rooms.view import View

PATIENCE_S = 10.0
_DECODER = msgspec.msgpack.Decoder(FromRoom)
_clients = itertools.count(1)


class Presenter:
    """Takes the baton when made, keeps it until closed."""

    def __init__(self, port: int, room_id: str, token: str) -> None:
        self._socket = connect(
            f"ws://127.0.0.1:{port}/rooms/{room_id}/live",
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            additional_headers={"Authorization": f"Bearer {token}"},
            compression=None,
            proxy=None,
        )
        self._n = 0
        self._term = 0
        self._send(Hello(f"presenter-{time.time_ns()}-{next(_clients)}", 0))
        self._take_baton()
        self._reader = threading.Thread(target=self._read_on, daemon=True)
        self._reader.start()

    def show(self, view: View) -> float:
        """Share a view; the instant at which it was sent, in milliseconds since 1970."""
        at_ms = time.time() * 1000
        self._ask(SettleView(self._term, view))
        return at_ms

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()
        self._reader.join(PATIENCE_S)

    def _take_baton(self) -> None:
        me = ""
        while True:
            message = _DECODER.decode(self._socket.recv(PATIENCE_S, decode=False))
            match message:
                case Welcome(actor=me, state=RoomState(holder=holder, term=term)):
                    self._term = term
                    if holder == me:
                        return  # Held since an earlier connection, which ended a moment ago.
                    self._ask(TakeControl(term))
                case Fact(done=ControlTaken(holder=holder, term=term)) if holder == me:
                    self._term = term
                    return
                case _:
                    pass

    def _ask(self, act: Act) -> None:
        self._n += 1
        self._send(Ask(self._n, act))

    def _send(self, message: Hello | Ask | Pong) -> None:
        self._socket.send(msgspec.msgpack.encode(message))

    def _read_on(self) -> None:
        """Say that somebody is there when the room asks, and let the library answer the pings of the wire."""
        try:
            for data in self._socket:
                match _DECODER.decode(data):
                    case Ping(n):
                        self._send(Pong(n))
                    case _:
                        pass
        except ConnectionClosed:
            return
