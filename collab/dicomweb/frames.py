"""Frames of one instance in the form that a client can read: stored, uncompressed, or HTJ2K out of a prepared stack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from collab.dicomweb.negotiation import EXPLICIT_LE, HTJ2K_RPCL, Offer, media_of
from collab.dicomweb.refusals import BadRequest
from collab.dicomweb.service import Original
from collab.dicomweb.work import Recoded, read_frames
from collab.kit.refusals import NotFound
from collab.studies.importing import Intake
from collab.studies.prepared import PreparedFolders
from dicom_render.headers import InstanceHeader
from dicom_render.pack import NoSuchPack, PackReader
from dicom_render.transfer_syntaxes import FAMILIES, Family

# One order to a worker: the file is read anew for each, and an answer must stay far below 256 MiB.
BATCH_BYTES = 16 << 20
_MOST = 100_000
# Their own decoders take 2 to 30 ms for 512 x 512, the recoded frame 1.7; of the others none is slower than that.
_SLOW = {Family.JPEG_LOSSLESS, Family.JPEG_LS, Family.JPEG_2000, Family.JPEG_XL, Family.DEFLATED_FRAME}
_UNCHANGED = {8: {"uint8"}, 16: {"int16", "uint16"}}


@lru_cache(maxsize=16)
def _reader(folder: Path, stack: int) -> PackReader:
    """A folder has a name of its own for each content; the header of a long stack takes milliseconds to read."""
    return PackReader(folder, stack)


def numbers_of(listed: str) -> list[int]:
    """A list of frames, counted from 1. Raises `BadRequest`."""
    numbers = listed.split(",")
    if len(listed) > _MOST or not all(each.isascii() and each.isdigit() and 0 < len(each) < 9 for each in numbers):
        raise BadRequest(field="frames")
    return [int(each) for each in numbers]


@dataclass(frozen=True, kw_only=True)
class Frames:
    """The frames asked for."""

    intake: Intake
    original: Original
    header: InstanceHeader
    numbers: Sequence[int]

    def check(self) -> None:
        """Raises `NotFound` when one of them does not exist."""
        if not all(1 <= number <= self.header.number_of_frames for number in self.numbers):
            raise NotFound

    def offers(self) -> list[Offer]:
        """What can be given, first what PS3.18 8.7.3.5.2 makes the default: uncompressed, little-endian."""
        uid = self.original.transfer_syntax_uid
        native = FAMILIES.get(uid) is Family.NATIVE
        found: list[Offer] = []
        if native or (uid in FAMILIES and self._can_be_plain):
            found.append(Offer(media="application/octet-stream", transfer_syntax=EXPLICIT_LE, is_stored=native))
        if not native:
            found.append(Offer(media=media_of(uid), transfer_syntax=uid, is_stored=True))
        if uid != HTJ2K_RPCL and self._prepared() is not None:
            found.append(Offer(media="image/jphc", transfer_syntax=HTJ2K_RPCL))
        return found

    def recoded(self) -> Recoded | None:
        """Where the one frame asked for lies losslessly recoded, if that is the faster one to decode."""
        family = FAMILIES.get(self.original.transfer_syntax_uid)
        is_slow = family in _SLOW or (family is Family.JPEG and self.header.frames[0].bits_allocated > 8)
        if not is_slow or (prepared := self._prepared()) is None:
            return None
        ((reader, index),) = prepared
        span = reader.header.spans[index]
        return Recoded(str(reader.frames_path), span.offset, span.length, reader.header.values)

    def bytes_in(self, offer: Offer) -> Iterator[bytes]:
        """One after the other; raises what workers raise."""
        if not offer.is_stored and offer.transfer_syntax == HTJ2K_RPCL:
            yield from (reader.codestream(index) for reader, index in self._prepared() or ())
            return
        path = str(self.intake.blobs.path_of(self.original.sha256))
        form = "stored" if offer.is_stored else "uncompressed"
        step = max(1, BATCH_BYTES // max(1, self._frame_bytes))
        for at in range(0, len(self.numbers), step):
            yield from self.intake.workers.run(read_frames, path, list(self.numbers[at : at + step]), form)

    @property
    def _can_be_plain(self) -> bool:
        """Whether uncompressed samples can be what the metadata says: XYB none are, and shared colours need pairs."""
        is_paired = self._photometric != "YBR_FULL_422" or self.header.frames[0].columns % 2 == 0
        return is_paired and self._photometric not in {"XYB", "YBR_PARTIAL_422"}

    @property
    def _photometric(self) -> str:
        return self.header.frames[0].photometric_interpretation if self.header.frames else ""

    @property
    def _frame_bytes(self) -> int:
        first = self.header.frames[0]
        return first.rows * first.columns * first.samples_per_pixel * first.bits_allocated // 8

    def _prepared(self) -> list[tuple[PackReader, int]] | None:
        """Where all the frames lie prepared, with the very numbers that the original stores; None if they do not."""
        if self.original.prepared_version is None or not self._photometric.startswith("MONOCHROME"):
            return None
        folder = PreparedFolders(self.intake.settings).of(self.original.series_id, self.original.prepared_version)
        try:
            readers = [_reader(folder, stack) for stack in range(self.original.stacks)]
        except NoSuchPack:
            return None
        places = [self._place(readers, number) for number in self.numbers]
        return [place for place in places if place is not None] if None not in places else None

    def _place(self, readers: Sequence[PackReader], number: int) -> tuple[PackReader, int] | None:
        frame = self.header.frames[number - 1]
        for reader in readers:
            try:
                index = reader.index_of(self.original.sop_instance_uid, number)
            except NoSuchPack:
                continue
            # A modality table is applied when a stack is prepared, and 8 bits with a sign become 16.
            same = reader.header.values in _UNCHANGED.get(frame.bits_allocated, ())
            return (reader, index) if same and not frame.has_modality_lut else None
        return None
