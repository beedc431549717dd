"""Some files of a series to codestreams and headers on disk: the part of preparing that several processes share.

Runs in a worker process, because every byte it reads is untrusted (see workers.py).
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from pydicom.dataset import FileDataset

from dicom_render.decoding import FrameSource
from dicom_render.encoded import EncodedFrame, EncodedFrames
from dicom_render.headers import InstanceHeader
from dicom_render.opening import open_dataset
from dicom_render.reading import header_of
from dicom_render.refusal import Fact, Refusal, Unreadable
from dicom_render.uptake import pet_facts_of

Progress = Callable[[int, int], None]

# Their pixels are not pictures but labels and doses over pictures.
NOT_DRAWN = {"SEG", "RTDOSE"}


class ReadiedFile(msgspec.Struct, frozen=True):
    """What became of one file: its header, its frames (none for an object without pixels), or why it is left out."""

    path: str
    header: InstanceHeader | None
    frames: tuple[EncodedFrame, ...] = ()
    code: str | None = None
    facts: dict[str, Fact] = {}


def streams_of(part: Path) -> Path:
    """Where the codestreams of a part lie."""
    return part.with_name(part.name + ".frames")


def files_of(part: Path) -> Path:
    """What says so, written when all of them are there."""
    return part.with_name(part.name + ".json")


def ready_files(paths: Sequence[Path], part: Path, progress: Progress) -> None:
    """Reads, decodes and encodes files to the two files of `part`; one that cannot be is told there with its reason.

    `progress(done, total)` counts frames; the total grows when a file turns out to hold many.
    """
    with EncodedFrames(streams_of(part), is_kept=True) as encoded:
        readying = _Readying(encoded, progress, total=len(paths))
        readied = [readying.take(path) for path in paths]
    files_of(part).write_bytes(msgspec.json.encode(readied))


def read_part(part: Path) -> list[ReadiedFile]:
    """The files of a part, in their order."""
    return msgspec.json.decode(files_of(part).read_bytes(), type=list[ReadiedFile])


class _Readying:
    """One part on its way."""

    def __init__(self, encoded: EncodedFrames, progress: Progress, *, total: int) -> None:
        self._encoded = encoded
        self._progress = progress
        self._done, self._total = 0, total

    def take(self, path: Path) -> ReadiedFile:
        header: InstanceHeader | None = None
        done, total = self._done, self._total
        try:
            dataset = open_dataset(path.read_bytes())
            header = header_of(dataset)
            if header.modality in NOT_DRAWN:
                raise Unreadable("not_drawn", {"modality": header.modality})
            readied = ReadiedFile(str(path), header, self._encode(dataset, header))
        except Refusal as refusal:
            readied = ReadiedFile(str(path), header, code=refusal.code, facts=refusal.facts)
            self._done = done + self._total - total
        self._advance()
        return readied

    def _encode(self, dataset: FileDataset, header: InstanceHeader) -> tuple[EncodedFrame, ...]:
        if not header.has_pixels:
            return ()
        source = FrameSource(dataset)
        self._total += header.number_of_frames - 1
        frames: list[EncodedFrame] = []
        for number, frame_header in enumerate(header.frames, start=1):
            frames.append(self._encoded.add(source, dataset, frame_header, number))
            if number < header.number_of_frames:
                self._advance()
        # Tried here, where a broken attribute is this file's fault alone.
        pet_facts_of(dataset)
        return tuple(frames)

    def _advance(self) -> None:
        self._done += 1
        self._progress(self._done, max(self._done, self._total))
