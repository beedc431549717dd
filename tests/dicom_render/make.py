"""Builders of DICOM files, headers and hostile files for the tests of dicom_render."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import imagecodecs
import msgspec
import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    RLELossless,
)

from dicom_render.headers import FrameHeader, InstanceHeader, Patient
from dicom_render.transfer_syntaxes import is_encapsulated

STUDY, SERIES, SPACE = "1.2.3.1", "1.2.3.2", "1.2.3.3"
STAND_INS = {
    "1.2.840.10008.1.2.4.110": "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.4.111": "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.4.112": "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.8.1": "1.2.840.10008.1.2.4.90",
}
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)


def frame_header(**changes: Any) -> FrameHeader:
    """A 512x512 axial CT slice at the origin."""
    usual: dict[str, Any] = {
        "rows": 512,
        "columns": 512,
        "samples_per_pixel": 1,
        "bits_allocated": 16,
        "bits_stored": 16,
        "pixel_representation": 1,
        "photometric_interpretation": "MONOCHROME2",
        "image_position_mm": (0.0, 0.0, 0.0),
        "image_orientation": AXIAL,
        "pixel_spacing_mm": (0.5, 0.5),
        "frame_of_reference_uid": SPACE,
    }
    return FrameHeader(**{**usual, **changes})


def instance(*frames: FrameHeader, number: int = 1, modality: str = "CT", uid: str | None = None) -> InstanceHeader:
    """An instance of one series around those frames."""
    return InstanceHeader(
        study_uid=STUDY,
        series_uid=SERIES,
        sop_instance_uid=uid or f"1.2.3.4.{number}",
        sop_class_uid=CTImageStorage,
        transfer_syntax_uid=ExplicitVRLittleEndian,
        modality=modality,
        patient=Patient("TEST^PATIENT", "1", "", "", ""),
        instance_number=number,
        has_pixels=True,
        number_of_frames=len(frames),
        frames=frames,
    )


def slices(heights: Sequence[float], *, shift_per_mm: float = 0.0, **changes: Any) -> list[InstanceHeader]:
    """Axial slices at those heights, numbered in the order given, each shifted in y by its height."""
    return [
        instance(frame_header(image_position_mm=(0.0, shift_per_mm * height, height), **changes), number=number)
        for number, height in enumerate(heights, start=1)
    ]


def with_frame(header: InstanceHeader, **changes: Any) -> InstanceHeader:
    frames = tuple(msgspec.structs.replace(frame, **changes) for frame in header.frames)
    return msgspec.structs.replace(header, frames=frames)


def dataset(pixels: NDArray[Any], *, transfer_syntax: str = ExplicitVRLittleEndian, **attributes: Any) -> FileDataset:
    """A CT object of these grey or RGB pixels, native unless PixelData is given."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = attributes.get("SOPInstanceUID", "1.2.3.4.1")
    meta.TransferSyntaxUID = transfer_syntax
    made = FileDataset(BytesIO(), {}, preamble=b"\0" * 128, file_meta=meta)
    made.SOPClassUID = CTImageStorage
    made.SOPInstanceUID, made.StudyInstanceUID, made.SeriesInstanceUID = "1.2.3.4.1", STUDY, SERIES
    made.Modality, made.PatientName, made.PatientID = "CT", "TEST^PATIENT", "1"
    made.FrameOfReferenceUID, made.InstanceNumber = SPACE, 1
    made.Rows, made.Columns = pixels.shape[0], pixels.shape[1]
    made.SamplesPerPixel = 1 if pixels.ndim == 2 else 3
    made.PhotometricInterpretation = "MONOCHROME2" if pixels.ndim == 2 else "RGB"
    if pixels.ndim == 3:
        made.PlanarConfiguration = 0
    made.BitsAllocated = made.BitsStored = 8 * pixels.dtype.itemsize
    made.HighBit = made.BitsStored - 1
    made.PixelRepresentation = int(pixels.dtype.kind == "i")
    made.ImagePositionPatient, made.ImageOrientationPatient = [0, 0, 0], list(AXIAL)
    made.PixelSpacing, made.RescaleSlope, made.RescaleIntercept = [0.5, 0.5], 1, 0
    for keyword, value in attributes.items():
        if value is None:
            delattr(made, keyword)
        else:
            setattr(made, keyword, value)
    if "PixelData" not in attributes:
        made.PixelData = np.ascontiguousarray(pixels).tobytes()
    made["PixelData"].VR = "OW" if pixels.dtype.itemsize == 2 else "OB"
    made["PixelData"].is_undefined_length = is_encapsulated(transfer_syntax)
    return made


def file_of(made: FileDataset) -> bytes:
    buffer = BytesIO()
    # pydicom refuses to write the newest transfer syntaxes: written as one of the same length, then renamed.
    wanted = str(made.file_meta.TransferSyntaxUID)
    stand_in = STAND_INS.get(wanted, wanted)
    made.file_meta.TransferSyntaxUID = stand_in
    pydicom.dcmwrite(buffer, made, enforce_file_format=True)
    return buffer.getvalue().replace(stand_in.encode(), wanted.encode().ljust(len(stand_in), b"\0"), 1)


def image(pixels: NDArray[Any], **attributes: Any) -> bytes:
    return file_of(dataset(pixels, **attributes))


def noise(rows: int = 64, columns: int = 64, *, seed: int = 1, dtype: str = "int16") -> NDArray[Any]:
    """Smooth structure under noise, so that codecs and interpolation have something to do."""
    random = np.random.default_rng(seed)
    waves = 40 * np.add.outer(np.sin(np.arange(rows) / 9), np.cos(np.arange(columns) / 7))
    return (100 + waves + random.normal(0, 5, (rows, columns))).astype(dtype)


# --- hostile files ---


def rle_bomb(side: int = 20_000, *, repeats: int = 50) -> bytes:
    """868 bytes or so that say 20000x20000 while their one segment holds a few runs."""
    frame = struct.pack("<16I", 1, 64, *([0] * 14)) + b"\x81\x00" * repeats
    return image(
        np.zeros((2, 2), np.uint8),
        transfer_syntax=RLELossless,
        Rows=side,
        Columns=side,
        PixelData=encapsulate([frame]),
    )


def j2k_bomb(*, header_side: int = 64, codestream_side: int = 12_000) -> bytes:
    """A small JPEG 2000 codestream whose SIZ was rewritten: asks for far more than the DICOM header says."""
    stream = bytearray(imagecodecs.jpeg2k_encode(np.zeros((64, 64), np.uint8), level=0, codecformat="j2k"))
    for at in (8, 12, 24, 28):  # Xsiz, Ysiz, XTsiz, YTsiz
        stream[at : at + 4] = struct.pack(">I", codestream_side)
    return image(
        np.zeros((2, 2), np.uint8),
        transfer_syntax=JPEG2000Lossless,
        Rows=header_side,
        Columns=header_side,
        PixelData=encapsulate([bytes(stream)]),
    )


def deflated_bomb(size: int = 1 << 30) -> bytes:
    """A deflated file of about a megabyte, one private element of which inflates to `size` zeros."""
    plain = image(np.zeros((16, 16), np.uint8), transfer_syntax=DeflatedExplicitVRLittleEndian)
    meta_end = 144 + struct.unpack_from("<I", plain, 140)[0]
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(struct.pack("<HH", 0x0009, 0x1010) + b"OB\0\0" + struct.pack("<I", size))
    block = bytes(1 << 20)
    packed += b"".join(packer.compress(block) for _ in range(size >> 20)) + packer.flush()
    return plain[:meta_end] + packed
