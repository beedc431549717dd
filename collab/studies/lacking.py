"""What is known to be missing of a study: slices by position, images that the scanner announced; pure."""

from __future__ import annotations

import msgspec

from collab.studies.manifest import SeriesEntry, StudyManifest


class SeriesLack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A series that is not whole, as far as is known.

    `missing` slices lack between others; `expected` images were announced by the scanner, of which fewer came;
    `is_preparing`: more of it may come.
    """

    series_uid: str
    description: str
    received: int
    missing: int
    expected: int | None
    is_preparing: bool


def lacks_of(manifest: StudyManifest) -> tuple[SeriesLack, ...]:
    """The series that are known not to be whole; none is no proof that nothing is missing."""
    lacks = (lack_of(series) for series in manifest.series)
    return tuple(lack for lack in lacks if lack.missing or lack.expected or lack.is_preparing)


def lack_of(series: SeriesEntry) -> SeriesLack:
    """What is known to be missing of one series, be it nothing."""
    return SeriesLack(
        series_uid=series.series_uid,
        description=series.description or series.modality,
        received=series.received,
        missing=sum(stack.missing for stack in series.stacks),
        expected=max((stack.expected for stack in series.stacks if stack.expected is not None), default=None),
        is_preparing=series.state == "preparing",
    )
