"""A file as Explicit VR Little Endian, for programs that read nothing else; its pixels keep their values."""

from io import BytesIO

import numpy as np
import pydicom
from pydicom.dataset import FileDataset
from pydicom.uid import ExplicitVRLittleEndian

from dicom_render.decoding import FrameSource
from dicom_render.headers import InstanceHeader
from dicom_render.layout import layout_of
from dicom_render.opening import open_dataset, refusing_everything, transfer_syntax_of
from dicom_render.refusal import Unreadable
from dicom_render.transfer_syntaxes import FAMILIES, LOSSY, Family

# An answer of a worker holds no more than 256 MiB, and what is written here is in memory twice.
MOST_BYTES = 200 << 20
_BIG_ENDIAN = "1.2.840.10008.1.2.2"
_COLOURS = {"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_RCT", "YBR_ICT", "XYB"}
# PS3.3 C.7.6.3.1.8-9 Extended Offset Table and its lengths: only where frames are encapsulated.
_OFFSET_TABLES = (0x7FE00001, 0x7FE00002)


def has_explicit(header: InstanceHeader) -> bool:
    """Whether `explicit_of` does it: not big-endian words outside the pixels, indices of a palette, single bits."""
    family = FAMILIES.get(header.transfer_syntax_uid)
    if family is None or header.transfer_syntax_uid == _BIG_ENDIAN:
        return False
    if family is Family.NATIVE or not header.frames:
        return True
    first = header.frames[0]
    if first.photometric_interpretation == "XYB" and family is not Family.JPEG_XL:
        return False
    is_drawn = first.photometric_interpretation in {"MONOCHROME1", "MONOCHROME2", *_COLOURS}
    size = first.rows * first.columns * first.samples_per_pixel * first.bits_allocated // 8
    return is_drawn and first.bits_allocated in {8, 16, 32} and size * header.number_of_frames <= MOST_BYTES


def explicit_of(data: bytes) -> bytes:
    """The same object as Explicit VR Little Endian: grey as stored, colour as RGB by pixel. Raises `Unreadable`."""
    dataset = open_dataset(data)
    with refusing_everything("malformed"):
        uid = transfer_syntax_of(dataset)
        layout = layout_of(dataset)
        if layout is not None and FAMILIES.get(uid) is not Family.NATIVE:
            _decompress(dataset)
            if uid in LOSSY:
                # C.7.6.1.1.5: once lossy, always told.
                dataset.LossyImageCompression = "01"
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        written = BytesIO()
        pydicom.dcmwrite(written, dataset, implicit_vr=False, little_endian=True, enforce_file_format=True)
        return written.getvalue()


def _decompress(dataset: FileDataset) -> None:
    # Its profile stays in the file, and whoever shows it applies that.
    source = FrameSource(dataset, as_srgb=False)
    layout = source.layout
    if layout.photometric == "PALETTE COLOR" or layout.bits_allocated < 8:
        raise Unreadable("unsupported_pixels", {"photometric_interpretation": layout.photometric})
    frames = [np.ascontiguousarray(source.decode(number + 1)) for number in range(layout.number_of_frames)]
    pixels = b"".join(frame.tobytes() for frame in frames)
    for tag in _OFFSET_TABLES:
        dataset.pop(tag, None)
    del dataset.PixelData
    # PS3.5 8.1.1 and A.2: an even number of bytes, OW where a sample has more than one.
    vr = "OW" if layout.bits_allocated > 8 else "OB"
    dataset.add_new("PixelData", vr, pixels + b"\0" * (len(pixels) % 2))
    if layout.samples == 3:
        dataset.PhotometricInterpretation = "RGB"
        dataset.PlanarConfiguration = 0
