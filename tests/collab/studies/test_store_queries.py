"""Queries on studies, series, instances and grants, each on a real database and by a single process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy.orm import Session

from collab.accounts.models import Hospital
from collab.kit.caller import Caller, Role
from collab.kit.database import Database
from collab.kit.ids import GRANT, INSTANCE, new_id
from collab.studies import store
from collab.studies.models import Instance, Series, SetAside, Study, StudyGrant, StudyImport
from collab.studies.rows import new_series, new_study
from collab.studies.rules import MAX_ATTEMPTS, SeriesState
from dicom_render.headers import Patient
from tests import make
from tests.collab.studies.make import uid
from tests.dicom_render.make import instance
from tests.make import NIGHT

MARTIN = Patient("MARTIN^Paul", "V-001", "", "19500203", "M")
HOUR = timedelta(hours=1)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as found:
        yield found


@pytest.fixture
def valmont(session: Session) -> Hospital:
    return make.hospital(session)


@pytest.fixture
def doctor(session: Session, valmont: Hospital) -> Caller:
    return make.caller(make.person(session, valmont))


@pytest.fixture
def expert(session: Session) -> Caller:
    return make.caller(make.person(session, make.hospital(session, "CHU de Beaurivage"), name="Dr Hélène Vasseur"))


def add_study(session: Session, home: Hospital, patient: Patient = MARTIN, **said: Any) -> Study:
    usual = {"study_uid": uid(), "study_date": "20261123", "study_time": "230112", "study_description": "TDM cérébrale"}
    header = msgspec.structs.replace(instance(), patient=patient, **{**usual, **said})
    found = new_study(header, hospital_id=home.id, at=NIGHT, demo=True)
    session.add(found)
    session.flush()
    return found


def add_series(session: Session, study: Study, *, state: SeriesState = SeriesState.QUEUED, **said: Any) -> Series:
    header = msgspec.structs.replace(instance(), **{"series_uid": uid(), "series_number": 1, **said})
    found = new_series(header, study.id)
    found.state = state
    session.add(found)
    session.flush()
    return found


def add_import(session: Session, home: Hospital, name: str = "IMP-1") -> StudyImport:
    numbers = dict.fromkeys(("files", "seen", "stored", "known", "set_aside"), 0)
    found = StudyImport(
        id=name,
        hospital_id=home.id,
        person_id=None,
        by_name="test",
        state="done",
        study_ids=[],
        created_at=NIGHT,
        changed_at=NIGHT,
        **numbers,
    )
    session.add(found)
    session.flush()
    return found


def add_instance(
    session: Session, series: Series, brought: StudyImport, *, sha256: str = "aa", number: int | None = 1
) -> Instance:
    found = Instance(
        id=new_id(INSTANCE),
        hospital_id=brought.hospital_id,
        series_id=series.id,
        sop_instance_uid=uid(),
        sop_class_uid="1.2",
        transfer_syntax_uid="1.2",
        instance_number=number,
        sha256=sha256,
        size=1,
        header_json="{}",
        file_name="0001.dcm",
        import_id=brought.id,
        received_at=NIGHT,
    )
    session.add(found)
    session.flush()
    return found


def add_set_aside(session: Session, brought: StudyImport, name: str, *, study: Study | None, at: datetime) -> None:
    row = SetAside(
        id=f"SET-{name}",
        import_id=brought.id,
        hospital_id=brought.hospital_id,
        study_id=study.id if study else None,
        series_id=None,
        file_name=name,
        size=1,
        sha256=None,
        code="not_dicom",
        facts={},
        by_name="test",
        at=at,
    )
    session.add(row)
    session.flush()


def grant(session: Session, study: Study, **said: Any) -> StudyGrant:
    usual: dict[str, Any] = {
        **dict.fromkeys(("person_id", "team_id", "hospital_id", "until", "revoked_at")),
        "purpose": "EXR-1",
        "granted_by": "test",
        "since": NIGHT,
    }
    found = StudyGrant(id=new_id(GRANT), study_id=study.id, **{**usual, **said})
    session.add(found)
    session.flush()
    return found


def seen_by(session: Session, caller: Caller, *words: str, at: datetime = NIGHT) -> list[str]:
    return [study.id for study in store.list_visible(session, caller, words=words, at=at)]


# ---- who sees what


def test_a_stranger_sees_nothing(session: Session, valmont: Hospital, expert: Caller) -> None:
    add_study(session, valmont)
    assert seen_by(session, expert) == []


@pytest.mark.parametrize("role", Role)
def test_at_home_only_people_in_care_see(session: Session, valmont: Hospital, doctor: Caller, role: Role) -> None:
    study = add_study(session, valmont)
    expected = [study.id] if role in {Role.DOCTOR, Role.TECHNOLOGIST} else []
    assert seen_by(session, replace(doctor, role=role)) == expected


@pytest.mark.parametrize(
    ("life", "minutes", "sees"),
    [
        ({}, 0, True),
        ({"since": NIGHT + HOUR}, 59, False),
        ({"since": NIGHT + HOUR}, 60, True),
        ({"until": NIGHT + HOUR}, 59, True),
        ({"until": NIGHT + HOUR}, 60, False),
        ({"revoked_at": NIGHT + HOUR}, 59, True),
        ({"revoked_at": NIGHT + HOUR}, 60, False),
        ({"until": NIGHT + 2 * HOUR, "revoked_at": NIGHT + HOUR}, 90, False),
        ({"until": NIGHT + HOUR, "revoked_at": NIGHT + 2 * HOUR}, 90, False),
    ],
)
def test_a_grant_opens_from_since_until_it_expires_or_is_revoked(
    session: Session, valmont: Hospital, expert: Caller, life: dict[str, datetime], minutes: int, sees: bool
) -> None:
    grant(session, add_study(session, valmont), person_id=expert.person_id, **life)
    assert bool(seen_by(session, expert, at=NIGHT + timedelta(minutes=minutes))) is sees


def test_a_grant_opens_its_own_study_and_no_other(session: Session, valmont: Hospital, expert: Caller) -> None:
    granted, _ = add_study(session, valmont), add_study(session, valmont)
    grant(session, granted, person_id=expert.person_id)
    assert seen_by(session, expert) == [granted.id]


def test_a_study_granted_twice_is_listed_once(session: Session, valmont: Hospital, expert: Caller) -> None:
    study = add_study(session, valmont)
    for purpose in ("EXR-1", "EXR-2"):
        grant(session, study, person_id=expert.person_id, purpose=purpose)
        grant(session, study, hospital_id=expert.hospital_id, purpose=purpose)
    assert seen_by(session, expert) == [study.id]


def test_a_dead_grant_does_not_close_what_a_live_one_opens(session: Session, valmont: Hospital, expert: Caller) -> None:
    study = add_study(session, valmont)
    grant(session, study, person_id=expert.person_id, revoked_at=NIGHT)
    assert seen_by(session, expert) == []
    grant(session, study, person_id=expert.person_id)
    assert seen_by(session, expert) == [study.id]


# ---- searching and order


def test_every_word_must_be_there(session: Session, valmont: Hospital, doctor: Caller) -> None:
    paul = add_study(session, valmont)
    jeanne = add_study(session, valmont, msgspec.structs.replace(MARTIN, name="MARTIN^Jeanne"))
    assert set(seen_by(session, doctor, "martin")) == {paul.id, jeanne.id}
    assert seen_by(session, doctor, "jeanne", "martin") == [jeanne.id]
    assert seen_by(session, doctor, "jeanne", "paul") == []


@pytest.mark.parametrize("word", ["%", "_", "mart_n", "v%1", "\\"])
def test_signs_that_sql_reads_as_anything_are_only_themselves(
    session: Session, valmont: Hospital, doctor: Caller, word: str
) -> None:
    add_study(session, valmont)
    assert seen_by(session, doctor, word) == []
    itself = add_study(session, valmont, accession_number=word)
    assert seen_by(session, doctor, word) == [itself.id]


def test_no_search_reaches_beyond_what_may_be_seen(session: Session, valmont: Hospital, expert: Caller) -> None:
    add_study(session, valmont)
    assert seen_by(session, expert, "martin") == []


def test_the_newest_come_first_by_date_and_then_by_time(session: Session, valmont: Hospital, doctor: Caller) -> None:
    moments = [("", ""), *(("20261123", f"{hour:02}0000") for hour in (8, 23, 1, 15, 4)), ("20261124", "001500")]
    made = {add_study(session, valmont, study_date=day, study_time=time).id: (day, time) for day, time in moments}
    assert [made[study_id] for study_id in seen_by(session, doctor)] == sorted(moments, reverse=True)


def test_a_list_ends_at_its_limit(session: Session, valmont: Hospital, doctor: Caller) -> None:
    for _ in range(store.LIST_LIMIT + 1):
        add_study(session, valmont)
    assert len(seen_by(session, doctor)) == store.LIST_LIMIT


def test_priors_share_all_strict_traits_and_leave_out_the_study_itself(
    session: Session, valmont: Hospital, doctor: Caller
) -> None:
    study = add_study(session, valmont)
    older = add_study(session, valmont, study_date="20240101", patient=msgspec.structs.replace(MARTIN, id="X-9"))
    newer = add_study(session, valmont, msgspec.structs.replace(MARTIN, name="Martin^PAUL"), study_date="20250101")
    add_study(session, valmont, msgspec.structs.replace(MARTIN, sex="F"))
    found = store.list_same_person(session, study, doctor, NIGHT)
    assert [prior.id for prior in found] == [newer.id, older.id]


def test_two_studies_without_a_birth_date_are_not_one_persons(
    session: Session, valmont: Hospital, doctor: Caller
) -> None:
    nameless = msgspec.structs.replace(MARTIN, birth_date="")
    study, _ = add_study(session, valmont, nameless), add_study(session, valmont, nameless)
    assert store.list_same_person(session, study, doctor, NIGHT) == []


def test_a_study_is_found_by_its_uid_at_its_own_hospital(session: Session, valmont: Hospital, expert: Caller) -> None:
    """Two hospitals may hold the same study: each has its own row and its own doors."""
    study = add_study(session, valmont)
    found = store.find_study_by_uid(session, hospital_id=valmont.id, study_uid=study.study_uid)
    assert found is study
    assert store.find_study_by_uid(session, hospital_id=expert.hospital_id, study_uid=study.study_uid) is None


# ---- series and instances


def test_series_come_by_number_and_those_without_one_last(session: Session, valmont: Hospital) -> None:
    study = add_study(session, valmont)
    for number in (None, 11, 2):
        add_series(session, study, series_number=number)
    assert [series.number for series in store.list_series(session, study.id)] == [2, 11, None]


@pytest.mark.parametrize("state", SeriesState)
def test_a_study_is_unready_while_a_series_is_on_its_way(
    session: Session, valmont: Hospital, state: SeriesState
) -> None:
    study, other = add_study(session, valmont), add_study(session, valmont)
    add_series(session, study, state=SeriesState.READY)
    add_series(session, study, state=state)
    over = state in {SeriesState.READY, SeriesState.REFUSED}
    assert store.list_unready(session, [study.id, other.id]) == (set() if over else {study.id})


def test_known_bytes_and_uids_are_those_of_the_hospital_that_asks(
    session: Session, valmont: Hospital, expert: Caller
) -> None:
    """Answering for others would tell a stranger that an image exists elsewhere."""
    study = add_study(session, valmont)
    held = add_instance(session, add_series(session, study), add_import(session, valmont), sha256="aa")
    by_hash = store.list_known_bytes(session, hospital_id=valmont.id, hashes=["aa", "bb"])
    by_uid = store.list_known_uids(session, hospital_id=valmont.id, uids=[held.sop_instance_uid, "1.2"])
    expected = store.Known(
        instance_id=held.id,
        study_id=study.id,
        import_id="IMP-1",
        sop_instance_uid=held.sop_instance_uid,
        sha256="aa",
    )
    assert (by_hash, by_uid) == ({"aa": expected}, {held.sop_instance_uid: expected})
    assert store.list_known_bytes(session, hospital_id=expert.hospital_id, hashes=["aa"]) == {}
    assert store.list_known_uids(session, hospital_id=expert.hospital_id, uids=[held.sop_instance_uid]) == {}


def test_instances_come_in_the_order_of_their_numbers(session: Session, valmont: Hospital) -> None:
    series, brought = add_series(session, add_study(session, valmont)), add_import(session, valmont)
    for number, sha256 in ((10, "c"), (2, "b"), (1, "a")):
        add_instance(session, series, brought, number=number, sha256=sha256)
    assert [sha256 for _, sha256 in store.list_instance_keys(session, series_id=series.id)] == ["a", "b", "c"]


def test_the_keys_of_a_study_are_those_of_all_its_series(session: Session, valmont: Hospital) -> None:
    study, other, brought = add_study(session, valmont), add_study(session, valmont), add_import(session, valmont)
    for where, sha256 in ((study, "a"), (study, "b"), (other, "c")):
        add_instance(session, add_series(session, where), brought, sha256=sha256)
    assert {sha256 for _, sha256 in store.list_study_instance_keys(session, study_id=study.id)} == {"a", "b"}


# ---- what was set aside


def test_files_of_a_study_and_nameless_files_of_its_imports_are_told_apart(session: Session, valmont: Hospital) -> None:
    study, brought = add_study(session, valmont), add_import(session, valmont)
    later = add_import(session, valmont, "IMP-2")
    add_instance(session, add_series(session, study), brought)
    add_set_aside(session, brought, "second", study=study, at=NIGHT + HOUR)
    add_set_aside(session, brought, "first", study=study, at=NIGHT)
    add_set_aside(session, brought, "nameless", study=None, at=NIGHT)
    add_set_aside(session, later, "elsewhere", study=None, at=NIGHT)
    assert [row.file_name for row in store.list_set_aside(session, study.id)] == ["first", "second"]
    assert store.count_set_aside(session, study.id) == 2
    imports = store.list_import_ids(session, study.id)
    assert imports == ["IMP-1"]
    assert [row.file_name for row in store.list_set_aside_of_imports(session, imports)] == ["nameless"]
    assert {row.file_name for row in store.list_set_aside_of_import(session, "IMP-1")} == {
        "first",
        "second",
        "nameless",
    }


# ---- the queue of preparation


def test_what_has_come_in_or_was_refused_is_queued_with_its_tries_forgotten(
    session: Session, valmont: Hospital
) -> None:
    study, other = add_study(session, valmont), add_study(session, valmont)
    made = {state: add_series(session, study, state=state) for state in SeriesState}
    elsewhere = add_series(session, other, state=SeriesState.RECEIVING)
    for series in made.values():
        series.attempts = 2
    store.queue_series(session, study_ids=[study.id])
    session.expire_all()
    moved = {state: (series.state, series.attempts) for state, series in made.items()}
    assert moved == {
        SeriesState.RECEIVING: ("queued", 0),
        SeriesState.REFUSED: ("queued", 0),
        SeriesState.QUEUED: ("queued", 2),
        SeriesState.PREPARING: ("preparing", 2),
        SeriesState.READY: ("ready", 2),
    }
    assert elsewhere.state == "receiving"


def test_after_a_start_what_was_interrupted_waits_again_with_its_tries_kept(
    session: Session, valmont: Hospital
) -> None:
    study = add_study(session, valmont)
    made = {state: add_series(session, study, state=state) for state in SeriesState}
    made[SeriesState.PREPARING].attempts = 2
    store.requeue_interrupted(session)
    session.expire_all()
    assert {state: series.state for state, series in made.items()} == {
        SeriesState.RECEIVING: "queued",
        SeriesState.PREPARING: "queued",
        SeriesState.QUEUED: "queued",
        SeriesState.READY: "ready",
        SeriesState.REFUSED: "refused",
    }
    assert made[SeriesState.PREPARING].attempts == 2


def test_a_series_is_claimed_once_and_its_try_is_counted(session: Session, valmont: Hospital) -> None:
    series = add_series(session, add_study(session, valmont))
    add_series(session, add_study(session, valmont), state=SeriesState.READY)
    claimed = store.claim_next(session)
    assert claimed is series
    assert (series.state, series.attempts) == ("preparing", 1)
    assert store.claim_next(session) is None


def test_what_was_tried_often_enough_is_given_up_and_not_claimed(session: Session, valmont: Hospital) -> None:
    series = add_series(session, add_study(session, valmont))
    series.attempts = MAX_ATTEMPTS
    session.flush()
    assert store.claim_next(session) is None
    assert store.list_exhausted(session) == [series]


def test_only_grants_that_nobody_revoked_are_found_by_their_purpose(
    session: Session, valmont: Hospital, expert: Caller
) -> None:
    study = add_study(session, valmont)
    live = grant(session, study, person_id=expert.person_id)
    grant(session, study, person_id=expert.person_id, revoked_at=NIGHT)
    grant(session, study, person_id=expert.person_id, purpose="EXR-2")
    assert store.list_live_grants_for(session, "EXR-1") == [live]
    assert len(store.list_grants(session, study.id)) == 3
