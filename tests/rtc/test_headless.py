"""Two headless ends on the loopback: each hears and sees the other, and nothing of what is switched off."""

import pytest

from rtc.headless import HeadlessMedia, HeadlessPeer, NotConnected
from rtc.meters import NotMeasured
from rtc.signals import Answer, Bye, Offer, Signal
from tests.rtc import make
from tests.rtc.make import BLACK, GREEN, LOOPBACK, RED, SOON_S

SILENT_DBFS = -80.0


async def test_each_hears_the_tone_and_sees_the_colour_of_the_other() -> None:
    async with make.connected_pair() as pair:
        await pair.callee.ear.until(lambda ear: ear.hears(1000), timeout_s=SOON_S)
        await pair.caller.ear.until(lambda ear: ear.hears(440), timeout_s=SOON_S)
        await pair.callee.eye.until(lambda eye: eye.sees(GREEN), timeout_s=SOON_S)
        await pair.caller.eye.until(lambda eye: eye.sees(RED), timeout_s=SOON_S)
        assert [type(signal) for signal in pair.passed] == [Offer, Answer]


async def test_the_check_fails_when_the_wrong_tone_and_colour_are_sent() -> None:
    async with make.connected_pair(HeadlessMedia(700, RED)) as pair:
        await pair.callee.ear.until(lambda ear: ear.hears(700), timeout_s=SOON_S)
        await pair.callee.eye.until(lambda eye: eye.sees(RED), timeout_s=SOON_S)
        with pytest.raises(NotMeasured):
            await pair.callee.ear.until(lambda ear: ear.hears(1000), timeout_s=0.5)
        with pytest.raises(NotMeasured):
            await pair.callee.eye.until(lambda eye: eye.sees(GREEN), timeout_s=0.5)


async def test_mute_silences_and_unmute_brings_the_tone_back() -> None:
    async with make.connected_pair() as pair:
        ear = pair.callee.ear
        await ear.until(lambda one: one.hears(1000), timeout_s=SOON_S)
        pair.caller.mute()
        await ear.until(lambda one: one.level_dbfs() < SILENT_DBFS, timeout_s=SOON_S)
        await pair.caller.ear.until(lambda one: one.hears(440), timeout_s=SOON_S)
        pair.caller.unmute()
        await ear.until(lambda one: one.hears(1000), timeout_s=SOON_S)


async def test_camera_off_blackens_and_on_brings_the_colour_back() -> None:
    async with make.connected_pair() as pair:
        eye = pair.callee.eye
        await eye.until(lambda one: one.sees(GREEN), timeout_s=SOON_S)
        pair.caller.camera_off()
        await eye.until(lambda one: one.sees(BLACK), timeout_s=SOON_S)
        pair.caller.camera_on()
        await eye.until(lambda one: one.sees(GREEN), timeout_s=SOON_S)


async def test_voice_alone_is_a_call_too() -> None:
    async with make.connected_pair(HeadlessMedia(1000, None), HeadlessMedia(440, None)) as pair:
        await pair.callee.ear.until(lambda ear: ear.hears(1000), timeout_s=SOON_S)
        await pair.caller.ear.until(lambda ear: ear.hears(440), timeout_s=SOON_S)
        assert pair.callee.eye.frames == 0


async def test_a_goodbye_closes_the_other_end_and_leaves_no_task() -> None:
    with make.no_task_left():
        async with make.connected_pair() as pair:
            await pair.callee.ear.until(lambda ear: ear.hears(1000), timeout_s=SOON_S)
            await pair.caller.hang_up("rejoining")
            await pair.callee.disconnected(timeout_s=SOON_S)
            assert pair.passed[-1] == Bye("rejoining")
            assert (pair.callee.bye, pair.callee.state, pair.caller.state) == ("rejoining", "closed", "closed")


async def test_an_end_that_goes_without_a_word_is_noticed_by_the_other() -> None:
    async with make.connected_pair() as pair:
        await pair.caller.close()
        await pair.callee.disconnected(timeout_s=SOON_S)


async def test_a_call_that_nobody_answers_is_closed_without_a_task_left() -> None:
    sent: list[Signal] = []

    async def send(signal: Signal) -> None:
        sent.append(signal)

    with make.no_task_left():
        peer = HeadlessPeer(send, ice=LOOPBACK)
        await peer.call()
        with pytest.raises(NotConnected) as caught:
            await peer.connected(timeout_s=0.05)
        assert caught.value.facts == {"state": "new"}
        await peer.close()
        await peer.close()
    assert [type(signal) for signal in sent] == [Offer]


async def test_an_end_that_closes_while_connecting_leaves_no_task() -> None:
    sent: list[Signal] = []

    async def send(signal: Signal) -> None:
        sent.append(signal)

    with make.no_task_left():
        caller, callee = HeadlessPeer(send, ice=LOOPBACK), HeadlessPeer(send, ice=LOOPBACK)
        await caller.call()
        await callee.receive(sent[0])
        await callee.close()
        await caller.close()


async def test_candidates_that_come_before_their_description_are_kept() -> None:
    sent: list[Signal] = []

    async def send(signal: Signal) -> None:
        sent.append(signal)

    caller, callee = HeadlessPeer(send, ice=LOOPBACK), HeadlessPeer(send, ice=LOOPBACK)
    await caller.call()
    offer = sent.pop()
    assert isinstance(offer, Offer)
    bare, candidates = make.split_candidates(offer)
    for candidate in candidates:
        await callee.receive(candidate)
    await callee.receive(bare)
    await caller.receive(sent.pop())
    await callee.connected(timeout_s=SOON_S)
    await caller.close()
    await callee.close()


async def test_media_of_another_key_than_the_one_announced_never_flows() -> None:
    """RFC 8827 6.5: the fingerprint in the signalling binds the media to its sender."""
    sent: list[Signal] = []

    async def send(signal: Signal) -> None:
        sent.append(signal)

    caller, callee = HeadlessPeer(send, ice=LOOPBACK), HeadlessPeer(send, ice=LOOPBACK)
    await caller.call()
    await callee.receive(sent.pop())
    answer = sent.pop()
    assert isinstance(answer, Answer)
    await caller.receive(Answer(with_other_fingerprints(answer.sdp)))
    with pytest.raises(NotConnected) as caught:
        await caller.connected(timeout_s=SOON_S)
    assert caught.value.facts == {"state": "failed"}
    assert caller.ear.frames == caller.eye.frames == 0
    await caller.close()
    await callee.close()


def with_other_fingerprints(sdp: str) -> str:
    lines = sdp.split("\r\n")
    return "\r\n".join(
        f"{line.rpartition(' ')[0]} {':'.join(['AB'] * len(line.rpartition(' ')[2].split(':')))}"
        if line.startswith("a=fingerprint:")
        else line
        for line in lines
    )
