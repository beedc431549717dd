"""What a window's page and the room say to each other, frame by frame, as the judge of an evening reads it."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field

import msgspec
from playwright.sync_api import Page, WebSocket

from collab.rooms.protocol import Ask, Fact, FromBrowser, FromRoom, Hello, Refused, Welcome
from tests.collab.faults.history import Asked, Event, Greeted, Told, WasRefused, Welcomed

_FROM_ROOM = msgspec.msgpack.Decoder(FromRoom)
_FROM_BROWSER = msgspec.msgpack.Decoder(FromBrowser)


@dataclass
class Wiretap:
    """On all windows of a room; `events` in the order in which they passed."""

    events: list[Event] = field(default_factory=list[Event])
    _asked: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    _lines: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def listen(self, page: Page) -> None:
        page.on("websocket", self._open)

    def _open(self, socket: WebSocket) -> None:
        if "/rooms/" not in socket.url:
            return
        line, names = next(self._lines), list[str]()
        socket.on("framesent", lambda data: self._sent(line, names, _FROM_BROWSER.decode(data)))
        socket.on("framereceived", lambda data: self._received(line, names, _FROM_ROOM.decode(data)))

    def _sent(self, line: int, names: list[str], message: FromBrowser) -> None:
        match message:
            case Hello(client_id, seq, next_n):
                names.append(client_id)
                self._note(Greeted, client_id, line, seq=seq, next_n=next_n)
            case Ask(n, act) if (names[0], n) not in self._asked:
                self._asked.add((names[0], n))
                self._note(Asked, names[0], 0, n=n, act=act)
            case _:
                pass

    def _received(self, line: int, names: list[str], message: FromRoom) -> None:
        match message:
            case Welcome(epoch=epoch, acked=acked, state=state):
                self._note(Welcomed, names[0], line, epoch=epoch, acked=acked, state=state)
            case Fact():
                self._note(Told, names[0], line, fact=message)
            case Refused(n, code):
                self._note(WasRefused, names[0], line, n=n, code=code)
            case _:
                pass

    def _note(self, kind: type[Event], client_id: str, line: int, **values: object) -> None:
        made = kind(at_s=time.monotonic(), client_id=client_id, line=line, **values)  # pyright: ignore[reportCallIssue]
        self.events.append(made)
