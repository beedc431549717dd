"""The pre-call echo: one person gets their own voice and picture back, for a while, and only so many at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from rtc.echo import EchoEnd, EchoLimit, EchoPeer, EchoRefused, EchoSettings
from rtc.headless import HeadlessMedia, HeadlessPeer
from rtc.meters import NotMeasured
from rtc.signals import Answer, BadSignal, Bye, Candidate, Offer, Signal
from tests.rtc import make
from tests.rtc.make import BLACK, GREEN, LOOPBACK, SOON_S

SETTINGS = EchoSettings(host_addresses=("127.0.0.1",))


@dataclass
class Try:
    me: HeadlessPeer
    echo: EchoPeer
    limit: EchoLimit


@asynccontextmanager
async def echoed(*, media: HeadlessMedia | None = None, settings: EchoSettings = SETTINGS) -> AsyncIterator[Try]:
    """A headless person connected to an echo."""
    limit = EchoLimit(1)
    echo = EchoPeer(limit, settings=settings)

    async def send(signal: Signal) -> None:
        if isinstance(signal, Offer):
            await me.receive(await echo.answer(signal))
        else:
            await echo.receive(signal)

    me = HeadlessPeer(send, media=media, ice=LOOPBACK)
    try:
        await me.call()
        await me.connected(timeout_s=SOON_S)
        yield Try(me, echo, limit)
    finally:
        await me.close()
        await echo.close()


async def offer_of(media: HeadlessMedia | None = None) -> Offer:
    sent: list[Signal] = []

    async def send(signal: Signal) -> None:
        sent.append(signal)

    peer = HeadlessPeer(send, media=media, ice=LOOPBACK)
    await peer.call()
    await peer.close()
    assert isinstance(sent[0], Offer)
    return sent[0]


async def test_one_hears_and_sees_oneself() -> None:
    async with echoed(media=HeadlessMedia(700, GREEN)) as the:
        await the.me.ear.until(lambda ear: ear.hears(700), timeout_s=SOON_S)
        await the.me.eye.until(lambda eye: eye.sees(GREEN), timeout_s=SOON_S)
        with pytest.raises(NotMeasured):
            await the.me.ear.until(lambda ear: ear.hears(1000), timeout_s=0.3)


async def test_what_comes_back_is_what_is_sent_now() -> None:
    async with echoed() as the:
        await the.me.ear.until(lambda ear: ear.hears(1000), timeout_s=SOON_S)
        await the.me.eye.until(lambda eye: eye.sees(GREEN), timeout_s=SOON_S)
        the.me.mute()
        the.me.camera_off()
        await the.me.ear.until(lambda ear: ear.level_dbfs() < -80, timeout_s=SOON_S)
        await the.me.eye.until(lambda eye: eye.sees(BLACK), timeout_s=SOON_S)


async def test_the_report_counts_what_came() -> None:
    async with echoed() as the:
        await the.me.eye.until(lambda eye: eye.frames >= 15, timeout_s=SOON_S)
        await the.me.ear.until(lambda ear: ear.frames >= 25, timeout_s=SOON_S)
        await the.me.hang_up()
        report = await the.echo.finished()
    assert the.echo.report() == report
    assert report.video_frames >= 15
    assert report.video_packets >= report.video_frames
    assert report.audio_packets >= 25
    assert report.octets > 0
    assert report.connected_s > 0
    assert report.ended is EchoEnd.LEFT


async def test_voice_alone_is_echoed_too() -> None:
    async with echoed(media=HeadlessMedia(440, None)) as the:
        await the.me.ear.until(lambda ear: ear.hears(440), timeout_s=SOON_S)
        assert the.echo.report().video_packets == 0


async def test_an_echo_ends_by_itself_and_hangs_up() -> None:
    short = EchoSettings(host_addresses=("127.0.0.1",), longest_s=0.3)
    async with echoed(settings=short) as the:
        assert (await the.echo.finished()).ended is EchoEnd.TIMED_OUT
        await the.me.disconnected(timeout_s=SOON_S)
        assert the.limit.taken == 0


async def test_an_echo_ends_when_the_browser_is_gone_without_a_word() -> None:
    async with echoed() as the:
        await the.me.close()
        async with asyncio.timeout(SOON_S):
            assert (await the.echo.finished()).ended is EchoEnd.DISCONNECTED


async def test_an_echo_ends_when_it_is_sent_more_than_a_test_needs() -> None:
    small = EchoSettings(host_addresses=("127.0.0.1",), most_octets=2_000)
    async with echoed(settings=small) as the:
        async with asyncio.timeout(SOON_S):
            assert (await the.echo.finished()).ended is EchoEnd.TOO_MUCH


async def test_an_echo_that_nobody_connects_to_gives_its_seat_back() -> None:
    limit = EchoLimit(1)
    echo = EchoPeer(limit, settings=EchoSettings(host_addresses=("127.0.0.1",), connect_s=0.05))
    with make.no_task_left():
        await echo.answer(await offer_of())
        assert (await echo.finished()).ended is EchoEnd.NOT_CONNECTED
    assert limit.taken == 0


async def test_one_more_than_the_limit_is_refused_until_one_has_ended() -> None:
    limit = EchoLimit(1)
    first, second = EchoPeer(limit, settings=SETTINGS), EchoPeer(limit, settings=SETTINGS)
    offer = await offer_of()
    await first.answer(offer)
    with pytest.raises(EchoRefused) as caught:
        await second.answer(offer)
    assert (caught.value.code, caught.value.facts) == ("echo_busy", {"limit": 1})
    await first.close()
    await second.answer(offer)
    await second.close()
    assert limit.taken == 0


async def test_only_one_microphone_and_one_camera_are_echoed() -> None:
    limit = EchoLimit(1)
    data = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel"
    for lines in ([make.media_line()] * 2, [make.media_line("video")] * 2, [make.media_line(), data]):
        with pytest.raises(EchoRefused) as caught:
            await EchoPeer(limit).answer(Offer(make.sdp(*lines)))
        assert caught.value.code == "echo_media"
    with pytest.raises(BadSignal):
        await EchoPeer(limit).answer(Offer(make.sdp(*[make.media_line()] * 3)))
    assert limit.taken == 0


async def test_a_refused_offer_leaves_neither_seat_nor_task() -> None:
    limit = EchoLimit(1)
    with make.no_task_left():
        echo = EchoPeer(limit, settings=SETTINGS)
        with pytest.raises(BadSignal):
            await echo.answer(Offer(make.sdp()))
        assert (await echo.finished()).ended is EchoEnd.CLOSED
        with pytest.raises(EchoRefused):
            await echo.answer(await offer_of())
    assert limit.taken == 0


async def test_an_echo_is_negotiated_once() -> None:
    echo = EchoPeer(EchoLimit(2), settings=SETTINGS)
    offer = await offer_of()
    await echo.answer(offer)
    for refused in (lambda: echo.answer(offer), lambda: echo.receive(offer), lambda: echo.receive(Answer(offer.sdp))):
        with pytest.raises(EchoRefused):
            await refused()
    await echo.close()


async def test_candidates_that_come_before_the_offer_are_kept() -> None:
    sent: list[Signal] = []

    async def send(signal: Signal) -> None:
        sent.append(signal)

    me = HeadlessPeer(send, ice=LOOPBACK)
    await me.call()
    offer = sent[0]
    assert isinstance(offer, Offer)
    bare, candidates = make.split_candidates(offer)
    echo = EchoPeer(EchoLimit(1), settings=SETTINGS)
    for candidate in candidates:
        await echo.receive(candidate)
    await me.receive(await echo.answer(bare))
    await me.connected(timeout_s=SOON_S)
    await me.close()
    await echo.close()


async def test_candidates_after_the_end_are_ignored() -> None:
    echo = EchoPeer(EchoLimit(1), settings=SETTINGS)
    await echo.answer(await offer_of())
    await echo.receive(Bye())
    await echo.receive(Candidate("candidate:1 1 UDP 1 192.0.2.9 9 typ host", "0", 0))
    assert echo.report().ended is EchoEnd.LEFT


async def test_no_task_is_left_after_an_echo() -> None:
    with make.no_task_left():
        async with echoed() as the:
            await the.me.ear.until(lambda ear: ear.hears(1000), timeout_s=SOON_S)
            await the.me.hang_up()
            await the.echo.finished()
