"""The edge to aiortc: which servers and addresses a connection uses, and what it makes of bad descriptions."""

import asyncio
import random
import re
from collections import Counter

import pytest

from rtc.connection import add_candidate, make_answer, make_offer, new_connection, only_host_addresses, set_remote
from rtc.ice import IceServer
from rtc.signals import Answer, BadSignal, Candidate, Offer, check_signal
from tests.rtc import make


def configured(connection) -> tuple[object, object]:
    """What aioice was told: the STUN and the TURN server of the first transport."""
    connection.addTransceiver("audio")
    agent = connection.getTransceivers()[0].receiver.transport.transport.iceGatherer._connection
    return agent.stun_server, agent.turn_server


async def test_without_servers_none_is_asked() -> None:
    connection = new_connection()
    assert configured(connection) == (None, None)
    await connection.close()


async def test_given_servers_are_asked() -> None:
    connection = new_connection([IceServer(("stun:127.0.0.1",)), IceServer(("turn:127.0.0.1:99",), "u", "c")])
    assert configured(connection) == (("127.0.0.1", 3478), ("127.0.0.1", 99))
    await connection.close()


async def test_only_the_chosen_addresses_are_offered_on_one_transport() -> None:
    connection = new_connection()
    connection.addTransceiver("audio")
    connection.addTransceiver("video")
    sdp = (await make_offer(connection, ("127.0.0.1",))).sdp
    await connection.close()
    candidates = {line for line in sdp.splitlines() if line.startswith("a=candidate")}
    assert {line.split()[4] for line in candidates} == {"127.0.0.1"}
    assert len(candidates) == 1
    assert "a=group:BUNDLE 0 1" in sdp


async def test_without_a_choice_the_loopback_is_not_offered() -> None:
    connection = new_connection()
    connection.addTransceiver("audio")
    with only_host_addresses(("127.0.0.1",)):
        pass
    sdp = (await make_offer(connection, None)).sdp
    await connection.close()
    assert " 127.0.0.1 " not in sdp


@pytest.mark.parametrize(
    "description",
    [
        Offer(make.sdp()),
        Offer(make.sdp(more=("a=ice-ufrag:x", "a=ice-pwd:y", "a=rtpmap:96"))),
        Offer(make.sdp(more=("a=candidate:1 1 UDP x y z",))),
        Offer(make.sdp(more=("a=rtpmap:96 none/x",))),
    ],
)
async def test_a_description_that_aiortc_cannot_use_is_refused_without_quoting_it(description: Offer | Answer) -> None:
    connection = new_connection()
    with pytest.raises(BadSignal) as caught:
        await set_remote(connection, description)
    await connection.close()
    assert caught.value.code == "not_sdp"
    assert set(caught.value.facts) == {"cause"}


async def test_a_candidate_finds_its_line_and_the_empty_one_ends_them() -> None:
    one, other = new_connection(), new_connection()
    one.addTransceiver("audio")
    await set_remote(other, await make_offer(one, ("127.0.0.1",)))
    agent = other.getTransceivers()[0].receiver.transport.transport
    known = len(agent.getRemoteCandidates())
    assert known == 1
    with_end = other.remoteDescription.sdp.count("a=end-of-candidates")
    assert with_end == 1
    await one.close()
    await other.close()


async def test_a_candidate_is_added_to_its_line() -> None:
    one, other = new_connection(), new_connection()
    one.addTransceiver("audio")
    offer = await make_offer(one, ("127.0.0.1",))
    lines = [line for line in offer.sdp.splitlines() if not line.startswith(("a=candidate", "a=end-of-candidates"))]
    await set_remote(other, Offer("\r\n".join(lines) + "\r\n"))
    agent = other.getTransceivers()[0].receiver.transport.transport
    assert agent.getRemoteCandidates() == []
    await add_candidate(other, Candidate("candidate:1 1 UDP 2130706431 192.0.2.9 8998 typ host", "0", 0))
    assert [(found.ip, found.port, found.type) for found in agent.getRemoteCandidates()] == [
        ("192.0.2.9", 8998, "host")
    ]
    with pytest.raises(BadSignal):
        await add_candidate(
            other, Candidate("candidate:1 1 udp 1 192.0.2.9 9 typ srflx raddr 192.0.2.8 rport x y", "0", 0)
        )
    await add_candidate(other, Candidate("", "0", 0))
    await one.close()
    await other.close()


async def test_an_answer_that_nobody_asked_for_is_out_of_turn() -> None:
    connection = new_connection()
    usable = make.sdp(more=("a=ice-ufrag:x", "a=ice-pwd:y", "a=setup:active", "a=rtcp-mux"))
    with pytest.raises(BadSignal) as caught:
        await set_remote(connection, Answer(usable))
    await connection.close()
    assert caught.value.code == "out_of_turn"


async def test_an_offer_without_a_codec_of_ours_says_so() -> None:
    connection = new_connection()
    only_speex = make.sdp(more=("a=ice-ufrag:x", "a=ice-pwd:y", "a=rtcp-mux", "a=mid:0", "a=rtpmap:96 speex/8000"))
    with pytest.raises(BadSignal) as caught:
        await set_remote(connection, Offer(only_speex))
    await connection.close()
    assert caught.value.code == "no_common_codec"


async def test_a_mangled_offer_is_answered_or_refused_and_nothing_else() -> None:
    chance = random.Random(20260102)
    loop_errors: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: loop_errors.append(context))
    whole = new_connection()
    whole.addTransceiver("audio")
    whole.addTransceiver("video")
    offer = await make_offer(whole, ("127.0.0.1",))
    await whole.close()
    outcomes: Counter[str] = Counter()
    with make.no_task_left():
        for _ in range(400):
            outcomes[await outcome_of(mangled(offer.sdp, chance))] += 1
    assert not loop_errors
    # Both ways must have been met, or the mangling proves nothing.
    assert min(outcomes["answered"], outcomes["refused at the door"], outcomes["refused by aiortc"]) > 20


async def outcome_of(sdp: str) -> str:
    try:
        check_signal(Offer(sdp))
    except BadSignal:
        return "refused at the door"
    connection = new_connection()
    try:
        await set_remote(connection, Offer(sdp))
        await make_answer(connection, ("127.0.0.1",))
    except BadSignal:
        return "refused by aiortc"
    finally:
        await connection.close()
    return "answered"


def mangled(sdp: str, chance: random.Random) -> str:
    """One to four lines removed, doubled, cut or with a word replaced."""
    junk = ("", "-1", "0", "99999999999999999999", "x", "9", "=", ":", "/", "96", "65536", "inf")
    lines = sdp.split("\r\n")
    for _ in range(chance.randint(1, 4)):
        index = chance.randrange(3, len(lines) - 1)
        match chance.randrange(4):
            case 0:
                lines.pop(index)
            case 1:
                lines.insert(chance.randrange(3, len(lines)), lines[index])
            case 2:
                lines[index] = lines[index][: chance.randint(2, max(2, len(lines[index])))]
            case _:
                words = re.split(r"([ :=/;])", lines[index])
                words[chance.randrange(2, len(words)) if len(words) > 2 else 0] = chance.choice(junk)
                lines[index] = "".join(words)
    return "\r\n".join(lines)
