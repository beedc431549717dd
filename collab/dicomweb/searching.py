"""QIDO-RS (PS3.18 10.6): a query string to results as DICOM JSON; every value reaches the database as a parameter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import msgspec
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from collab.audit import service as audit
from collab.dicomweb import store
from collab.dicomweb.attributes import (
    ATTRIBUTES,
    Attribute,
    Found,
    HeaderFacts,
    Json,
    Level,
    attribute_named,
    described,
)
from collab.dicomweb.matching import BadKey, Test, bounds_of, literals_of, matcher, uids_of
from collab.dicomweb.refusals import BadRequest
from collab.dicomweb.service import access_study_uid
from collab.kit.caller import Caller
from collab.studies.models import Instance, Series, Study
from collab.studies.service import visible_to

# Of one answer; more are had with `offset`.
MAX_RESULTS = 1000
_TABLES = {Level.STUDY: Study, Level.SERIES: Series, Level.INSTANCE: Instance}


@dataclass(frozen=True, kw_only=True)
class Key:
    """One attribute that must match."""

    attribute: Attribute
    text: str
    test: Test

    def is_match(self, found: Found) -> bool:
        """Some value of the attribute matches; an attribute without values is matched as an empty one."""
        values = [str(value) for value in self.attribute.given(found)] or [""]
        return any(self.test(value) for value in values)


@dataclass(frozen=True, kw_only=True)
class Search:
    """A query, understood."""

    level: Level
    keys: Sequence[Key]
    fuzzy: bool
    include: frozenset[str]
    limit: int
    offset: int


@dataclass(frozen=True, kw_only=True)
class Results:
    """The page of results asked for, and whether more follow."""

    items: list[Json]
    has_more: bool


def understood(level: Level, parameters: Iterable[tuple[str, str]]) -> Search:
    """A query string's parameters as a search. Raises `BadRequest` for what is not known: it would find too much."""
    given = list(parameters)
    fuzzy = any(name == "fuzzymatching" and _flag(value) for name, value in given)
    keys: list[Key] = []
    include: set[str] = set()
    limit, offset = MAX_RESULTS, 0
    for name, value in given:
        match name:
            case "fuzzymatching" | "accept":
                pass
            case "includefield":
                include.update(_included(value))
            case "limit":
                limit = min(_count(name, value), MAX_RESULTS)
            case "offset":
                offset = _count(name, value)
            case _:
                keys.append(_key(level, name, value, fuzzy=fuzzy))
    return Search(level=level, keys=keys, fuzzy=fuzzy, include=frozenset(include), limit=limit, offset=offset)


def _flag(value: str) -> bool:
    if value not in {"true", "false"}:
        raise BadRequest(field="fuzzymatching")
    return value == "true"


def _count(name: str, value: str) -> int:
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        raise BadRequest(field=name)
    return int(value)


def _included(value: str) -> Iterable[str]:
    """Tags; a field that is not kept is not an error (PS3.18 8.3.4.3), it is not in the answer."""
    for name in value.split(","):
        known = attribute_named(name.strip())
        yield "all" if name.strip() == "all" else known.tag if known else ""


def _key(level: Level, name: str, value: str, *, fuzzy: bool) -> Key:
    attribute = attribute_named(name)
    if attribute is None or not attribute.can_match or attribute.level > level or len(value) > 4096:
        raise BadRequest(field=name[:64])
    try:
        return Key(attribute=attribute, text=value, test=matcher(attribute.vr, value, fuzzy=fuzzy))
    except BadKey:
        raise BadRequest(field=name[:64]) from None


def search(
    session: Session,
    asked: Search,
    caller: Caller,
    *,
    study_uid: str | None = None,
    series_uid: str | None = None,
    root: str,
    at: datetime,
) -> Results:
    """What the caller may see and the query matches; the reading is recorded. Raises `NotFound` for a study."""
    conditions = [visible_to(caller, at), *_narrowing(asked)]
    study_id = "*"
    if study_uid is not None:
        study_id = access_study_uid(session, study_uid, caller, at=at).id
        conditions.append(Study.id == study_id)
    if series_uid is not None:
        conditions.append(Series.series_uid == series_uid)
    page = _page(session, asked, conditions)
    shown = page[: asked.limit]
    audit.record(
        session,
        "dicomweb.searched",
        by=caller,
        at=at,
        kind="study",
        object_id=study_id,
        level=asked.level.name.lower(),
        shown=len(shown),
    )
    attributes = _attributes(asked, within_study=study_uid is not None, within_series=series_uid is not None)
    completed = _completed(session, shown)
    return Results(
        items=[described(found, attributes, root=root) for found in completed],
        has_more=len(page) > asked.limit,
    )


def _narrowing(asked: Search) -> Iterable[ColumnElement[bool]]:
    """What the database can decide exactly as `matching` does, or more widely; `_page` decides the rest."""
    for key in asked.keys:
        if key.text in {"", "*"} or key.attribute.column is None:
            continue
        column = getattr(_TABLES[key.attribute.level], key.attribute.column)
        if key.attribute.vr == "UI":
            yield column.in_(uids_of(key.text))
        elif key.attribute.vr == "DA":
            low, high = bounds_of(key.text)
            yield column >= low
            if high:
                yield column <= high
        elif key.attribute.keyword == "PatientName":
            yield from (Study.search_text.contains(piece, autoescape=True) for piece in literals_of(key.text))


def _page(session: Session, asked: Search, conditions: Sequence[ColumnElement[bool]]) -> list[Found]:
    """The results of the page and, if there is one, the next."""
    rows = store.search(session, asked.level, conditions)
    every = (Found(study=study, series=series, instance=instance) for study, series, instance in rows)
    matching = (found for found in every if all(key.is_match(found) for key in asked.keys))
    return list(islice(matching, asked.offset, asked.offset + asked.limit + 1))


def _completed(session: Session, page: Sequence[Found]) -> list[Found]:
    """With what only shown results need: counts, and facts out of headers that can be long."""
    counts = store.count_series(session, {found.study.id for found in page})
    headers = store.list_headers(session, [found.instance.id for found in page if found.instance])
    return [
        Found(
            study=found.study,
            series=found.series,
            instance=found.instance,
            facts=msgspec.json.decode(headers[found.instance.id], type=HeaderFacts)
            if found.instance
            else HeaderFacts(),
            count_series=counts.get(found.study.id, 0),
        )
        for found in page
    ]


def _attributes(asked: Search, *, within_study: bool, within_series: bool) -> list[Attribute]:
    """PS3.18 Table 10.6.3-2: attributes of levels that the path names are left out, their UIDs stay."""
    asked_for = {key.attribute.tag for key in asked.keys} | asked.include

    def is_told(attribute: Attribute) -> bool:
        if attribute.level > asked.level:
            return False
        if "all" in asked.include or attribute.tag in asked_for:
            return True
        named = (within_study and attribute.level is Level.STUDY) or (within_series and attribute.level is Level.SERIES)
        is_uid = attribute.keyword in {"StudyInstanceUID", "SeriesInstanceUID"}
        return is_uid or (attribute.by_default and not (named and attribute.level < asked.level))

    return [attribute for attribute in ATTRIBUTES if is_told(attribute)]
