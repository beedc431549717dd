"""Each malformed file of the set, and planted ones, through limited workers: read, or refused by its own reason."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless

from dicom_render.prepare import prepare_series
from dicom_render.reading import read_header
from dicom_render.refusal import Refusal
from dicom_render.workers import Workers
from tests.dicom_render import make

# By hand from what each file is known for (its source says it, dcmdump shows it); None: odd, but whole.
EXPECTED: dict[str, str | None] = {
    "pydicom/ExplVR_BigEnd.dcm": None,
    "pydicom/ExplVR_LitEndNoMeta.dcm": None,
    "pydicom/J2K_pixelrep_mismatch.dcm": None,
    "pydicom/MR_truncated.dcm": "truncated",
    "pydicom/SC_rgb_small_odd.dcm": None,
    "pydicom/UN_sequence.dcm": "bad_uid",
    "pydicom/badVR.dcm": "malformed",
    "pydicom/empty_charset_LEI.dcm": "bad_uid",
    "pydicom/image_dfl.dcm": None,
    "pydicom/meta_missing_tsyntax.dcm": "unsupported_pixels",
    "pydicom/nested_priv_SQ.dcm": "unsupported_pixels",
    # Its first byte is missing, so that no tag is where it should be.
    "pydicom/no_meta.dcm": "not_dicom",
    "pydicom/no_meta_group_length.dcm": "bad_uid",
    "pydicom/priv_SQ.dcm": "bad_uid",
    "pydicom/rtplan_truncated.dcm": None,
    "pydicom_data_odd/MR-SIEMENS-DICOM-WithOverlays.dcm": None,
    # Its UIDs are hashes.
    "pydicom_data_odd/bad_sequence.dcm": "bad_uid",
    "pydicom_data_odd/emri_small_jpeg_2k_lossless_too_short.dcm": "bad_uid",
    "pydicom_data_odd/explicit_VR-UN.dcm": None,
    "pydicom_data_odd/gdcm-US-ALOKA-16.dcm": None,
    "pydicom_data_odd/mlut_18.dcm": None,
    "pydicom_data_odd/parametric_map_float.dcm": "float_pixels",
    "pydicom_data_odd/vlut_04.dcm": None,
}


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(1, cpu_seconds=20) as made:
        yield made


def outcome(workers: Workers, path: Path, out: Path) -> str | None:
    """The code of the refusal at the door or at the preparation; None for a file that went in."""
    try:
        workers.run(read_header, path.read_bytes())
        prepared = workers.run(prepare_series, [path], out)
    except Refusal as refusal:
        return refusal.code
    return prepared.set_aside[0].code if prepared.set_aside else None


@pytest.mark.parametrize("name", list(EXPECTED))
def test_a_malformed_file_is_refused_by_its_reason(
    workers: Workers, test_data: Path, tmp_path: Path, name: str
) -> None:
    assert outcome(workers, test_data / "11_malformed" / name, tmp_path / "out") == EXPECTED[name]


def test_no_malformed_file_of_the_set_is_left_out(test_data: Path) -> None:
    folder = test_data / "11_malformed"
    assert {str(file.relative_to(folder)) for file in folder.glob("pydicom*/*.dcm")} == set(EXPECTED)


PIXELS = make.noise(32, 32)


def cut(part: float) -> bytes:
    whole = make.image(PIXELS)
    return whole[: int(part * len(whole))]


def claiming(**attributes: Any) -> bytes:
    return make.image(PIXELS, **attributes)


def compressed(frame: bytes, syntax: str, **attributes: Any) -> bytes:
    return make.image(
        PIXELS, transfer_syntax=syntax, PixelData=encapsulate([frame + b"\0" * (len(frame) % 2)]), **attributes
    )


def wide_jpeg_2000(components: int) -> bytes:
    """A codestream that says it has so many components (ISO/IEC 15444-1 A.5.1: Csiz, bytes 40 and 41)."""
    stream = bytearray(imagecodecs.jpeg2k_encode(PIXELS, level=0, codecformat="j2k"))
    stream[40:42] = struct.pack(">H", components)
    return bytes(stream)


def huge_jpeg_ls() -> bytes:
    """ITU-T T.87 C.2.2: the lines and samples of SOF55, made the largest there are."""
    stream = bytearray(imagecodecs.jpegls_encode(PIXELS.view(np.uint16)))
    at = stream.index(b"\xff\xf7")
    stream[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    return bytes(stream)


def sequence_in_itself(depth: int) -> bytes:
    """Items of undefined length within each other, as deep as that."""
    opened = struct.pack("<HH2sHI", 0x0040, 0xA730, b"SQ", 0, 0xFFFFFFFF) + struct.pack(
        "<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF
    )
    whole = make.image(PIXELS)
    at = whole.index(struct.pack("<HH", 0x7FE0, 0x0010))
    return whole[:at] + opened * depth


PLANTED: dict[str, tuple[bytes, set[str]]] = {
    "half a file": (cut(0.5), {"truncated", "missing_pixels", "malformed"}),
    "its last bytes gone": (cut(0.99), {"truncated"}),
    "rows beyond all memory": (claiming(Rows=60_000, Columns=60_000), {"too_large"}),
    "more frames than bytes": (claiming(NumberOfFrames=5000), {"truncated"}),
    "frames beyond reason": (claiming(NumberOfFrames=2_000_000_000), {"too_large"}),
    "no rows": (claiming(Rows=0), {"unsupported_pixels"}),
    "seven bits": (claiming(BitsAllocated=7), {"unsupported_pixels"}),
    "colours nobody knows": (claiming(PhotometricInterpretation="CMYK"), {"unsupported_pixels"}),
    "two samples": (claiming(SamplesPerPixel=2), {"truncated"}),
    "an RLE bomb": (make.rle_bomb(8000), {"truncated"}),
    "a JPEG 2000 bomb": (make.j2k_bomb(), {"contradiction"}),
    "a JPEG-LS bomb": (compressed(huge_jpeg_ls(), JPEGLSLossless), {"contradiction"}),
    "components without end": (compressed(wide_jpeg_2000(60_000), JPEG2000Lossless), {"unsupported_pixels"}),
    "noise for a codestream": (compressed(b"\x17" * 500, JPEGLSLossless), {"malformed"}),
    "an empty codestream": (compressed(b"\0\0", JPEGLSLossless), {"malformed", "missing_pixels"}),
    "sequences in sequences": (sequence_in_itself(20_000), {"malformed", "too_large", "killed", "exited"}),
    "a name for a UID": (make.image(PIXELS).replace(b"1.2.3.1\0", b"../../et"), {"bad_uid"}),
}


@pytest.mark.parametrize("name", list(PLANTED))
def test_a_planted_fault_is_refused_by_its_reason(workers: Workers, tmp_path: Path, name: str) -> None:
    data, codes = PLANTED[name]
    (tmp_path / "planted.dcm").write_bytes(data)
    assert outcome(workers, tmp_path / "planted.dcm", tmp_path / "out") in codes


def test_a_deflated_bomb_is_refused_and_the_worker_lives_on(workers: Workers) -> None:
    with pytest.raises(Refusal) as refused:
        workers.run(read_header, make.deflated_bomb(1 << 29))
    assert refused.value.code == "too_large"
    assert workers.run(read_header, make.image(PIXELS)).has_pixels
