"""Call signals: checked, passed to whoever they are for, or answered in their stead; and the server's echo."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from collab.kit.database import Database
from collab.rooms.calls import ECHO_SIGNALS, Line
from collab.rooms.protocol import Signal as Signalling
from collab.rooms.protocol import Signalled
from collab.rooms.room import Room
from rtc.echo import EchoLimit, EchoSettings
from rtc.headless import HeadlessMedia, HeadlessPeer
from rtc.signals import Bye, Offer, Signal, parse_signal
from tests.collab.rooms import live, make
from tests.collab.rooms.make import START_MS, Tab, enter, meeting
from tests.rtc import make as rtc
from tests.rtc.make import GREEN, LOOPBACK, SOON_S

PAIR = (("alice", "requester"), ("bob", "expert"))
SETTINGS = EchoSettings(host_addresses=("127.0.0.1",))
OFFER = json.dumps({"type": "offer", "sdp": rtc.sdp()})


def line(tab: Tab, limit: int = 1) -> Line:
    return Line(tab.connection, EchoLimit(limit), SETTINGS)


def signal(tab: Tab, room: Room, to: str, data: str) -> None:
    line(tab).signal(room, Signalling(to, data), at_ms=START_MS)


def test_r30_a_signal_reaches_the_member_it_names_unchanged() -> None:
    room, [alice, bob] = meeting(*PAIR)
    signal(alice, room, "bob", OFFER)
    assert bob.read() == [Signalled("alice", OFFER)]
    assert alice.read() == []


def test_r30_a_member_with_two_windows_is_called_in_the_one_opened_last() -> None:
    room, [alice, bob] = meeting(*PAIR)
    second = enter(room, "bob", role="expert", client_id="second window")
    second.read()
    bob.read()
    signal(alice, room, "bob", OFFER)
    assert second.read() == [Signalled("alice", OFFER)]
    assert bob.read() == []


@pytest.mark.parametrize(
    "data",
    ["", "{}", '{"type":"offer"}', '{"type":"offer","sdp":"v=0"}', '{"type":"candidate","candidate":"javascript:1"}'],
)
def test_r30_what_is_no_signal_is_answered_with_a_bye_and_not_passed_on(data: str) -> None:
    room, [alice, bob] = meeting(*PAIR)
    signal(alice, room, "bob", data)
    assert alice.read() == [Signalled("bob", '{"type":"bye","reason":"refused"}')]
    assert bob.read() == []


@pytest.mark.parametrize("to", ["carol", "alice"])
def test_r30_nobody_there_is_a_bye(to: str) -> None:
    room, [alice, _] = meeting(*PAIR)
    signal(alice, room, to, OFFER)
    assert alice.read() == [Signalled(to, '{"type":"bye","reason":"left"}')]


def test_r30_a_bye_to_nobody_is_not_answered() -> None:
    room, [alice, _] = meeting(*PAIR)
    signal(alice, room, "carol", '{"type":"bye","reason":"left"}')
    assert alice.read() == []


def test_r36_whoever_signals_is_heard() -> None:
    room, [alice, bob] = meeting(*PAIR)
    at_ms = make.pass_by(room, 10, heard=[bob])
    line(alice).signal(room, Signalling("bob", OFFER), at_ms=at_ms)
    make.pass_by(room, 10, after_ms=at_ms, heard=[bob])
    assert not alice.outbox.is_closing


# ---- over real sockets


@asynccontextmanager
async def phone(tab: live.Browser, to: str, media: HeadlessMedia | None = None) -> AsyncIterator[HeadlessPeer]:
    """A headless peer that signals through the tab's socket with one other."""

    async def send(one: Signal) -> None:
        await tab.send(Signalling(to, msgspec.json.encode(one).decode()))

    peer = HeadlessPeer(send, media=media, ice=LOOPBACK)

    async def listen() -> None:
        while True:
            await peer.receive(parse_signal((await tab.until(Signalled, lambda one: one.sender == to)).data))

    listening = asyncio.create_task(listen())
    try:
        yield peer
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await peer.close()


async def test_r30_two_members_talk_through_the_rooms_socket(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database) as server:
        expert, _ = await server.enter(case.room_id, case.expert)
        requester, _ = await server.enter(case.room_id, case.requester)
        async with (
            phone(expert, case.requester.id, HeadlessMedia(700, GREEN)) as caller,
            phone(requester, case.expert.id) as callee,
        ):
            await caller.call()
            await caller.connected(timeout_s=SOON_S)
            await callee.ear.until(lambda ear: ear.hears(700), timeout_s=SOON_S)


async def test_r31_the_echo_gives_sound_and_picture_back(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database, echo=SETTINGS) as server:
        expert, _ = await server.enter(case.room_id, case.expert)
        async with phone(expert, "server", HeadlessMedia(700, GREEN)) as me:
            await me.call()
            await me.connected(timeout_s=SOON_S)
            await me.ear.until(lambda ear: ear.hears(700), timeout_s=SOON_S)
            await me.eye.until(lambda eye: eye.sees(GREEN), timeout_s=SOON_S)


async def test_r31_an_echo_ends_with_its_connection(database: Database) -> None:
    case = make.case(database)
    async with live.serving(database, echo=SETTINGS, echoes=1) as server:
        expert, _ = await server.enter(case.room_id, case.expert)
        async with phone(expert, "server") as me:
            await me.call()
            await me.connected(timeout_s=SOON_S)
        await expert.cut()
        while server.hub.counts != (1, 0):  # noqa: ASYNC110 - the server's own tasks have to run
            await asyncio.sleep(0)
        again, _ = await server.enter(case.room_id, case.expert)
        async with phone(again, "server") as me:
            await me.call()
            await me.connected(timeout_s=SOON_S)


async def test_r31_a_full_echo_says_so() -> None:
    room, [alice, _] = meeting(*PAIR)
    full = Line(alice.connection, EchoLimit(0), SETTINGS)
    full.signal(room, Signalling("server", msgspec.json.encode(await an_offer()).decode()), at_ms=START_MS)
    while not (said := alice.read()):  # noqa: ASYNC110 - the echo's own task has to run
        await asyncio.sleep(0)
    assert said == [Signalled("server", '{"type":"bye","reason":"refused"}')]
    await full.close()


async def test_r31_a_flood_of_signals_to_the_echo_is_bounded() -> None:
    room, [alice, _] = meeting(*PAIR)
    mine = line(alice)
    for _ in range(ECHO_SIGNALS + 3):
        mine.signal(room, Signalling("server", '{"type":"candidate","candidate":""}'), at_ms=START_MS)
    assert alice.read() == [Signalled("server", '{"type":"bye","reason":"refused"}')] * 3
    await mine.close()


async def an_offer() -> Offer:
    sent: list[Signal] = []

    async def send(one: Signal) -> None:
        sent.append(one)

    peer = HeadlessPeer(send, ice=LOOPBACK)
    await peer.call()
    await peer.close()
    [offer] = [one for one in sent if not isinstance(one, Bye)]
    assert isinstance(offer, Offer)
    return offer
