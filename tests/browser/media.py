"""Sound and pictures that fake microphones and cameras play: one tone, one colour, so that each can be told apart."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

RATE_HZ = 48_000


def write_tone(path: Path, frequency_hz: float, *, seconds: int = 20) -> Path:
    """A mono sine at half of full scale; Chromium plays it over and over."""
    times = np.arange(RATE_HZ * seconds) / RATE_HZ
    samples = (0.5 * 32767 * np.sin(2 * np.pi * frequency_hz * times)).astype("<i2")
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE_HZ)
        sound.writeframes(samples.tobytes())
    return path


def write_colour(path: Path, red: int, green: int, blue: int) -> Path:
    """A still 320x240 picture as YUV4MPEG2 (BT.601, studio swing), ten frames of it."""
    y = round(16 + 0.257 * red + 0.504 * green + 0.098 * blue)
    u = round(128 - 0.148 * red - 0.291 * green + 0.439 * blue)
    v = round(128 + 0.439 * red - 0.368 * green - 0.071 * blue)
    frame = b"FRAME\n" + bytes([y]) * (320 * 240) + bytes([u]) * (160 * 120) + bytes([v]) * (160 * 120)
    path.write_bytes(b"YUV4MPEG2 W320 H240 F30:1 Ip A1:1 C420jpeg\n" + frame * 10)
    return path
