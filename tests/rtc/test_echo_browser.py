"""The pre-call echo with a real Chromium: it hears its own tone and sees its own colour back."""

import math
import wave
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Page, Route, async_playwright

from rtc.echo import EchoEnd, EchoLimit, EchoPeer, EchoSettings
from rtc.signals import Candidate, Offer, parse_signal

pytestmark = pytest.mark.browser

TONE_HZ = 1000
WAIT_MS = 30_000
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-proxy-server",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)

# Perfect order for one offer: the page offers, trickles, and takes one answer. `heard` and `seen` measure what returns.
PAGE = """<!doctype html><video id=v muted autoplay></video><script>
async function start() {
  const plain = {echoCancellation: false, noiseSuppression: false, autoGainControl: false};
  const mine = await navigator.mediaDevices.getUserMedia({audio: plain, video: {width: 320, height: 240}});
  window.mine = mine;
  const pc = window.pc = new RTCPeerConnection({iceServers: []});
  const ready = new Promise(done => window.answered = done);
  pc.onicecandidate = async ({candidate: c}) => { await ready; send(JSON.stringify({type: "candidate",
    candidate: c ? c.candidate : "", sdp_mid: c ? c.sdpMid : null, sdp_m_line_index: c ? c.sdpMLineIndex : null})); };
  pc.ontrack = ({track}) => {
    if (track.kind === "video") { v.srcObject = new MediaStream([track]); return; }
    const context = new AudioContext(), ear = window.ear = context.createAnalyser();
    new Audio().srcObject = new MediaStream([track]);
    context.createMediaStreamSource(new MediaStream([track])).connect(ear);
  };
  mine.getTracks().forEach(track => pc.addTrack(track, mine));
  await pc.setLocalDescription();
  const answer = await send(JSON.stringify({type: "offer", sdp: pc.localDescription.sdp}));
  await pc.setRemoteDescription(JSON.parse(answer));
  window.answered();
}
function heard() {
  if (!window.ear) return [0, -Infinity];
  const bins = new Float32Array(ear.frequencyBinCount);
  ear.getFloatFrequencyData(bins);
  const top = bins.indexOf(Math.max(...bins));
  return [top * ear.context.sampleRate / ear.fftSize, bins[top]];
}
function seen() {
  if (!v.videoWidth) return null;
  const c = new OffscreenCanvas(8, 8).getContext("2d");
  c.drawImage(v, 0, 0, 8, 8);
  const d = c.getImageData(0, 0, 8, 8).data, mean = [0, 0, 0];
  for (let i = 0; i < d.length; i++) if (i % 4 < 3) mean[i % 4] += d[i] / 64;
  return mean;
}
</script>"""


def write_tone(path: Path) -> None:
    """Two seconds of whole periods, so that Chromium's loop has no click."""
    samples = (int(16_000 * math.sin(2 * math.pi * TONE_HZ * n / 48_000)) for n in range(96_000))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(b"".join(value.to_bytes(2, "little", signed=True) for value in samples))


def write_green(path: Path) -> None:
    """A YUV4MPEG2 file of green, (32, 192, 64) in BT.601 limited range: Y 128, Cb 95, Cr 66."""
    picture = bytes([128]) * (320 * 240) + bytes([95]) * (160 * 120) + bytes([66]) * (160 * 120)
    path.write_bytes(b"YUV4MPEG2 W320 H240 F30:1 Ip A1:1 C420jpeg\n" + (b"FRAME\n" + picture) * 30)


@pytest.fixture
async def page(tool: Callable[[str], str], tmp_path: Path) -> AsyncIterator[Page]:
    write_tone(tmp_path / "tone.wav")
    write_green(tmp_path / "green.y4m")
    media = (
        f"--use-file-for-fake-audio-capture={tmp_path / 'tone.wav'}",
        f"--use-file-for-fake-video-capture={tmp_path / 'green.y4m'}",
    )

    async def serve(route: Route) -> None:
        await route.fulfill(body=PAGE, content_type="text/html")

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=tool("chromium"), args=[*FLAGS, *media])
        page = await browser.new_page()
        # localhost is a secure context (getUserMedia asks for one); nothing listens there, the route answers.
        await page.route("http://localhost/**", serve)
        await page.goto("http://localhost/")
        yield page
        await browser.close()


async def test_chromium_hears_and_sees_itself_through_the_echo(page: Page) -> None:
    echo = EchoPeer(EchoLimit(1), settings=EchoSettings(host_addresses=("127.0.0.1",)))

    async def send(text: str) -> str:
        signal = parse_signal(text)
        if isinstance(signal, Offer):
            return msgspec.json.encode(await echo.answer(signal)).decode()
        assert isinstance(signal, Candidate)
        await echo.receive(signal)
        return ""

    await page.expose_function("send", send)
    await page.evaluate("start()")
    near = f"([hz, db]) => Math.abs(hz - {TONE_HZ}) <= 24 && db > -60"
    await page.wait_for_function(f"({near})(heard())", timeout=WAIT_MS)
    await page.wait_for_function(
        "() => { const s = seen(); return s && [32, 192, 64].every((c, i) => Math.abs(c - s[i]) < 25); }",
        timeout=WAIT_MS,
    )
    await page.evaluate("mine.getTracks().forEach(track => track.enabled = false)")
    await page.wait_for_function("heard()[1] < -80", timeout=WAIT_MS)
    await page.wait_for_function("seen().every(c => c < 20)", timeout=WAIT_MS)
    await page.evaluate("pc.close()")
    report = await echo.finished()
    assert report.ended is EchoEnd.DISCONNECTED
    assert report.audio_packets > 20
    assert report.video_frames > 10
