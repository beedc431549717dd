"""The room's socket on a real server: who comes in, what they see of each other, and how connections end."""

from __future__ import annotations

import asyncio
import socket

import msgspec
import pytest
from sqlalchemy import text
from websockets.exceptions import InvalidStatus

from collab.accounts.models import Login
from collab.audit.models import AuditEntry
from collab.kit.database import Database
from collab.rooms import buckets, gateway, service
from collab.rooms.outbox import CREDIT_FRAMES
from collab.rooms.protocol import (
    EVERYTHING,
    MAX_FRAME_BYTES,
    SUBPROTOCOL,
    SUBPROTOCOL_JSON,
    AddKeyView,
    Ask,
    ControlTaken,
    Drawn,
    Fact,
    Hello,
    MemberJoined,
    MovePointer,
    MoveView,
    Ping,
    PointerMoved,
    Pong,
    Presence,
    Refused,
    Said,
    Say,
    SettleView,
    TakeControl,
    Tell,
    ViewMoved,
    ViewSettled,
    Welcome,
)
from tests.collab.rooms import live, make


async def closing_of(server: live.LiveServer, room_id: str, person: object, **options: object) -> live.Closed:
    socket = await server.connect(room_id, person, **options)  # pyright: ignore[reportArgumentType]
    return await live.Browser(socket, "x").closing()


# ---- who may not come in


