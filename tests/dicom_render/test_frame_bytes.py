"""Frames come as they are stored, or uncompressed with the very numbers of the original."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest

from dicom_render.frame_bytes import frames_of
from dicom_render.refusal import Unreadable
from tests.collab.studies import make as make_studies


def multiframe() -> bytes:
    ds = pydicom.dcmread(io.BytesIO(make_studies.dicom(study_uid="1.2", series_uid="1.3")))
    ds.NumberOfFrames = 3
    ds.PixelData = np.arange(3 * 256, dtype="<i2").tobytes()
    written = io.BytesIO()
    ds.save_as(written)
    return written.getvalue()


def test_native_frames_are_cut_out_of_the_pixels() -> None:
    whole = np.arange(3 * 256, dtype="<i2").tobytes()
    assert frames_of(multiframe(), [3, 1], "stored") == [whole[1024:], whole[:512]]


def test_compressed_frames_come_both_ways(tool: Callable[[str], str], tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.dcm", tmp_path / "b.dcm"
    plain.write_bytes(make_studies.dicom(study_uid="1.2", series_uid="1.3"))
    subprocess.run([tool("dcmcrle"), str(plain), str(packed)], check=True)
    data = packed.read_bytes()
    (stored,) = frames_of(data, [1], "stored")
    assert stored[:4] == (2).to_bytes(4, "little")  # PS3.5 G.5: two segments of an RLE frame of 16 bits
    assert frames_of(data, [1], "uncompressed") == [pydicom.dcmread(plain).PixelData]


def test_a_frame_that_is_not_there_is_refused() -> None:
    with pytest.raises(Unreadable, match="no_such_frame"):
        frames_of(multiframe(), [4], "stored")
