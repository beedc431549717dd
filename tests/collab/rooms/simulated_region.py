"""A region on one virtual clock: servers that own rooms, one database that they reach, and tabs behind bad lines.

The hub, its journal, its lease, its snapshots, the room and what carries its frames are the real ones; only the clock,
the network, threads and the way to the database are simulated. One seed is one run.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from collab.kit.database import Database
from collab.rooms import service, store
from collab.rooms.fold import fold
from collab.rooms.hub import RoomHub
from collab.rooms.protocol import ControlTaken, Fact, FromRoom, MemberRole, Said, Welcome
from tests.collab.rooms.simulated_line import Conversation
from tests.collab.rooms.simulated_server import Server
from tests.collab.rooms.simulated_time import Clockwork
from tests.collab.rooms.simulated_visitor import Visitor
from tests.collab.rooms.simulation import Violation, check

Nemesis = Callable[["Region"], None]


class Region:
    """Servers, their database, one room and the tabs in it."""

    def __init__(
        self,
        database: Database,
        room_id: str,
        people: dict[str, MemberRole],
        *,
        seed: int,
        hub_kind: type[RoomHub] = RoomHub,
    ) -> None:
        self.chance = Random(seed)
        self.is_on_wires = seed % 2 == 0
        self.clockwork = Clockwork()
        self.database = database
        self.room_id = room_id
        self.hub_kind = hub_kind
        self.servers: list[Server] = []
        self.past: list[Server] = []
        self.places = 0
        self.highest_epoch = 0
        self.log: list[str] = []
        for _ in range(3):
            self.start_server()
        self.visitors = [Visitor(self, actor, f"{actor} {number}", role) for (actor, role), number in _tabs(people)]

    def start_server(self) -> Server:
        server = Server(self, f"m{len(self.servers) + len(self.past) + 1}")
        self.servers.append(server)
        return server

    def lose_server(self, server: Server) -> None:
        """It is gone, and with it its connections."""
        self.servers.remove(server)
        self.past.append(server)
        for visitor in self.visitors:
            if visitor.line is not None and visitor.line.server is server:
                visitor.lose()

    def at(self, address: str) -> Server | None:
        return next((one for one in self.servers if one.address == address), None)

    def owner(self) -> Server | None:
        """Who the database says owns the room."""
        with self.database.transaction() as session:
            room = store.find_room(session, self.room_id)
            return self.at(room.owner) if room is not None and room.owner else None

    def note(self, what: str) -> None:
        self.log.append(f"{self.clockwork.now_s:.3f} {what}")

    # ---- what must hold at every moment

    def spoken(self, line: Conversation, message: FromRoom) -> None:
        """A server says something to a tab."""
        if isinstance(message, Welcome):
            line.epoch = message.epoch
        if line.epoch < self.highest_epoch:
            self.clockwork.failure = Violation("R9: an owner that has been replaced still speaks")
        self.highest_epoch = max(line.epoch, self.highest_epoch)

    def told(self, fact: Fact) -> None:
        """A tab has been told a fact: from now on it must be in the journal, as it was told."""
        with self.database.transaction() as session:
            written = [
                one for one in store.list_facts(session, self.room_id, after=fact.seq - 1) if one.seq == fact.seq
            ]
        check(written == [fact], "R12: a tab was told what the journal does not hold")

    # ---- what must hold in the end

    def settle(self) -> None:
        """Everything works again, nobody does anything more: everybody must come to the same, and see who is there."""
        for visitor in self.visitors:
            visitor.is_busy = False
            if visitor.line is not None:
                visitor.line.up.open()
                visitor.line.down.open()
        for server in self.servers:
            server.stalled_until_s = 0.0
            server.fates.clear()
        self.clockwork.run(40)
        for server in [*self.servers, *self.past]:
            check(not server.faults, f"R35: a server's own fault: {server.faults}")
        self._is_complete()
        self._somebody_leaves()

    def _somebody_leaves(self) -> None:
        """Without a word, as a laptop does that is shut."""
        gone = self.visitors[-1]
        gone.is_gone = True
        gone.lose(server_hears_after_s=None)
        self.clockwork.run(15)
        for visitor in self.visitors[:-1]:
            there = {actor for actor, is_there in visitor.tab.shown.items() if is_there}
            others = {one.member.actor for one in self.visitors[:-1]}
            check(there == others, "R21: somebody lost is shown as there, or somebody there as lost")

    def end(self) -> None:
        """Let everything that still runs come to its end, unheard."""
        self.clockwork.failure = None
        for visitor in self.visitors:
            visitor.line, visitor.is_busy = None, False
        for server in [*self.servers, *self.past]:
            server.kill()
        self.clockwork.run(30)

    def _is_complete(self) -> None:
        with self.database.transaction() as session:
            facts = store.list_facts(session, self.room_id)
            check(service.find_journal_break(session, self.room_id) is None, "R12: the journal's chain is broken")
            entries = list(store.iterate_entries(session, self.room_id))
        check(
            [one.epoch for one in entries] == sorted(one.epoch for one in entries), "R9: an earlier owner has written"
        )
        asks = [(one.client_id, one.n) for one in facts if one.client_id]
        check(len(asks) == len(set(asks)), "R10: an ask was applied twice")
        terms = [one.done.term for one in facts if isinstance(one.done, ControlTaken)]
        check(terms == list(range(1, len(terms) + 1)), "R22: a term with two holders")
        whole = fold(facts)
        for visitor in self.visitors:
            tab = visitor.tab
            check(visitor.greeted_s is not None, "R7: somebody does not find back into the room")
            check(not tab.unanswered, "R11: an ask was never answered")
            check(tab.state.snapshot() == whole.snapshot(), "R13: a tab's state differs from the journal's")
        said = sorted(one.done.text for one in facts if isinstance(one.done, Said))
        check(
            said == sorted(each for one in self.visitors for each in one.said),
            "R10: something said was lost or doubled",
        )


def _tabs(people: dict[str, MemberRole]) -> list[tuple[tuple[str, MemberRole], int]]:
    """The first person has two tabs."""
    first = next(iter(people.items()))
    return [(first, 1), (first, 2), *((one, 1) for one in list(people.items())[1:])]
