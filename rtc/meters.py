"""What arrives over a connection, measured: strongest frequency, level, mean colour; nothing is kept or played."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np
from av import AudioFrame, VideoFrame
from numpy.typing import NDArray

# 171 ms at 48 kHz, bins of 5.9 Hz: short enough to follow a mute, fine enough to tell 1000 Hz from 976.
WINDOW_SAMPLES = 8192
SILENCE_DBFS = -120.0
# Below this a spectrum's strongest bin is codec noise, not a tone.
AUDIBLE_DBFS = -60.0


class NotMeasured(Exception):
    """What was waited for did not arrive in time; the facts say what did."""

    def __init__(self, facts: Mapping[str, object]) -> None:
        super().__init__(f"not measured: {facts}")
        self.code: Literal["not_measured"] = "not_measured"
        self.facts = facts


class Ear:
    """The last 171 ms heard."""

    def __init__(self) -> None:
        self.frames = 0
        self._rate_hz = 0
        self._window: NDArray[np.float64] = np.zeros(WINDOW_SAMPLES)
        self._heard = asyncio.Condition()

    async def take(self, frame: AudioFrame) -> None:
        samples = _mono(frame)[-WINDOW_SAMPLES:]
        if frame.sample_rate != self._rate_hz:
            self._rate_hz, self._window = frame.sample_rate, np.zeros(WINDOW_SAMPLES)
        self._window = np.concatenate((self._window[len(samples) :], samples))
        self.frames += 1
        async with self._heard:
            self._heard.notify_all()

    def level_dbfs(self) -> float:
        """Root mean square against full scale: a sine at half scale reads -9 dB."""
        power = float(np.mean(self._window**2))
        return 10 * float(np.log10(power)) if power > 1e-12 else SILENCE_DBFS

    def find_tone_hz(self) -> float | None:
        """The strongest frequency, to half a bin (3 Hz at 48 kHz); None while it is as good as silent."""
        if self.level_dbfs() < AUDIBLE_DBFS:
            return None
        spectrum = np.abs(np.fft.rfft(self._window * np.hanning(WINDOW_SAMPLES)))
        return float(np.argmax(spectrum)) * self._rate_hz / WINDOW_SAMPLES

    def hears(self, tone_hz: float, *, within_hz: float = 24.0) -> bool:
        found = self.find_tone_hz()
        return found is not None and abs(found - tone_hz) <= within_hz

    async def until(self, is_heard: Callable[["Ear"], bool], *, timeout_s: float) -> None:
        """Wait until `is_heard(ear)`; raises NotMeasured."""
        try:
            async with asyncio.timeout(timeout_s), self._heard:
                await self._heard.wait_for(lambda: is_heard(self))
        except TimeoutError:
            facts = {"frames": self.frames, "tone_hz": self.find_tone_hz(), "level_dbfs": self.level_dbfs()}
            raise NotMeasured(facts) from None


class Eye:
    """The last picture seen."""

    def __init__(self) -> None:
        self.frames = 0
        self._frame: VideoFrame | None = None
        self._seen = asyncio.Condition()

    async def take(self, frame: VideoFrame) -> None:
        self._frame = frame
        self.frames += 1
        async with self._seen:
            self._seen.notify_all()

    def find_colour(self) -> tuple[float, float, float] | None:
        """Mean of the picture, 8-bit RGB; None before the first one."""
        if self._frame is None:
            return None
        mean = self._frame.to_ndarray(format="rgb24").mean(axis=(0, 1))
        return float(mean[0]), float(mean[1]), float(mean[2])

    def sees(self, colour: tuple[int, int, int], *, within: float = 20.0) -> bool:
        """Chroma subsampling, limited range and VP8 move a plain colour by a few units of each channel."""
        found = self.find_colour()
        return found is not None and all(abs(a - b) <= within for a, b in zip(found, colour, strict=True))

    async def until(self, is_seen: Callable[["Eye"], bool], *, timeout_s: float) -> None:
        """Wait until `is_seen(eye)`; raises NotMeasured."""
        try:
            async with asyncio.timeout(timeout_s), self._seen:
                await self._seen.wait_for(lambda: is_seen(self))
        except TimeoutError:
            raise NotMeasured({"frames": self.frames, "colour": self.find_colour()}) from None


def _mono(frame: AudioFrame) -> NDArray[np.float64]:
    """Samples in -1..1, channels averaged. Decoders of aiortc give packed 16-bit: one row, channels interleaved."""
    channels = len(frame.layout.channels)
    samples = frame.to_ndarray().reshape(-1, channels) if frame.format.is_packed else frame.to_ndarray().T
    assert samples.dtype == np.int16
    return samples.astype(np.float64).mean(axis=1) / 32768
