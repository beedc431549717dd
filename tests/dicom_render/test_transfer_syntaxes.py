"""The transfer syntaxes that we decode, against pydicom's dictionary of UIDs."""

import pytest
from pydicom.uid import UID, AllTransferSyntaxes

from dicom_render.transfer_syntaxes import FAMILIES, LOSSY, Family, is_encapsulated

# How PS3.6 A.1 names the members of a family; the first that fits counts.
NAMES = {
    "RLE Lossless": Family.RLE,
    "JPEG-LS": Family.JPEG_LS,
    "High-Throughput JPEG 2000": Family.HTJ2K,
    "JPEG 2000": Family.JPEG_2000,
    "JPEG XL": Family.JPEG_XL,
    "JPEG Lossless": Family.JPEG_LOSSLESS,
    "JPEG ": Family.JPEG,
    "Deflated Image Frame": Family.DEFLATED_FRAME,
}
KNOWN_TO_PYDICOM = [uid for uid in FAMILIES if UID(uid).name != uid]


def test_pydicom_knows_nearly_all_of_them() -> None:
    """Those that it does not know are younger than its dictionary."""
    unknown = [FAMILIES[uid] for uid in FAMILIES if uid not in KNOWN_TO_PYDICOM]
    assert set(unknown) <= {Family.JPEG_XL, Family.DEFLATED_FRAME}
    assert len(unknown) <= 4


@pytest.mark.parametrize("uid", KNOWN_TO_PYDICOM)
def test_a_syntax_is_encapsulated_where_pydicom_says_so(uid: str) -> None:
    assert UID(uid).is_transfer_syntax
    assert is_encapsulated(uid) == UID(uid).is_encapsulated


@pytest.mark.parametrize("uid", [uid for uid in KNOWN_TO_PYDICOM if UID(uid).is_encapsulated])
def test_a_compressed_syntax_has_the_decoder_that_its_name_asks_for(uid: str) -> None:
    expected = next(family for name, family in NAMES.items() if UID(uid).name.startswith(name))
    if uid == "1.2.840.10008.1.2.4.203":
        expected = Family.JPEG_2000  # read by OpenJPEG on purpose, see the table
    assert FAMILIES[uid] is expected


def test_every_still_picture_syntax_that_is_in_use_has_a_decoder() -> None:
    """Video (MPEG, HEVC), references (JPIP) and live streams (SMPTE ST 2110) are no still pictures.

    Part 2 of JPEG 2000 transforms across the frames of a volume: none of its decoders is ours.
    """
    left_out = {
        uid.name
        for uid in AllTransferSyntaxes
        if uid not in FAMILIES
        and not any(word in uid.name for word in ("MPEG", "HEVC", "JPIP", "SMPTE", "Referenced", "(Retired)"))
    }
    part_2 = "JPEG 2000 Part 2 Multi-component Image Compression"
    assert left_out <= {part_2, f"{part_2} (Lossless Only)", "Encapsulated Uncompressed Explicit VR Little Endian"}


def test_what_nobody_knows_is_taken_for_encapsulated() -> None:
    """PS3.5 A.4: only the native encodings are not, and a private syntax is read as the length of its value says."""
    assert is_encapsulated("1.2.840.10008.1.2.4.102")
    assert is_encapsulated("1.2.826.0.1.3680043.8.498.1")


def test_a_syntax_whose_name_says_lossless_never_counts_as_lossy() -> None:
    named = [uid for uid in KNOWN_TO_PYDICOM if "Lossless" in UID(uid).name and "Near" not in UID(uid).name]
    assert len(named) >= 7
    assert not LOSSY & set(named)


def test_the_classic_jpeg_processes_lose_by_nature() -> None:
    """ITU-T T.81 4.3: baseline, extended, spectral selection and progression are DCT; 57 and 70 are predictive."""
    assert {uid for uid, family in FAMILIES.items() if family is Family.JPEG} <= LOSSY
    assert not {uid for uid, family in FAMILIES.items() if family is Family.JPEG_LOSSLESS} & LOSSY
