"""Ear and eye: what they measure on made frames whose answer is known, and that they do not take one for another."""

import math

import numpy as np
import pytest
from av import AudioFrame, VideoFrame

from rtc.meters import SILENCE_DBFS, Ear, Eye, NotMeasured


def sine(tone_hz: float, *, rate_hz: int = 48_000, amplitude: float = 0.5, layout: str = "stereo") -> AudioFrame:
    """A quarter of a second, fuller than the ear's window."""
    wave = amplitude * np.sin(2 * np.pi * tone_hz * np.arange(rate_hz // 4) / rate_hz)
    channels = 2 if layout == "stereo" else 1
    samples = np.repeat((wave * 32767).astype(np.int16), channels)[np.newaxis, :]
    frame = AudioFrame.from_ndarray(samples, format="s16", layout=layout)
    frame.sample_rate = rate_hz
    return frame


def plain(colour: tuple[int, int, int]) -> VideoFrame:
    return VideoFrame.from_ndarray(np.full((48, 64, 3), colour, dtype=np.uint8), format="rgb24")


async def ear_of(*frames: AudioFrame) -> Ear:
    ear = Ear()
    for frame in frames:
        await ear.take(frame)
    return ear


@pytest.mark.parametrize("layout", ["mono", "stereo"])
@pytest.mark.parametrize("tone_hz", [300.0, 440.0, 1000.0, 3400.0])
async def test_the_ear_names_the_tone_to_half_a_bin(tone_hz: float, layout: str) -> None:
    found = (await ear_of(sine(tone_hz, layout=layout))).find_tone_hz()
    assert found == pytest.approx(tone_hz, abs=48_000 / 8192 / 2)


async def test_the_level_of_a_half_scale_sine_is_minus_nine_decibels() -> None:
    assert (await ear_of(sine(1000))).level_dbfs() == pytest.approx(20 * math.log10(0.5 / math.sqrt(2)), abs=0.01)


async def test_the_ear_does_not_take_one_tone_for_another() -> None:
    ear = await ear_of(sine(440))
    assert ear.hears(440)
    assert not ear.hears(1000)
    assert not ear.hears(470)


async def test_silence_has_no_tone() -> None:
    for ear in (Ear(), await ear_of(sine(1000, amplitude=0)), await ear_of(sine(1000, amplitude=0.0005))):
        assert ear.find_tone_hz() is None
    assert Ear().level_dbfs() == SILENCE_DBFS


async def test_only_the_last_moment_counts() -> None:
    assert (await ear_of(sine(1000), sine(440))).hears(440)


async def test_another_sample_rate_starts_a_new_window() -> None:
    ear = await ear_of(sine(1000), sine(1000, rate_hz=16_000))
    assert ear.hears(1000)


async def test_the_eye_gives_the_mean_colour_of_the_last_picture() -> None:
    eye = Eye()
    assert eye.find_colour() is None
    await eye.take(plain((1, 2, 3)))
    await eye.take(plain((32, 192, 64)))
    assert eye.find_colour() == (32, 192, 64)
    assert eye.sees((32, 192, 64))
    assert not eye.sees((192, 32, 64))


async def test_waiting_in_vain_says_what_was_there_instead() -> None:
    ear = await ear_of(sine(440))
    with pytest.raises(NotMeasured) as caught:
        await ear.until(lambda one: one.hears(1000), timeout_s=0.01)
    assert caught.value.facts["tone_hz"] == pytest.approx(440, abs=3)
    with pytest.raises(NotMeasured) as unseen:
        await Eye().until(lambda one: one.sees((1, 2, 3)), timeout_s=0.01)
    assert unseen.value.facts == {"frames": 0, "colour": None}
