"""Attributes that can be searched for and answered with, by level (PS3.18 10.6.3.3), as DICOM JSON (PS3.18 F)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import msgspec

from collab.studies.models import Instance, Series, Study

Json = dict[str, Any]  # Any: a DICOM JSON object


class Level(IntEnum):
    """What one result is; a search at a level also takes keys of those above."""

    STUDY = 0
    SERIES = 1
    INSTANCE = 2


class FrameFacts(msgspec.Struct, frozen=True):
    """Of a frame's header, what a search tells."""

    rows: int = 0
    columns: int = 0
    bits_allocated: int = 0


class HeaderFacts(msgspec.Struct, frozen=True):
    """Of an instance's header, what a search tells."""

    number_of_frames: int = 0
    frames: tuple[FrameFacts, ...] = ()

    @property
    def first(self) -> FrameFacts:
        return self.frames[0] if self.frames else FrameFacts()


@dataclass(frozen=True, kw_only=True)
class Found:
    """One result: a study, with its series and instance at their levels."""

    study: Study
    series: Series | None = None
    instance: Instance | None = None
    facts: HeaderFacts = field(default_factory=HeaderFacts)
    count_series: int = 0

    @property
    def a_series(self) -> Series:
        assert self.series is not None
        return self.series

    @property
    def an_instance(self) -> Instance:
        assert self.instance is not None
        return self.instance

    @property
    def path(self) -> str:
        """Where it is retrieved, below `/dicomweb`."""
        path = f"/studies/{self.study.study_uid}"
        path += f"/series/{self.series.series_uid}" if self.series else ""
        return path + (f"/instances/{self.instance.sop_instance_uid}" if self.instance else "")


Values = list[str] | list[int]


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """One attribute; `column` names that of its level's table, if it has one. Counts and sizes cannot be matched."""

    keyword: str
    tag: str
    vr: str
    level: Level
    values: Callable[[Found], Iterable[str | int | None]]
    column: str | None = None
    by_default: bool = True
    can_match: bool = True

    def given(self, found: Found) -> Values:
        return [value for value in self.values(found) if value not in ("", None)]  # pyright: ignore[reportReturnType]


def _study(keyword: str, tag: str, vr: str, column: str, *, by_default: bool = True) -> Attribute:
    return Attribute(
        keyword=keyword,
        tag=tag,
        vr=vr,
        level=Level.STUDY,
        column=column,
        by_default=by_default,
        values=lambda found: [getattr(found.study, column)],
    )


def _series(keyword: str, tag: str, vr: str, column: str) -> Attribute:
    return Attribute(
        keyword=keyword,
        tag=tag,
        vr=vr,
        level=Level.SERIES,
        column=column,
        values=lambda found: [getattr(found.a_series, column)],
    )


def _instance(keyword: str, tag: str, vr: str, column: str) -> Attribute:
    return Attribute(
        keyword=keyword,
        tag=tag,
        vr=vr,
        level=Level.INSTANCE,
        column=column,
        values=lambda found: [getattr(found.an_instance, column)],
    )


def _told(keyword: str, tag: str, vr: str, level: Level, values: Callable[[Found], Iterable[int | None]]) -> Attribute:
    return Attribute(keyword=keyword, tag=tag, vr=vr, level=level, values=values, can_match=False)


ATTRIBUTES: tuple[Attribute, ...] = (
    _study("StudyDate", "00080020", "DA", "study_date"),
    _study("StudyTime", "00080030", "TM", "study_time"),
    _study("AccessionNumber", "00080050", "SH", "accession_number"),
    Attribute(
        keyword="ModalitiesInStudy",
        tag="00080061",
        vr="CS",
        level=Level.STUDY,
        values=lambda found: found.study.modalities,
    ),
    _study("ReferringPhysicianName", "00080090", "PN", "referring_physician"),
    _study("StudyDescription", "00081030", "LO", "description"),
    _study("PatientName", "00100010", "PN", "patient_name"),
    _study("PatientID", "00100020", "LO", "patient_id"),
    _study("IssuerOfPatientID", "00100021", "LO", "patient_id_issuer", by_default=False),
    _study("PatientBirthDate", "00100030", "DA", "birth_date"),
    _study("PatientSex", "00100040", "CS", "sex"),
    _study("StudyInstanceUID", "0020000D", "UI", "study_uid"),
    _told("NumberOfStudyRelatedSeries", "00201206", "IS", Level.STUDY, lambda found: [found.count_series]),
    _told("NumberOfStudyRelatedInstances", "00201208", "IS", Level.STUDY, lambda found: [found.study.received]),
    _series("Modality", "00080060", "CS", "modality"),
    _series("SeriesDescription", "0008103E", "LO", "description"),
    _series("SeriesInstanceUID", "0020000E", "UI", "series_uid"),
    _series("SeriesNumber", "00200011", "IS", "number"),
    _told("NumberOfSeriesRelatedInstances", "00201209", "IS", Level.SERIES, lambda found: [found.a_series.received]),
    _instance("SOPClassUID", "00080016", "UI", "sop_class_uid"),
    _instance("SOPInstanceUID", "00080018", "UI", "sop_instance_uid"),
    _instance("AvailableTransferSyntaxUID", "00083002", "UI", "transfer_syntax_uid"),
    _instance("InstanceNumber", "00200013", "IS", "instance_number"),
    _told("NumberOfFrames", "00280008", "IS", Level.INSTANCE, lambda found: [found.facts.number_of_frames or None]),
    _told("Rows", "00280010", "US", Level.INSTANCE, lambda found: [found.facts.first.rows or None]),
    _told("Columns", "00280011", "US", Level.INSTANCE, lambda found: [found.facts.first.columns or None]),
    _told("BitsAllocated", "00280100", "US", Level.INSTANCE, lambda found: [found.facts.first.bits_allocated or None]),
)
_BY_NAME = {name: each for each in ATTRIBUTES for name in (each.keyword, each.tag)}
_TAG = re.compile(r"[0-9A-Fa-f]{8}\Z")


def attribute_named(name: str) -> Attribute | None:
    """By keyword, or by tag as eight hexadecimal digits of either case."""
    return _BY_NAME.get(name.upper() if _TAG.match(name) else name)


def described(found: Found, attributes: Iterable[Attribute], *, root: str) -> Json:
    """One result as DICOM JSON, its attributes in the order of their tags (PS3.18 F.2.2)."""
    elements: Json = {
        "00080005": {"vr": "CS", "Value": ["ISO_IR 192"]},
        "00080056": {"vr": "CS", "Value": ["ONLINE"]},
        "00081190": {"vr": "UR", "Value": [root + found.path]},
    }
    for each in attributes:
        elements[each.tag] = element(each.vr, each.given(found))
    return dict(sorted(elements.items()))


def element(vr: str, values: Values) -> Json:
    """One attribute; without values its VR alone (F.2.5)."""
    if not values:
        return {"vr": vr}
    return {"vr": vr, "Value": [name_of(str(value)) for value in values] if vr == "PN" else values}


def name_of(name: str) -> Json:
    """A person name by its groups (F.2.2, PS3.5 6.2.1.2)."""
    groups = zip(("Alphabetic", "Ideographic", "Phonetic"), name.split("="), strict=False)
    return {kind: group for kind, group in groups if group}
