"""Bytes to a pydicom dataset, bounded and with one kind of error; knows nothing of what the attributes mean."""

import re
import warnings
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from io import BytesIO

import pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.filereader import read_dataset
from pydicom.tag import BaseTag
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from dicom_render.limits import MAX_INFLATED_BYTES
from dicom_render.refusal import Refusal, Unreadable

UID = re.compile(r"[0-9.]{1,64}\Z")

# A Part 10 file may carry anything in its 128 bytes of preamble (PS3.10 7.1); these make it a program or a document.
_FOREIGN = {b"MZ": "pe", b"PK\x03\x04": "zip", b"%PDF": "pdf", b"\x7fELF": "elf", b"#!": "script", b"<": "markup"}
# A bare dataset begins with a tag of group 2 or 8, low element first: the only files without preamble we try.
_BARE = re.compile(rb"[\x02\x08]\x00[\x00-\x60]\x00", re.DOTALL)


@contextmanager
def refusing_everything(code: str) -> Generator[None]:
    """Turns whatever pydicom, zlib or a codec raises on hostile bytes into `Unreadable(code)`, warnings silenced."""
    try:
        # Not thread-safe before Python 3.14; at worst a warning of another thread is lost with ours.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Refusal:
        raise
    except MemoryError:
        raise Unreadable("too_large", {"while": code}) from None
    except Exception as error:  # seen in fuzzing: AttributeError, KeyError, NotImplementedError, zlib.error, struct...
        raise Unreadable(code, {"error": type(error).__name__, "text": str(error)[:200]}) from None


def open_dataset(data: bytes) -> FileDataset:
    """Parses a DICOM file held in memory. Raises `Unreadable`: not_dicom, polyglot, too_large, malformed."""
    has_prefix = data[128:132] == b"DICM"
    for mark, kind in _FOREIGN.items():
        if data.startswith(mark):
            raise Unreadable("polyglot" if has_prefix else "not_dicom", {"looks_like": kind})
    if not has_prefix and not _BARE.match(data):
        raise Unreadable("not_dicom", {"size": len(data)})
    with refusing_everything("malformed"):
        if has_prefix:
            meta = _file_meta(source := BytesIO(data))
            if meta.get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian:
                return _open_deflated(data, meta, start=source.tell())
        # From memory, not from a file handle: pydicom allocates a declared length before it reads a handle.
        return pydicom.dcmread(BytesIO(data), force=not has_prefix)


def transfer_syntax_of(dataset: FileDataset) -> str:
    """The file's transfer syntax; without file meta information, what the encoding of the dataset says."""
    declared = str(getattr(dataset.file_meta, "TransferSyntaxUID", "") or "")
    if declared:
        return declared
    implicit, little = dataset.original_encoding
    if not little:
        return str(ExplicitVRBigEndian)
    return str(ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian)


def _open_deflated(data: bytes, meta: FileMetaDataset, *, start: int) -> FileDataset:
    # pydicom inflates without bound (1.0 MB to 2 GB seen), so the stream is opened here and its dataset handed over.
    body = read_dataset(BytesIO(inflate(data[start:], MAX_INFLATED_BYTES)), is_implicit_VR=False, is_little_endian=True)
    opened = FileDataset(BytesIO(), body, data[:128], meta, is_implicit_VR=False, is_little_endian=True)
    opened.set_original_encoding(False, True)
    return opened


def inflate(stream: bytes, most: int) -> bytes:
    """Raw deflate (PS3.5 A.5), refused as `too_large` once it grows beyond `most` bytes."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    inflated = inflater.decompress(stream, most)
    if inflater.unconsumed_tail:
        raise Unreadable("too_large", {"inflated_over": most, "deflated": len(stream)})
    return inflated + inflater.flush()


def _file_meta(source: BytesIO) -> FileMetaDataset:
    source.seek(132)
    group_2 = read_dataset(source, is_implicit_VR=False, is_little_endian=True, stop_when=_is_past_group_2)
    return FileMetaDataset(group_2)


def _is_past_group_2(tag: BaseTag, _vr: str | None, _length: int) -> bool:
    return tag.group != 2
