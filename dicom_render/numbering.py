"""What the instance numbers of a series let suspect of files that did not come: a hint only, never geometry."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from dicom_render.headers import InstanceHeader
from dicom_render.spacing import Caution

# A list longer than this says only that the numbers mean something else.
MAX_GAPS = 20


class Numbering(msgspec.Struct, frozen=True):
    """Instance Number (PS3.3 C.7.6.1) identifies, it need not count: scanners skip numbers, other series share them.

    `gaps`: first and last number missing, at most 20 of them. What lies outside of first and last is unknown.
    """

    received: int
    expected: int
    first: int
    last: int
    gaps: tuple[tuple[int, int], ...]


def numbering_of(numbers: Iterable[int | None]) -> Numbering | None:
    """None where the numbers tell nothing: fewer than three, one missing or given twice."""
    given = list(numbers)
    known = sorted({number for number in given if number is not None})
    if len(known) < 3 or len(known) != len(given):
        return None
    # Numbers in tens or hundreds go on in tens or hundreds.
    step = math.gcd(*(after - before for before, after in pairwise(known)))
    gaps = [(before + step, after - step) for before, after in pairwise(known) if after - before > step]
    return Numbering(
        received=len(known),
        expected=(known[-1] - known[0]) // step + 1,
        first=known[0],
        last=known[-1],
        gaps=tuple(gaps[:MAX_GAPS]),
    )


FEWER = "fewer_than_acquired"


def announced_of(instances: Iterable[InstanceHeader], *, files: int = 0) -> tuple[Caution, ...]:
    """What was announced of this series against what came: by acquisition, in all, or place by place at each time.

    `files`: how many objects came, those that cannot be drawn among them. Only too few is told: reconstructions and
    post-processing rightly hold more or other images than were announced.
    """
    held = list(instances)
    lacks = [lack for lack in (_by_acquisition(held), _in_all(held, files), _by_time(held)) if lack is not None]
    if not lacks:
        return ()
    received, expected = max(lacks, key=lambda lack: lack[1] - lack[0])
    return (Caution(FEWER, {"received": received, "expected": expected}),)


Lack = tuple[int, int]
"""(received, expected), the first being the smaller"""


def _by_acquisition(instances: Sequence[InstanceHeader]) -> Lack | None:
    """Images in Acquisition (PS3.3 C.7.6.1)."""
    received: Counter[int | None] = Counter()
    promised: dict[int | None, int] = {}
    for instance in instances:
        # An ultrasound clip of 65 frames has been met that announced 36: only slices are counted by this.
        if not instance.frames or instance.frames[0].image_position_mm is None:
            continue
        acquisition = instance.frames[0].acquisition_number
        received[acquisition] += 1
        promised[acquisition] = max(promised.get(acquisition, 0), instance.images_in_acquisition or 0)
    lacking = [number for number, count in received.items() if count < promised[number]]
    if not lacking:
        return None
    return sum(received[number] for number in lacking), sum(promised[number] for number in lacking)


def _in_all(instances: Sequence[InstanceHeader], files: int) -> Lack | None:
    received = max(files, len(instances))
    expected = max((instance.images_in_series or 0 for instance in instances), default=0)
    return (received, expected) if received < expected else None


def _by_time(instances: Sequence[InstanceHeader]) -> Lack | None:
    """Every place at every one of the Temporal Positions, where the series holds several of them."""
    frames = [frame for instance in instances for frame in instance.frames]
    times, places = {frame.temporal_position for frame in frames}, {frame.image_position_mm for frame in frames}
    promised = max((instance.temporal_positions or 0 for instance in instances), default=0)
    # One time alone: some scanners give each time a series of its own, and still say how many there are.
    if None in times or None in places or len(times) < 2:
        return None
    expected = promised * len(places)
    return (len(frames), expected) if len(frames) < expected else None


def announced(cautions: Iterable[Caution]) -> int | None:
    """How many images were announced, where fewer are here."""
    found = next((one.facts["expected"] for one in cautions if one.code == FEWER), None)
    return found if isinstance(found, int) else None
