"""A voice that is a pure tone and a camera that shows one colour, for ends of a call that have neither."""

import asyncio
import fractions

import numpy as np
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, VideoFrame

SAMPLE_RATE_HZ = 48_000
AUDIO_FRAME_SAMPLES = 960  # 20 ms, one Opus packet
AMPLITUDE = 0.5
VIDEO_CLOCK_HZ = 90_000
FRAMES_PER_SECOND = 15
WIDTH_PX, HEIGHT_PX = 320, 240

Colour = tuple[int, int, int]
BLACK: Colour = (0, 0, 0)


class _Pace:
    """Waits for the instant at which the media time `seconds` is due; the first call starts the time."""

    def __init__(self) -> None:
        self._start: float | None = None

    async def wait_until(self, seconds: float) -> None:
        now = asyncio.get_running_loop().time()
        if self._start is None:
            self._start = now - seconds
        await asyncio.sleep(max(0.0, self._start + seconds - now))


class ToneTrack(MediaStreamTrack):
    """A sine of `tone_hz` at half scale, mono, 48 kHz; silence while muted, as a browser's disabled track sends."""

    kind = "audio"

    def __init__(self, tone_hz: float) -> None:
        super().__init__()
        self.tone_hz = tone_hz
        self.is_muted = False
        self._sent_samples = 0
        self._pace = _Pace()

    async def recv(self) -> AudioFrame:
        if self.readyState != "live":
            raise MediaStreamError
        await self._pace.wait_until(self._sent_samples / SAMPLE_RATE_HZ)
        times_s = (self._sent_samples + np.arange(AUDIO_FRAME_SAMPLES)) / SAMPLE_RATE_HZ
        wave = np.zeros_like(times_s) if self.is_muted else AMPLITUDE * np.sin(2 * np.pi * self.tone_hz * times_s)
        frame = AudioFrame.from_ndarray((wave * 32767).astype(np.int16)[np.newaxis, :], format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE_HZ
        frame.pts = self._sent_samples
        frame.time_base = fractions.Fraction(1, SAMPLE_RATE_HZ)
        self._sent_samples += AUDIO_FRAME_SAMPLES
        return frame


class ColourTrack(MediaStreamTrack):
    """A picture of one colour (8-bit sRGB); black while off, as a browser's disabled camera sends."""

    kind = "video"

    def __init__(self, colour: Colour) -> None:
        super().__init__()
        self.colour = colour
        self.is_off = False
        self._sent_frames = 0
        self._pace = _Pace()

    async def recv(self) -> VideoFrame:
        if self.readyState != "live":
            raise MediaStreamError
        await self._pace.wait_until(self._sent_frames / FRAMES_PER_SECOND)
        colour = BLACK if self.is_off else self.colour
        picture = np.full((HEIGHT_PX, WIDTH_PX, 3), colour, dtype=np.uint8)
        frame = VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts = self._sent_frames * VIDEO_CLOCK_HZ // FRAMES_PER_SECOND
        frame.time_base = fractions.Fraction(1, VIDEO_CLOCK_HZ)
        self._sent_frames += 1
        return frame
