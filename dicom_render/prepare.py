"""The files of one series to what is served: lossless codestreams, geometry and a small picture for each stack.

Reads and writes files; runs in a worker process, because every byte it reads is untrusted (see workers.py).
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from pydicom.dataset import Dataset

from dicom_render.encoded import EncodedFrame, EncodedParts
from dicom_render.geometry import Reason, Stack, arrange
from dicom_render.headers import InstanceHeader
from dicom_render.labelling import LabelPart
from dicom_render.numbering import Numbering, announced_of, numbering_of
from dicom_render.opening import open_dataset
from dicom_render.readying import Progress, ReadiedFile, files_of, read_part, ready_files, streams_of
from dicom_render.refusal import Fact, Refusal, Unreadable
from dicom_render.spacing import Caution
from dicom_render.stack_header import Kind
from dicom_render.stack_writing import Readied, write_stack
from dicom_render.uptake import pet_facts_of


class SetAside(msgspec.Struct, frozen=True):
    """A file that did not go in, and why."""

    path: str
    sop_instance_uid: str | None
    code: str
    facts: dict[str, Fact]


class StackSummary(msgspec.Struct, frozen=True):
    """One prepared stack in a line; the rest stands in `stack-<n>.json`."""

    stack: int
    kind: Kind
    reason: Reason | None
    frames: int
    rows: int
    columns: int
    colour: bool
    bytes: int
    distinction: dict[str, Fact]
    warnings: tuple[Caution, ...]
    label: tuple[LabelPart, ...] = ()
    siblings: tuple[int, ...] = ()
    laterality: str = ""
    view_position: str = ""


class PreparedSeries(msgspec.Struct, frozen=True):
    """What became of a series; no stacks at all if nothing of it can be drawn."""

    study_uid: str
    series_uid: str
    stacks: tuple[StackSummary, ...]
    set_aside: tuple[SetAside, ...]
    without_pixels: tuple[str, ...]
    numbering: Numbering | None = None
    """over the images that went in; gaps in space are told by each stack's `missing_slices`, by position alone"""


def prepare_series(paths: Sequence[Path], out: Path, progress: Progress | None = None) -> PreparedSeries:
    """Prepares all instances of one series into the folder `out`, in this process alone.

    `progress(done, total)` counts frames; the total grows when a file turns out to hold many. A file that cannot be
    read or decoded is set aside and the rest goes in. Raises `Unreadable`: nothing_readable, mixed_series.
    """
    out.mkdir(parents=True, exist_ok=True)
    part = out / "readied"
    try:
        ready_files(paths, part, progress or _quiet)
        return assemble_series([part], paths, out)
    finally:
        for scratch in (streams_of(part), files_of(part)):
            scratch.unlink(missing_ok=True)


def assemble_series(parts: Sequence[Path], paths: Sequence[Path], out: Path) -> PreparedSeries:
    """Arranges the files of one series, all readied in `parts` (with others perhaps), and writes its stacks to `out`.

    Raises `Unreadable`: nothing_readable, mixed_series.
    """
    out.mkdir(parents=True, exist_ok=True)
    series = _Series()
    found = {each.path: (each, number) for number, part in enumerate(parts) for each in read_part(part)}
    for path in paths:
        series.take(*found[str(path)])
    if series.identity is None:
        raise Unreadable("nothing_readable", {"files": len(paths)})
    instances = list(series.instances.values())
    twice = sum(1 for each in series.set_aside if each.code == "duplicate_instance")
    fewer = announced_of(instances, files=len(paths) - twice)
    stacks = [msgspec.structs.replace(stack, warnings=(*stack.warnings, *fewer)) for stack in arrange(instances)]
    with EncodedParts([streams_of(part) for part in parts]) as encoded:
        readied = Readied(series.instances, series.frames, encoded, series.pet)
        sizes = [write_stack(stack, number, readied=readied, out=out) for number, stack in enumerate(stacks)]
    return PreparedSeries(
        study_uid=series.identity[0],
        series_uid=series.identity[1],
        stacks=tuple(
            _summary(number, stack, size, of=series.instances[stack.frames[0].sop_instance_uid])
            for number, (stack, size) in enumerate(zip(stacks, sizes, strict=True))
        ),
        set_aside=tuple(series.set_aside),
        without_pixels=tuple(series.without_pixels),
        numbering=numbering_of(instance.instance_number for instance in series.instances.values()),
    )


def _summary(number: int, stack: Stack, size: int, *, of: InstanceHeader) -> StackSummary:
    return StackSummary(
        stack=number,
        kind=stack.kind,
        reason=stack.reason,
        frames=len(stack.frames),
        rows=stack.rows,
        columns=stack.columns,
        colour=stack.colour,
        bytes=size,
        distinction=stack.distinction,
        warnings=stack.warnings,
        label=stack.label,
        siblings=stack.siblings,
        laterality=of.laterality,
        view_position=of.view_position,
    )


def _quiet(_done: int, _total: int) -> None:
    pass


class _Series:
    """What has been readied of one series, put together in the order of its files."""

    def __init__(self) -> None:
        self.identity: tuple[str, str] | None = None
        self.instances: dict[str, InstanceHeader] = {}
        self.frames: dict[tuple[str, int], EncodedFrame] = {}
        self.pet: dict[str, Dataset] = {}
        self.set_aside: list[SetAside] = []
        self.without_pixels: list[str] = []

    def take(self, readied: ReadiedFile, part: int) -> None:
        """One file, or why it is left out."""
        header = readied.header
        try:
            if header is not None:
                self._identify(header)
            if readied.code is not None:
                raise Unreadable(readied.code, readied.facts)
            assert header is not None
            self._add(readied, header, part)
        except Refusal as refusal:
            uid = None if header is None else header.sop_instance_uid
            self.set_aside.append(SetAside(readied.path, uid, refusal.code, refusal.facts))

    def _identify(self, header: InstanceHeader) -> None:
        identity = (header.study_uid, header.series_uid)
        if self.identity not in {None, identity}:
            raise Unreadable("mixed_series", {"series_uid": header.series_uid})
        self.identity = identity
        if header.sop_instance_uid in self.instances:
            raise Unreadable("duplicate_instance", {"sop_instance_uid": header.sop_instance_uid})

    def _add(self, readied: ReadiedFile, header: InstanceHeader, part: int) -> None:
        uid = header.sop_instance_uid
        if not header.has_pixels:
            self.without_pixels.append(uid)
            return
        if header.modality == "PT":
            # What SUV needs is a dozen attributes and sequences: opened again rather than carried over.
            facts = pet_facts_of(open_dataset(Path(readied.path).read_bytes()))
            self.pet |= {} if facts is None else {uid: facts}
        for number, frame in enumerate(readied.frames, start=1):
            self.frames[uid, number] = msgspec.structs.replace(frame, part=part)
        self.instances[uid] = header
