"""Queries on imports and uploads, on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from collab.accounts.models import Hospital, Person
from collab.kit.database import Database
from collab.kit.ids import UPLOAD, new_id
from collab.studies import import_store
from collab.studies.models import StudyImport, Upload
from collab.studies.rules import ImportState
from tests import make
from tests.make import NIGHT

MINUTE = timedelta(minutes=1)
LONG_AGO = NIGHT - timedelta(hours=1)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as found:
        yield found


@pytest.fixture
def home(session: Session) -> Hospital:
    return make.hospital(session)


@pytest.fixture
def sender(session: Session, home: Hospital) -> Person:
    return make.person(session, home)


def add_import(
    session: Session, sender: Person, *, name: str = "IMP-1", state: ImportState = ImportState.RECEIVING, **said: Any
) -> StudyImport:
    numbers = dict.fromkeys(("files", "seen", "stored", "known", "set_aside"), 0)
    usual = {"created_at": NIGHT, "changed_at": NIGHT, **numbers, **said}
    found = StudyImport(
        id=name,
        hospital_id=sender.hospital_id,
        person_id=sender.id,
        by_name=sender.name,
        state=state,
        study_ids=[],
        **usual,
    )
    session.add(found)
    session.flush()
    return found


def add_upload(session: Session, drop: StudyImport, name: str = "a", *, size: int = 10, received: int = 10) -> Upload:
    found = Upload(id=new_id(UPLOAD), import_id=drop.id, name=name, size=size, received=received, sha256=None)
    session.add(found)
    session.flush()
    return found


def claimed(session: Session, *, silent_since: Any = LONG_AGO) -> str | None:
    found = import_store.claim_waiting(session, silent_since=silent_since)
    return found.id if found else None


def test_a_file_is_found_by_its_name_in_its_own_drop(session: Session, sender: Person) -> None:
    one, two = add_import(session, sender), add_import(session, sender, name="IMP-2")
    add_upload(session, one, "0001.dcm")
    again = add_upload(session, two, "0001.dcm")
    assert import_store.find_upload_named(session, import_id="IMP-2", name="0001.dcm") is again
    assert import_store.find_upload_named(session, import_id="IMP-2", name="0002.dcm") is None


def test_the_files_of_a_drop_come_by_name(session: Session, sender: Person) -> None:
    drop, other = add_import(session, sender), add_import(session, sender, name="IMP-2")
    for name in ("b", "c", "a"):
        add_upload(session, drop, name)
    add_upload(session, other, "d")
    assert [upload.name for upload in import_store.list_uploads(session, drop.id)] == ["a", "b", "c"]
    assert import_store.count_uploads(session, drop.id) == 3


def test_a_file_is_incomplete_until_its_last_byte(session: Session, sender: Person) -> None:
    drop = add_import(session, sender)
    for name, size, received in (("a", 10, 0), ("b", 10, 9), ("c", 10, 10), ("empty", 0, 0)):
        add_upload(session, drop, name, size=size, received=received)
    assert import_store.count_incomplete(session, drop.id) == 2
    assert import_store.count_incomplete(session, "IMP-none") == 0


def test_what_a_person_has_waiting_counts_whole_files_of_unfinished_drops(session: Session, sender: Person) -> None:
    """What is announced will come: bytes received so far would let a person promise any amount."""
    for number, state in enumerate(ImportState):
        drop = add_import(session, sender, name=f"IMP-{number}", state=state)
        add_upload(session, drop, size=10**number, received=0)
    # receiving, waiting, importing; not done, failed, expired.
    assert import_store.sum_waiting(session, sender.id) == 1 + 10 + 100


def test_what_others_have_waiting_is_theirs(session: Session, sender: Person, home: Hospital) -> None:
    add_upload(session, add_import(session, sender))
    assert import_store.sum_waiting(session, make.person(session, home).id) == 0


def test_a_sum_beyond_32_bits_is_right(session: Session, sender: Person) -> None:
    drop = add_import(session, sender)
    for name in "abcde":
        add_upload(session, drop, name, size=2 << 30, received=0)
    assert import_store.sum_waiting(session, sender.id) == 10 << 30


def test_the_oldest_waiting_drop_is_claimed_first_and_once(session: Session, sender: Person) -> None:
    for number, minutes in ((1, 2), (2, 1), (3, 3)):
        made = NIGHT - minutes * MINUTE
        add_upload(
            session, add_import(session, sender, name=f"IMP-{number}", state=ImportState.WAITING, created_at=made)
        )
    assert [claimed(session) for _ in range(4)] == ["IMP-3", "IMP-1", "IMP-2", None]
    assert import_store.get_import(session, "IMP-3").state == "importing"


@pytest.mark.parametrize("state", [state for state in ImportState if state is not ImportState.WAITING])
def test_what_does_not_wait_is_not_claimed(session: Session, sender: Person, state: ImportState) -> None:
    add_upload(session, add_import(session, sender, state=state))
    assert claimed(session) is None


def test_an_import_by_command_is_left_to_the_command(session: Session, sender: Person) -> None:
    """Its files lie where only that process looks."""
    add_import(session, sender, name="IMP-command", state=ImportState.WAITING)
    add_import(session, sender, name="IMP-silent", state=ImportState.IMPORTING, changed_at=LONG_AGO)
    assert claimed(session, silent_since=NIGHT) is None


@pytest.mark.parametrize(("silent", "taken"), [(6, True), (5, False), (0, False)])
def test_a_drop_whose_process_went_silent_is_taken_over(
    session: Session, sender: Person, silent: int, taken: bool
) -> None:
    drop = add_import(session, sender, state=ImportState.IMPORTING, changed_at=NIGHT - silent * MINUTE)
    add_upload(session, drop)
    assert claimed(session, silent_since=NIGHT - 5 * MINUTE) == ("IMP-1" if taken else None)
    assert drop.state == "importing"


def test_after_a_start_drops_that_were_being_imported_wait_again_and_commands_do_not(
    session: Session, sender: Person
) -> None:
    made = {state: add_import(session, sender, name=f"IMP-{state}", state=state) for state in ImportState}
    for drop in made.values():
        add_upload(session, drop)
    command = add_import(session, sender, name="IMP-command", state=ImportState.IMPORTING)
    import_store.interrupt_uploaded(session)
    session.expire_all()
    left = {state: drop.state for state, drop in made.items()}
    assert left == {**{state: state.value for state in ImportState}, ImportState.IMPORTING: "waiting"}
    assert command.state == "importing"


def test_bytes_are_needed_until_an_import_is_over(session: Session, sender: Person) -> None:
    for state in ImportState:
        add_import(session, sender, name=f"IMP-{state}", state=state)
    assert import_store.list_unfinished_ids(session) == {"IMP-receiving", "IMP-waiting", "IMP-importing"}


def test_only_a_drop_that_still_receives_can_be_abandoned(session: Session, sender: Person) -> None:
    for state in ImportState:
        add_import(session, sender, name=f"IMP-{state}", state=state, changed_at=LONG_AGO)
    add_import(session, sender, name="IMP-lively", changed_at=NIGHT)
    found = import_store.list_abandoned(session, before=NIGHT)
    assert [drop.id for drop in found] == ["IMP-receiving"]


def test_an_import_that_is_not_there_is_none_when_looked_for(session: Session, sender: Person) -> None:
    drop = add_import(session, sender)
    upload = add_upload(session, drop)
    assert import_store.find_import(session, drop.id) is drop
    assert import_store.find_upload(session, upload.id) is upload
    assert import_store.find_import(session, "IMP-none") is None
    assert import_store.find_upload(session, "UPL-none") is None
