"""Somebody's tab in a simulated region: what a page does, and what people do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from collab.rooms.outbox import Close, Outbox
from collab.rooms.protocol import (
    Act,
    ChangeAnnotation,
    DrawAnnotation,
    Drawn,
    Fact,
    FromRoom,
    Hello,
    MemberRole,
    MoveView,
    Ping,
    Say,
    SettleView,
    TakeControl,
    UpdateText,
    Welcome,
)
from collab.rooms.room import REPLACED, Connection
from tests.collab.rooms import make
from tests.collab.rooms.simulated_line import Conversation
from tests.collab.rooms.simulation import Tab, Wire, check, moved_in

if TYPE_CHECKING:
    from tests.collab.rooms.simulated_region import Region

# A page that hears nothing for so long tries anew (`web/src/wire/link.ts`).
PATIENCE_S = 12.0
PING_EVERY_S = 5.0


class Visitor:
    """A person's tab, which does what a page does and, while it is `busy`, what people do."""

    def __init__(self, region: Region, actor: str, tab_name: str, role: MemberRole) -> None:
        self.region = region
        self.member = make.member(actor, role)
        self.tab = Tab(tab_name)
        self.line: Conversation | None = None
        self.tries = self.attempts = 0
        self.heard_s = self.said_s = region.clockwork.now_s
        self.greeted_s: float | None = None
        self.is_busy = True
        self.is_gone = False
        self.said: list[str] = []
        self.moves = 0
        region.clockwork.after(region.chance.uniform(0, 1), self.connect)
        region.clockwork.after(1, self._watch)
        region.clockwork.after(region.chance.uniform(0, 2), self._act)

    # ---- its connection

    def connect(self) -> None:
        servers = [one for one in self.region.servers if not one.is_over]
        if self.line is not None or not servers:
            self._try_later()
            return
        self.heard_s = self.region.clockwork.now_s
        self.line = Conversation(self, self.region.chance.choice(servers))
        member_end = Connection(member=self.member, outbox=Outbox(is_json=False, wake=lambda: None))
        self.tab.wire = Wire(member_end)
        first = self.tab.unanswered[0].n if self.tab.unanswered else self.tab.next_n
        self.attempts += 1
        self._say(Hello(self.tab.name, self.tab.seq, first, self.attempts))

    def lose(self, *, server_hears_after_s: float | None = 0.1) -> None:
        line, self.line = self.line, None
        self.tab.wire, self.greeted_s = None, None
        if line is not None:
            line.lose(server_hears_after_s=server_hears_after_s)
        self._try_later()

    def _try_later(self) -> None:
        # `web/src/wire/backoff.ts`.
        delays = (0.0, 0.3, 1.2, 2.7, 4.8, 7.0)
        wait_s = delays[min(self.tries, len(delays) - 1)] + self.region.chance.random() * 0.25
        self.tries += 1
        self.region.clockwork.after(wait_s, lambda: self.connect() if self.line is None and not self.is_gone else None)

    def _watch(self) -> None:
        now_s = self.region.clockwork.now_s
        if self.line is not None and now_s - self.heard_s >= PATIENCE_S:
            self.lose(server_hears_after_s=None)
        elif self.line is not None and now_s - self.said_s >= PING_EVERY_S and self.greeted_s is not None:
            self._say(Ping(0))
        self.region.clockwork.after(1, self._watch)

    def _say(self, message: object) -> None:
        if self.line is not None:
            self.said_s = self.region.clockwork.now_s
            self.line.up.put({"type": "websocket.receive", "bytes": msgspec.msgpack.encode(message)})

    def heard(self, line: Conversation, item: FromRoom | Close) -> None:
        if line is self.line:
            self._take(item)

    def _take(self, item: FromRoom | Close) -> None:
        self.heard_s = self.region.clockwork.now_s
        if isinstance(item, Close):
            check(item.code != REPLACED, "R6: put out by a connection that it had given up")
            self.lose(server_hears_after_s=0.0)
            return
        wire = self.tab.wire
        assert wire is not None
        for message in wire.hearing.whole(item):
            self.tab.receive(message)
        if isinstance(item, Welcome):
            self.tries, self.greeted_s = 0, self.region.clockwork.now_s
        if moving := [one.frame for one in moved_in(item)]:
            self._say(Drawn(max(moving), self.tab.seq))
        if isinstance(item, Fact):
            self.region.told(item)
        while wire.up:
            self._say(wire.up.popleft())

    # ---- its person

    def _act(self) -> None:
        chance = self.region.chance
        self.region.clockwork.after(chance.uniform(0.1, 1.5), self._act)
        if not self.is_busy:
            return
        known, tab = self.tab.state.state, self.tab
        match chance.choice(("say", "take", "settle", "write", "draw", "change", "point", "point", "move", "move")):
            case "say":
                self.said.append(f"{tab.name} {len(self.said)}")
                self._ask(Say(self.said[-1]))
            case "take":
                self._ask(TakeControl(known.term))
            case "settle":
                self._ask(SettleView(known.term, make.view(self._place())))
            case "write" if tab.is_greeted:
                self._ask(UpdateText(tab.write(f"{tab.name}{self._place()} ")))
            case "draw":
                self._ask(DrawAnnotation(f"{tab.name}{tab.next_n}", make.length(self._place())))
            case "change" if known.annotations:
                last = known.annotations[-1]
                points = make.length(self._place()).points
                self._ask(ChangeAnnotation(last.annotation_id, last.version, points, ""))
            # Two windows of a person are two hands: only one of them moves, so that places can be compared.
            case "point" if self.greeted_s is not None and tab.name.endswith("1"):
                for _ in range(chance.randint(1, 6)):
                    self._place()
                    if tab.wire is not None:
                        self._say(tab.wire.points(self.moves))
            case "move" if self.greeted_s is not None and tab.name.endswith("1"):
                for _ in range(chance.randint(1, 6)):
                    place = self._place()
                    self._say(MoveView(known.term, self.moves, make.view(place)))
            case _:
                pass

    def _place(self) -> float:
        # One number for the whole region, so that an older place is known wherever it turns up.
        self.region.places += 1
        self.moves = self.region.places
        return float(self.moves)

    def _ask(self, act: Act) -> None:
        ask = self.tab.number(act)
        if self.greeted_s is not None:
            self._say(ask)
