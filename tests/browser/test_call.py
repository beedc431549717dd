"""A real tone and a real picture go from one browser to the other, and stop when they are switched off."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser import stage
from tests.browser.stage import NEURORADIOLOGIST, RADIOLOGIST, Server, Window

pytestmark = pytest.mark.browser

EXPERT_HZ, REQUESTER_HZ = 1000.0, 440.0
EXPERT_COLOUR, REQUESTER_COLOUR = (32, 192, 64), (192, 48, 32)

# Strongest frequency (Hz) and its level (dB) in what a tile plays, over about 1.4 s: a single window can be a gap.
LISTEN = """async (tile) => {
  const video = document.querySelector(tile + " video");
  const stream = video?.srcObject;
  if (!stream || stream.getAudioTracks().length === 0) return null;
  const context = (globalThis.listening ??= new AudioContext({ sampleRate: 48000 }));
  await context.resume();
  const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
  const source = context.createMediaStreamSource(stream);
  source.connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  let best = { hz: 0, db: -Infinity };
  for (let turn = 0; turn < 14; turn++) {
    await new Promise((done) => setTimeout(done, 100));
    analyser.getFloatFrequencyData(bins);
    const bin = bins.indexOf(Math.max(...bins));
    if (bins[bin] > best.db) best = { hz: (bin * 48000) / 4096, db: bins[bin] };
  }
  source.disconnect();
  return Number.isFinite(best.db) ? best : { hz: 0, db: -200 };
}"""

# Mean colour of what a tile shows now.
LOOK = """(tile) => {
  const video = document.querySelector(tile + " video");
  if (!video || video.videoWidth === 0) return null;
  const canvas = new OffscreenCanvas(16, 16);
  const pen = canvas.getContext("2d");
  pen.drawImage(video, 0, 0, 16, 16);
  const pixels = pen.getImageData(0, 0, 16, 16).data;
  const sum = [0, 0, 0];
  for (let at = 0; at < pixels.length; at += 4) for (const part of [0, 1, 2]) sum[part] += pixels[at + part];
  return sum.map((total) => total / 256);
}"""

THEIRS, MINE = ".tile:not(.mine)", ".tile.mine"


def hears(window: Window, tile: str, hz: float) -> bool:
    heard = window.page.evaluate(LISTEN, tile)
    return heard is not None and abs(heard["hz"] - hz) <= 24 and heard["db"] > -60


def told(window: Window) -> str:
    """For a failure: what the page says of the call, and what is heard."""
    call = window.page.evaluate("JSON.stringify(window.consilium.call())")
    return f"{call} {window.page.evaluate(LISTEN, THEIRS)} {window.page.locator('.panel-call').inner_text()!r}"


def is_silent(window: Window, tile: str) -> bool:
    heard = window.page.evaluate(LISTEN, tile)
    return heard is not None and heard["db"] < -85


def sees(window: Window, tile: str, colour: tuple[int, int, int]) -> bool:
    seen = window.page.evaluate(LOOK, tile)
    return seen is not None and all(abs(a - b) < 40 for a, b in zip(seen, colour, strict=True))


# How many pictures arrive in a second.
COUNT = """async (tile) => {
  const video = document.querySelector(tile + " video");
  const before = video.getVideoPlaybackQuality().totalVideoFrames;
  await new Promise((done) => setTimeout(done, 1000));
  return video.getVideoPlaybackQuality().totalVideoFrames - before;
}"""


def has_no_picture(window: Window, tile: str) -> bool:
    """Nothing arrives any more, and the last picture does not stand there as if the person still did."""
    return window.page.locator(f"{tile} .initials").is_visible() and window.page.evaluate(COUNT, tile) == 0


@pytest.fixture
def meeting(server: Server, open_as: Callable[..., Window]) -> tuple[Window, Window]:
    case = stage.open_case(server, words="synthetique sans injection")
    expert = open_as(NEURORADIOLOGIST, size=(1280, 900), tone_hz=EXPERT_HZ, colour=EXPERT_COLOUR)
    requester = open_as(RADIOLOGIST, size=(1100, 900), tone_hz=REQUESTER_HZ, colour=REQUESTER_COLOUR)
    stage.enter(expert, server, case.room_id)
    stage.enter(requester, server, case.room_id)
    return expert, requester


def test_voices_and_faces_arrive_and_stop_when_switched_off(meeting: tuple[Window, Window]) -> None:
    expert, requester = meeting
    for window in meeting:
        window.page.get_by_role("button", name="Rejoindre l’appel").click()
    assert stage.eventually(requester, lambda: hears(requester, THEIRS, EXPERT_HZ), timeout_s=60), told(requester)
    assert stage.eventually(expert, lambda: hears(expert, THEIRS, REQUESTER_HZ), timeout_s=60), told(expert)
    assert stage.eventually(requester, lambda: sees(requester, THEIRS, EXPERT_COLOUR))
    assert stage.eventually(expert, lambda: sees(expert, THEIRS, REQUESTER_COLOUR))
    # Negative control: nobody hears themselves in the other's tile.
    assert not hears(expert, THEIRS, EXPERT_HZ)

    call = requester.page.evaluate("window.consilium.call()")
    assert call["state"] == "connected"
    assert [(peer["name"], peer["audio"], peer["video"]) for peer in call["peers"]] == [
        ("Dr Hélène Marchetti", True, True)
    ]

    expert.page.get_by_role("button", name="Couper le micro").click()
    assert stage.eventually(requester, lambda: is_silent(requester, THEIRS))
    assert hears(expert, THEIRS, REQUESTER_HZ)
    expert.page.get_by_role("button", name="Éteindre la caméra").click()
    assert stage.eventually(requester, lambda: has_no_picture(requester, THEIRS))
    assert not has_no_picture(expert, THEIRS)
    expert.page.get_by_role("button", name="Rétablir le micro").click()
    assert stage.eventually(requester, lambda: hears(requester, THEIRS, EXPERT_HZ))


def test_losing_the_call_leaves_the_images_and_the_phone_number(meeting: tuple[Window, Window]) -> None:
    expert, requester = meeting
    for window in meeting:
        window.page.get_by_role("button", name="Rejoindre l’appel").click()
    assert stage.eventually(requester, lambda: hears(requester, THEIRS, EXPERT_HZ), timeout_s=60)
    expert.page.get_by_role("button", name="Quitter").click()
    before = stage.views(expert)["stack"]["sop_instance_uid"]
    stage.scroll(expert, "stack", 1)
    assert stage.eventually(expert, lambda: stage.views(expert)["stack"]["sop_instance_uid"] != before)
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)
    assert requester.page.get_by_role("link", name="+33 1 99 00 00 11").is_visible()


def test_one_person_alone_hears_and_sees_themselves_through_the_server(
    server: Server, open_as: Callable[..., Window]
) -> None:
    case = stage.open_case(server, words="synthetique sans injection")
    expert = open_as(NEURORADIOLOGIST, size=(1280, 900), tone_hz=EXPERT_HZ, colour=EXPERT_COLOUR)
    stage.enter(expert, server, case.room_id)
    expert.page.get_by_role("button", name="Tester micro, caméra et réseau").click()
    expert.page.get_by_role("button", name="Commencer le test").click()
    returned = ".echo-result"
    assert stage.eventually(expert, lambda: hears(expert, returned, EXPERT_HZ), timeout_s=60)
    assert stage.eventually(expert, lambda: sees(expert, returned, EXPERT_COLOUR), timeout_s=60)


def test_a_refused_microphone_says_what_to_do_and_lets_one_listen(
    server: Server, open_as: Callable[..., Window]
) -> None:
    case = stage.open_case(server, words="synthetique sans injection")
    expert = open_as(NEURORADIOLOGIST, size=(1280, 900), flags=["--deny-permission-prompts"], devices_granted=False)
    stage.enter(expert, server, case.room_id)
    expert.page.get_by_role("button", name="Rejoindre l’appel").click()
    expert.page.get_by_text("Le navigateur refuse le micro ou la caméra").wait_for()
    expert.page.get_by_role("button", name="Écouter sans micro").click()
    assert stage.eventually(expert, lambda: expert.page.evaluate("window.consilium.call()")["state"] == "waiting")