async def test_r3_a_stranger_is_told_to_sign_in(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        assert (await closing_of(server, case.room_id, None)).code == 4401


async def test_r3_absent_and_forbidden_rooms_look_the_same(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        forbidden = await closing_of(server, case.room_id, case.outsider)
        absent = await closing_of(server, "ROO-0000000000000000", case.outsider)
        assert (forbidden.code, forbidden.reason) == (absent.code, absent.reason) == (4403, "no_access")


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1", "https://127.0.0.1:{port}"],
)
async def test_r3_a_page_of_another_origin_is_not_let_in(database: Database, origin: str) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        with pytest.raises(InvalidStatus) as refused:
            await server.connect(case.room_id, case.expert, origin=origin.format(port=server.port))
        assert refused.value.response.status_code == 403


async def test_r3_leave_that_has_ended_is_no_leave(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        with database.transaction() as session:
            service.revoke_member(
                session, None, room_id=case.room_id, person_id=case.guest.id, at=server.clock(), by="test"
            )
        assert (await closing_of(server, case.room_id, case.guest)).code == 4403


async def test_r3_a_closed_room_lets_nobody_in(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        with database.transaction() as session:
            service.close_room(session, None, room_id=case.room_id, at=server.clock(), by="test")
        assert (await closing_of(server, case.room_id, case.expert)).code == 4410


async def test_r3_every_coming_in_is_in_the_audit(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        await server.enter(case.room_id, case.expert)
    with database.transaction() as session:
        acts = [(one.act, one.actor_id) for one in session.query(AuditEntry).filter_by(object_id=case.room_id)]
    assert ("room.joined", case.expert.id) in acts


# ---- the wire


async def test_r1_without_a_known_sub_protocol_the_socket_is_closed(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        assert (await closing_of(server, case.room_id, case.expert, protocol="something.else")).code == 1002


@pytest.mark.parametrize("protocol", ["consilium.v0", "consilium.v0.json"])
async def test_r43_a_page_of_before_is_told_to_reload(database: Database, protocol: str) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        closed = await closing_of(server, case.room_id, case.expert, protocol=protocol)
        assert (closed.code, closed.reason) == (4426, "outdated")


@pytest.mark.parametrize("protocol", [SUBPROTOCOL, SUBPROTOCOL_JSON])
async def test_r1_both_sub_protocols_speak(database: Database, protocol: str) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        tab, welcome = await server.enter(case.room_id, case.expert, protocol=protocol)
        assert tab.socket.subprotocol == protocol
        assert welcome.actor == case.expert.id
        await tab.send(Ping(1))
        assert await tab.until(Pong) == Pong(1)


async def test_r1_members_of_both_sub_protocols_meet(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        expert, _ = await server.enter(case.room_id, case.expert, protocol=SUBPROTOCOL_JSON)
        requester, _ = await server.enter(case.room_id, case.requester)
        await expert.ask(Say("d'un format à l'autre"))
        _, said = await requester.fact(Said)
        assert said.text == "d'un format à l'autre"


@pytest.mark.parametrize(
    "frame",
    [
        b"\xc1",
        b"",
        msgspec.msgpack.encode({"t": "no.such.message"}),
        msgspec.msgpack.encode({"t": "ping", "n": 1, "extra": 1}),
        msgspec.msgpack.encode({"t": "ping"}),
        msgspec.msgpack.encode({"t": "ping", "n": -1}),
        '{"t": "ping", "n": 1}',
    ],
)
async def test_r2_what_is_no_message_ends_the_connection(database: Database, frame: bytes | str) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        tab, _ = await server.enter(case.room_id, case.expert)
        await tab.socket.send(frame)
        assert (await tab.closing()).code == 1003


async def test_r2_a_frame_that_is_too_big_ends_the_connection(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        tab, _ = await server.enter(case.room_id, case.expert)
        await tab.socket.send(b"\x00" * (MAX_FRAME_BYTES + 1))
        assert (await tab.closing()).code == 1009


async def test_r4_the_first_message_is_hello(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        tab = live.Browser(await server.connect(case.room_id, case.expert), "x")
        await tab.send(Ping(1))
        assert (await tab.closing()).code == 4000


async def test_r4_hello_is_awaited_for_a_short_time_only(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    case = make.case(database)
    monkeypatch.setattr(gateway, "HELLO_WITHIN_S", 0.01)
    async with live.serving(database) as server:
        assert (await closing_of(server, case.room_id, case.expert)).reason == "hello_late"


async def test_r4_hello_is_said_once(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        tab, _ = await server.enter(case.room_id, case.expert)
        await tab.send(Hello("again", 0))
        assert (await tab.closing()).reason == "hello_again"


# ---- people together


async def test_two_members_share_a_view(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        expert, welcome = await server.enter(case.room_id, case.expert)
        assert welcome.state is not None
        assert welcome.state.present == (case.expert.id,)
        [me] = welcome.state.members
        assert (me.name, me.role, me.hospital, me.specialty) == (
            "Dr Hélène Vasseur",
            "expert",
            "Hôpital de Montrelais",
            "neuroradiology",
        )
        requester, _ = await server.enter(case.room_id, case.requester)
        await expert.fact(MemberJoined)
        await requester.ask(TakeControl(0))
        _, taken = await expert.fact(ControlTaken)
        assert taken.holder == case.requester.id
        await requester.fact(ControlTaken)
        await requester.send(MoveView(1, 1, make.view(12.5)))
        assert (await expert.until(ViewMoved)).view == make.view(12.5)
        await requester.ask(SettleView(1, make.view(13.0)))
        _, settled = await expert.fact(ViewSettled)
        assert settled.view == make.view(13.0)
        await expert.send(MovePointer(1, make.pointer(3.0)))
        pointed = await requester.until(PointerMoved)
        assert (pointed.actor, pointed.pointer) == (case.expert.id, make.pointer(3.0))


async def test_r7_a_late_joiner_finds_what_the_others_see(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        expert, _ = await server.enter(case.room_id, case.expert)
        await expert.ask(TakeControl(0))
        await expert.ask(SettleView(1, make.view(5.0)))
        await expert.fact(ViewSettled)
        await expert.send(MoveView(1, 1, make.view(6.0)))
        await expert.send(Ping(1))
        await expert.until(Pong)
        guest, welcome = await server.enter(case.room_id, case.guest)
        assert welcome.state is not None
        assert (welcome.state.holder, welcome.state.view) == (case.expert.id, make.view(5.0))
        assert (await guest.until(ViewMoved)).view == make.view(6.0)


async def test_r7_a_reload_resumes_by_number(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        expert, _ = await server.enter(case.room_id, case.expert)
        requester, _ = await server.enter(case.room_id, case.requester)
        seq = (await expert.fact(MemberJoined))[0].seq
        await expert.socket.close()
        await requester.until(Presence, lambda one: not one.connected)
        for word in ("one", "two", "three"):
            await requester.ask(Say(word))
        await requester.fact(Said)
        again, welcome = await server.enter(case.room_id, case.expert, seq=seq)
        assert welcome.state is None
        await again.until(Fact, lambda one: one.done == Said("three"))
        assert again.seqs == [seq + 1, seq + 2, seq + 3]


async def test_r10_asks_repeated_after_the_network_was_lost_are_applied_once(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        witness, _ = await server.enter(case.room_id, case.requester)
        expert, _ = await server.enter(case.room_id, case.expert)
        await expert.ask(Say("first"))
        await expert.fact(Said)
        await expert.ask(Say("answered or not, the browser cannot know"))
        await expert.cut()
        await witness.until(Presence, lambda one: not one.connected)
        again, welcome = await server.enter(case.room_id, case.expert, next_n=2)
        assert welcome.acked in (1, 2)
        await again.send(Ask(2, Say("answered or not, the browser cannot know")))
        await again.send(Ask(3, Say("last")))
        await witness.until(Fact, lambda one: one.done == Said("last"))
        said = [one.done.text for one in witness.got if isinstance(one, Fact) and isinstance(one.done, Said)]
        assert said == ["first", "answered or not, the browser cannot know", "last"]


async def test_r6_a_second_connection_of_a_tab_replaces_the_first(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        first, _ = await server.enter(case.room_id, case.expert)
        await server.enter(case.room_id, case.expert)
        assert (await first.closing()).code == 4001


async def test_r14_a_participant_takes_the_baton_from_nobody(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        expert, _ = await server.enter(case.room_id, case.expert)
        guest, _ = await server.enter(case.room_id, case.guest)
        await expert.ask(TakeControl(0))
        await guest.fact(ControlTaken)
        await guest.ask(TakeControl(1))
        assert await guest.until(Refused) == Refused(1, "not_your_role")
        await guest.ask(AddKeyView("k1", "stack", make.view(), "mine"))
        assert await guest.until(Refused) == Refused(2, "not_your_role")
        await guest.send(MoveView(1, 1, make.view(99.0)))
        await guest.send(Ping(1))
        await guest.until(Pong)
        assert not any(isinstance(one, ViewMoved) for one in expert.got)


async def test_r23_the_baton_of_a_lost_holder_is_free_after_the_grace_time(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        expert, _ = await server.enter(case.room_id, case.expert)
        requester, _ = await server.enter(case.room_id, case.requester)
        await expert.ask(TakeControl(0))
        await requester.fact(ControlTaken)
        await expert.cut()
        await requester.until(Presence, lambda one: not one.connected)
        server.clock.pass_by(seconds=10)
        _, taken = await requester.fact(ControlTaken)
        assert (taken.holder, taken.how) == (None, "lost")


async def test_r36_whoever_is_not_heard_is_lost_within_twelve_seconds_though_their_socket_is_open(
    database: Database,
) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        expert, _ = await server.enter(case.room_id, case.expert)
        requester, _ = await server.enter(case.room_id, case.requester)
        await expert.send(Tell("same", EVERYTHING))
        await requester.until(Presence, lambda one: one.seen == "same")
        await expert.ask(TakeControl(0))
        await requester.fact(ControlTaken)
        # Nothing arrives any more, in either direction, and no end of the connection is ever said.
        expert.socket.transport.pause_reading()
        await server.pass_by(10.75, witness=requester)
        assert requester.presence_of(case.expert.id).seen == "same"
        await server.pass_by(1.0, witness=requester)
        lost = requester.presence_of(case.expert.id)
        assert (lost.connected, lost.seen, lost.lost_ms) == (False, "lost", 11_000)
        while server.hub.counts != (1, 1):  # noqa: ASYNC110 - the server's own tasks have to run
            await asyncio.sleep(0)
        expert.socket.transport.resume_reading()
        ended = await expert.closing()
        assert (ended.code, ended.reason) == (4009, "silent")
        _, welcome = await server.enter(case.room_id, case.expert)
        assert welcome.state is not None
        assert (welcome.state.holder, welcome.state.term) == (None, 2)
        assert all(one.connected for one in welcome.presences)


async def test_r36_a_program_that_answers_the_rooms_ping_stays(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        program, _ = await server.enter(case.room_id, case.expert, protocol=SUBPROTOCOL_JSON)
        requester, _ = await server.enter(case.room_id, case.requester)
        for _ in range(3):
            await server.pass_by(7.0, witness=requester)
            asked = await program.until(Ping)
            await program.send(Pong(asked.n))
            await program.send(Ping(1))
            await program.until(Pong)
        assert server.hub.counts == (1, 2)


# ---- slow readers and floods


async def test_r20_a_stalled_reader_does_not_slow_the_others(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, not timed: while one member reads nothing at all, another is given every fact and draws on."""
    without_limits(monkeypatch)
    case = make.case(database)
    async with live.serving(database, send_buffer=8192) as server:
        expert, _ = await server.enter(case.room_id, case.expert)
        requester, _ = await server.enter(case.room_id, case.requester)
        stalled, _ = await server.enter(case.room_id, case.guest, sock=small_socket(server.port))
        stalled.socket.transport.pause_reading()
        await expert.ask(TakeControl(0))
        await requester.fact(ControlTaken)
        rounds, a_round = 20, 40
        for number in range(rounds):
            for part in range(a_round):
                await expert.ask(Say(f"{number} {part} " + "x" * 1900))
            await expert.send(MoveView(1, number + 1, make.view(float(number))))
            await requester.until(Fact, lambda one, last=f"{number} {a_round - 1} ": says(one, last))
            while not any(isinstance(one, ViewMoved) and one.view == make.view(float(number)) for one in requester.got):
                await requester.until(ViewMoved)
            await requester.send(Drawn(requester.last_frame, 0))
        assert requester.seqs == list(range(requester.seqs[0], requester.seqs[-1] + 1))
        assert sum(1 for one in requester.got if says(one, "")) == rounds * a_round
        # The stall was real: its line overflowed, and what it now reads is a snapshot.
        [connection] = [one for one in server.connections(case.room_id) if one.actor == case.guest.id]
        assert connection.outbox.owed_since_ms is not None
        stalled.socket.transport.resume_reading()
        welcome = await stalled.until(Welcome)
        assert welcome.state is not None
        assert welcome.state.seq == requester.seqs[-1]


async def test_r19_a_reader_who_stands_still_for_too_long_is_put_out(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_limits(monkeypatch)
    case = make.case(database)
    async with live.serving(database, send_buffer=8192) as server:
        expert, _ = await server.enter(case.room_id, case.expert)
        stalled, _ = await server.enter(case.room_id, case.guest, sock=small_socket(server.port))
        stalled.socket.transport.pause_reading()
        [connection] = [one for one in server.connections(case.room_id) if one.actor == case.guest.id]
        while connection.outbox.owed_since_ms is None:
            await expert.ask(Say("x" * 1900))
            await expert.fact(Said)
        server.clock.pass_by(seconds=30)
        await expert.until(Presence, lambda one: one.actor == case.guest.id and not one.connected)
        while server.hub.counts != (1, 1):  # noqa: ASYNC110 - the server's own tasks have to run
            await asyncio.sleep(0)
        await stalled.cut()


def without_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one test talk faster than people do."""
    for name in ("ASKS_PER_S", "ASKS_BURST", "BYTES_PER_S", "BYTES_BURST"):
        monkeypatch.setattr(buckets, name, 1e9)


def small_socket(port: int) -> socket.socket:
    """A connection whose kernel buffer holds next to nothing, so that a reader's stall is felt at once."""
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    found.connect(("127.0.0.1", port))
    found.setblocking(False)
    return found


def says(message: object, start: str) -> bool:
    return isinstance(message, Fact) and isinstance(message.done, Said) and message.done.text.startswith(start)


async def test_r18_a_reader_who_draws_nothing_gets_four_frames(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        expert, _ = await server.enter(case.room_id, case.expert)
        requester, _ = await server.enter(case.room_id, case.requester)
        for number in range(1, 20):
            await expert.send(MovePointer(number, make.pointer(float(number))))
            await expert.send(Ping(number))
            await expert.until(Pong)
        await requester.send(Ping(1))
        await requester.until(Pong)
        got = [one for one in requester.got if isinstance(one, PointerMoved)]
        assert len(got) == CREDIT_FRAMES
        await requester.send(Drawn(got[-1].frame, 0))
        assert (await requester.until(PointerMoved)).pointer == make.pointer(19.0)


async def test_r32_a_flood_of_asks_ends_the_connection(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        tab, _ = await server.enter(case.room_id, case.expert)
        for _ in range(100):
            await tab.send(Ask(1, Say("again")))
        assert (await tab.closing()).code == 4029


async def test_r32_a_flood_of_bytes_ends_the_connection(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        tab, _ = await server.enter(case.room_id, case.expert, protocol=SUBPROTOCOL_JSON)
        padded = '{"t": "ping", "n": 1' + " " * 60_000 + "}"
        for _ in range(12):
            await tab.socket.send(padded)
        assert (await tab.closing()).code == 4029


async def test_r32_moves_beyond_the_limit_are_left_out(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        tab, _ = await server.enter(case.room_id, case.expert)
        for number in range(1, 400):
            await tab.send(MovePointer(number, make.pointer()))
        await tab.send(Tell("same", EVERYTHING))
        await tab.send(Ping(1))
        assert await tab.until(Pong) == Pong(1)


# ---- ends


async def test_r34_a_revoked_member_is_out(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        guest, _ = await server.enter(case.room_id, case.guest)
        expert, _ = await server.enter(case.room_id, case.expert)
        with database.transaction() as session:
            at = server.clock()
            service.revoke_member(session, server.hub, room_id=case.room_id, person_id=case.guest.id, at=at, by="test")
        assert (await guest.closing()).reason == "revoked"
        await expert.until(Fact, lambda one: one.actor == case.guest.id and one.seq > 2)
        again = await closing_of(server, case.room_id, case.guest)
        assert again.code == 4403


async def test_r34_a_revocation_by_another_process_is_felt(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        guest, _ = await server.enter(case.room_id, case.guest)
        with database.transaction() as session:
            service.revoke_member(
                session, None, room_id=case.room_id, person_id=case.guest.id, at=server.clock(), by="test"
            )
        assert (await guest.closing()).code == 4403


async def test_r34_signing_out_closes_the_socket(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        guest, _ = await server.enter(case.room_id, case.guest)
        with database.transaction() as session:
            login = session.get(Login, f"LOG-{case.guest.id}")
            assert login is not None
            login.ended_at = server.clock()
        assert (await guest.closing()).code == 4401


async def test_r34_closing_the_room_closes_its_sockets(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        expert, _ = await server.enter(case.room_id, case.expert)
        with database.transaction() as session:
            service.close_room(session, server.hub, room_id=case.room_id, at=server.clock(), by="test")
        assert (await expert.closing()).code == 4410


async def test_r35_a_fault_at_the_door_is_logged_and_the_browser_may_come_back(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        with database.transaction() as session:
            session.execute(text("ALTER TABLE room_member RENAME TO room_member_gone"))
        assert (await closing_of(server, case.room_id, case.expert)).code == 1011
        with database.transaction() as session:
            session.execute(text("ALTER TABLE room_member_gone RENAME TO room_member"))
        await server.enter(case.room_id, case.expert)
    assert "room socket" in caplog.text


async def test_a_browser_that_goes_away_leaves_nothing_behind(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        before = {task.get_name() for task in asyncio.all_tasks()}
        expert, _ = await server.enter(case.room_id, case.expert)
        guest, _ = await server.enter(case.room_id, case.guest)
        await guest.cut()
        await expert.until(Presence, lambda one: not one.connected)
        assert server.hub.counts == (1, 1)
        await expert.socket.close()
        while server.hub.counts != (1, 0):  # noqa: ASYNC110 - the server's own tasks have to run
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        names = {task.get_name() for task in asyncio.all_tasks()}
        assert not {name for name in names - before if name.startswith("room ")}
