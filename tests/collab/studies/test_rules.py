"""Who may see, what moves a series and an import, and what names a set of instances."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from collab.kit.caller import Caller, Role
from collab.studies.rules import (
    IMPORT_MOVES,
    SERIES_MOVES,
    Grant,
    ImportState,
    SeriesState,
    is_for,
    is_live,
    may_see,
    version_of,
)
from tests.make import NIGHT

CALLER = Caller(
    person_id="PER-1",
    name="Dr Aubry",
    role=Role.DOCTOR,
    specialty=None,
    rpps=None,
    hospital_id="HOS-1",
    hospital_name="Valmont",
    team_ids=frozenset({"TEA-1"}),
    login_id="LOG-1",
    language="fr",
)
TO_PERSON = Grant(
    person_id="PER-1", team_id=None, hospital_id=None, since=NIGHT, until=NIGHT + timedelta(hours=1), revoked_at=None
)
TO_TEAM = replace(TO_PERSON, person_id=None, team_id="TEA-1")
TO_HOSPITAL = replace(TO_PERSON, person_id=None, hospital_id="HOS-1")


@pytest.mark.parametrize(("role", "sees"), [(role, role in {Role.DOCTOR, Role.TECHNOLOGIST}) for role in Role])
def test_at_the_producing_hospital_only_people_in_care_see(role: Role, sees: bool) -> None:
    assert may_see(replace(CALLER, role=role), hospital_id="HOS-1", grants=[], at=NIGHT) is sees


def test_elsewhere_nobody_sees_without_a_grant() -> None:
    assert not may_see(CALLER, hospital_id="HOS-2", grants=[], at=NIGHT)
    assert may_see(CALLER, hospital_id="HOS-2", grants=[TO_PERSON], at=NIGHT)


@pytest.mark.parametrize(
    ("grant", "minutes", "live"),
    [
        (TO_PERSON, -1, False),
        (TO_PERSON, 0, True),
        (TO_PERSON, 59, True),
        (TO_PERSON, 60, False),
        (replace(TO_PERSON, until=None), 10_000, True),
        (replace(TO_PERSON, revoked_at=NIGHT + timedelta(minutes=5)), 4, True),
        (replace(TO_PERSON, revoked_at=NIGHT + timedelta(minutes=5)), 5, False),
    ],
)
def test_a_grant_lives_from_since_to_its_end_or_revocation(grant: Grant, minutes: int, live: bool) -> None:
    assert is_live(grant, NIGHT + timedelta(minutes=minutes)) is live


def test_a_grant_is_for_whom_it_names() -> None:
    assert is_for(TO_PERSON, CALLER)
    assert is_for(TO_TEAM, CALLER)
    assert is_for(TO_HOSPITAL, CALLER)
    assert not is_for(TO_PERSON, replace(CALLER, person_id="PER-2"))
    assert not is_for(TO_TEAM, replace(CALLER, team_ids=frozenset({"TEA-2"})))
    assert not is_for(TO_HOSPITAL, replace(CALLER, hospital_id="HOS-2"))


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.ADMINISTRATOR])
def test_a_grant_by_name_opens_to_any_role_and_one_to_a_hospital_to_its_care_only(role: Role) -> None:
    caller = replace(CALLER, role=role)
    assert is_for(TO_PERSON, caller)
    assert is_for(TO_TEAM, caller)
    assert not is_for(TO_HOSPITAL, caller)


def test_every_series_can_receive_and_none_is_ready_without_having_been_prepared() -> None:
    assert {state for state, move in SERIES_MOVES if move == "receive"} == set(SeriesState)
    assert {state for (state, _), to in SERIES_MOVES.items() if to is SeriesState.READY} == {SeriesState.PREPARING}


def test_an_import_that_is_over_moves_no_more() -> None:
    over = {ImportState.DONE, ImportState.FAILED, ImportState.EXPIRED}
    assert not over & {state for state, _ in IMPORT_MOVES}


def test_a_version_names_the_set_and_not_the_order() -> None:
    assert version_of([("1.2", "a"), ("1.3", "b")]) == version_of([("1.3", "b"), ("1.2", "a")])
    assert version_of([("1.2", "a")]) != version_of([("1.2", "b")])
    assert version_of([("1.2", "a")]) != version_of([("1.2", "a"), ("1.3", "b")])
