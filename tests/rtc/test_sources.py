"""The tone and the colour that a headless end sends, measured by numpy and pixel by pixel."""

import numpy as np
import pytest
from aiortc.mediastreams import MediaStreamError

from rtc.sources import AMPLITUDE, AUDIO_FRAME_SAMPLES, SAMPLE_RATE_HZ, ColourTrack, ToneTrack


async def test_the_tone_has_its_frequency_and_no_break_between_frames() -> None:
    track = ToneTrack(1000)
    samples = np.concatenate([(await track.recv()).to_ndarray()[0] for _ in range(10)]) / 32768
    expected = AMPLITUDE * np.sin(2 * np.pi * 1000 * np.arange(samples.size) / SAMPLE_RATE_HZ)
    assert np.max(np.abs(samples - expected)) < 1e-4
    track.stop()


async def test_frames_are_numbered_in_samples() -> None:
    track = ToneTrack(440)
    assert [(await track.recv()).pts for _ in range(3)] == [0, AUDIO_FRAME_SAMPLES, 2 * AUDIO_FRAME_SAMPLES]
    track.stop()


async def test_a_muted_tone_is_silence() -> None:
    track = ToneTrack(1000)
    track.is_muted = True
    assert not (await track.recv()).to_ndarray().any()
    track.stop()


async def test_the_picture_has_its_colour_and_is_black_when_off() -> None:
    track = ColourTrack((32, 192, 64))
    first = await track.recv()
    track.is_off = True
    second = await track.recv()
    assert np.unique(first.to_ndarray(format="rgb24").reshape(-1, 3), axis=0).tolist() == [[32, 192, 64]]
    assert not second.to_ndarray(format="rgb24").any()
    assert (first.pts, second.pts) == (0, 6000)  # 15 pictures a second on the 90 kHz clock
    track.stop()


@pytest.mark.parametrize("track_of", [lambda: ToneTrack(440), lambda: ColourTrack((1, 2, 3))])
async def test_a_stopped_source_ends(track_of) -> None:
    track = track_of()
    track.stop()
    with pytest.raises(MediaStreamError):
        await track.recv()
