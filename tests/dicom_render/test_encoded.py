"""Frames decoded and encoded again before their series is arranged."""

from io import BytesIO
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import FileDataset
from pydicom.sequence import Sequence

from dicom_render.decoding import FrameSource
from dicom_render.encoded import EncodedFrame, EncodedFrames
from dicom_render.reading import header_of
from dicom_render.refusal import Unreadable
from tests.dicom_render import make


def encoded(made: FileDataset, folder: Path) -> tuple[EncodedFrame, NDArray[Any]]:
    read = pydicom.dcmread(BytesIO(make.file_of(made)))
    with EncodedFrames(folder / "scratch") as frames:
        kept = frames.add(FrameSource(read), read, header_of(read).frames[0], 1)
        return kept, imagecodecs.htj2k_decode(frames.read(kept))


def test_the_scratch_file_is_gone_afterwards(tmp_path: Path) -> None:
    encoded(make.dataset(make.noise()), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("dtype", "values"), [("int32", "int16"), ("uint32", "uint16"), ("int8", "int16")])
def test_other_widths_are_kept_where_their_values_fit(tmp_path: Path, dtype: str, values: str) -> None:
    pixels = make.noise(dtype=dtype)
    kept, back = encoded(make.dataset(pixels), tmp_path)
    assert kept.values == values
    np.testing.assert_array_equal(back, pixels)


def test_values_beyond_sixteen_bits_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        encoded(make.dataset(np.array([[0, 70000]], np.uint32)), tmp_path)
    assert refused.value.code == "values_too_wide"


def test_a_modality_table_is_applied_once_here(tmp_path: Path) -> None:
    """PS3.3 C.11.1.1.1: browsers know slope and intercept only."""
    made = make.dataset(np.array([[0, 1], [2, 3]], np.uint16), RescaleSlope=None, RescaleIntercept=None)
    item = pydicom.Dataset()
    item.LUTDescriptor, item.ModalityLUTType = [4, 0, 16], "OD"
    item.add_new("LUTData", "US", [7, 50, 600, 7000])
    made.ModalityLUTSequence = Sequence([item])
    kept, back = encoded(made, tmp_path)
    assert (kept.slope, kept.intercept, kept.unit) == (1.0, 0.0, "OD")
    np.testing.assert_array_equal(back, [[7, 50], [600, 7000]])
