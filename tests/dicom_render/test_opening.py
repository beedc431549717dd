"""Bytes to a dataset, bounded and with one kind of error."""

import zlib

import numpy as np
import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

from dicom_render.opening import UID, inflate, open_dataset, refusing_everything, transfer_syntax_of
from dicom_render.refusal import Unreadable
from tests.dicom_render import make


def test_a_deflated_file_is_read_like_a_plain_one() -> None:
    pixels = make.noise()
    deflated = open_dataset(make.image(pixels, transfer_syntax=DeflatedExplicitVRLittleEndian))
    np.testing.assert_array_equal(np.frombuffer(deflated.PixelData, np.int16).reshape(64, 64), pixels)
    assert transfer_syntax_of(deflated) == DeflatedExplicitVRLittleEndian


def test_a_bare_dataset_is_read_and_its_syntax_told_from_its_encoding() -> None:
    plain = make.image(make.noise())
    bare = plain[plain.index(b"\x08\x00\x16\x00UI") :]
    opened = open_dataset(bare)
    assert opened.SOPInstanceUID == "1.2.3.4.1"
    assert transfer_syntax_of(opened) == ExplicitVRLittleEndian


def test_inflating_stops_at_its_bound() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(bytes(100_000)) + packer.flush()
    assert inflate(packed, 100_000) == bytes(100_000)
    with pytest.raises(Unreadable) as refused:
        inflate(packed, 50_000)
    assert refused.value.code == "too_large"


@pytest.mark.parametrize("error", [AttributeError("x"), zlib.error("x"), KeyError("x"), NotImplementedError()])
def test_any_error_becomes_a_refusal(error: Exception) -> None:
    with pytest.raises(Unreadable) as refused, refusing_everything("malformed"):
        raise error
    assert refused.value.facts["error"] == type(error).__name__


def test_running_out_of_memory_is_a_refusal_too() -> None:
    with pytest.raises(Unreadable) as refused, refusing_everything("malformed"):
        raise MemoryError
    assert refused.value.code == "too_large"


@pytest.mark.parametrize("text", ["", "1.2.3\n", "1" * 65, "1.2.a", "../1.2", "1.2.3 "])
def test_what_is_no_uid(text: str) -> None:
    assert UID.match(text) is None
