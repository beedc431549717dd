"""The command `consilium`, as it is typed: what it does, what it says, and how it ends."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from sqlalchemy import select

from collab.accounts.models import Hospital, Person, Token
from collab.app import cli
from collab.kit.database import Database
from collab.kit.settings import Settings
from collab.rooms import store as rooms_store
from collab.rooms.journal import GENESIS, seal
from collab.rooms.protocol import Fact, MemberJoined, Said
from collab.studies.models import Study
from tests import make
from tests.collab.app.program import Program
from tests.collab.rooms import make as make_rooms
from tests.collab.studies import make as make_studies

FINESS = "990000011"
Typed = Callable[..., tuple[int, str]]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """`typed("user", "add", ...)`: exit code and what was said, on a data folder of its own."""
    monkeypatch.setenv("CONSILIUM_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("CONSILIUM_WORKERS", "1")
    # Wide enough that no sentence is broken; and no `.env` of a developer.
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["consilium", *arguments])
        code = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 0
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def add_user(typed: Typed, email: str = "radiologue@valmont.example", **options: str) -> tuple[int, str]:
    given = {
        "name": "Dr Claire Aubry",
        "role": "doctor",
        "finess": FINESS,
        "hospital": "Valmont",
        "specialty": "radiology",
        "password": make.PASSWORD,
        **options,
    }
    return typed("user", "add", email, *(word for name, value in given.items() for word in (f"--{name}", value)))


def in_database(data: Path) -> Database:
    return Database(Settings(data=data).url)


def test_migrate_says_the_version_and_can_be_repeated(typed: Typed) -> None:
    code, said = typed("migrate")
    assert code == 0
    assert said.startswith("database at version ")
    assert typed("migrate") == (0, said)


def test_a_declared_person_has_a_hospital_and_a_password(typed: Typed, data: Path) -> None:
    typed("migrate")
    assert add_user(typed) == (0, "Dr Claire Aubry can sign in as radiologue@valmont.example\n")
    database = in_database(data)
    with database.transaction() as session:
        person = session.scalars(select(Person)).one()
        assert (person.email, person.role, person.specialty) == ("radiologue@valmont.example", "doctor", "radiology")
        assert person.password_hash.startswith("$argon2id$")
        assert session.scalars(select(Hospital.finess)).all() == [FINESS]
    database.close()


@pytest.mark.parametrize(
    ("options", "exit_code"),
    [({"password": "court"}, 1), ({"rpps": "10100000017"}, 1), ({"role": "chief"}, 2), ({"language": "de"}, 2)],
)
def test_what_cannot_be_declared_is_one_line_and_leaves_nothing(
    typed: Typed, data: Path, options: dict[str, str], exit_code: int
) -> None:
    typed("migrate")
    code, said = add_user(typed, **options)
    assert code == exit_code
    assert "Traceback" not in said
    database = in_database(data)
    with database.transaction() as session:
        assert session.scalars(select(Person)).all() == []
        assert session.scalars(select(Hospital)).all() == []
    database.close()


def test_the_same_email_is_not_declared_twice(typed: Typed) -> None:
    typed("migrate")
    add_user(typed)
    code, said = add_user(typed)
    assert code == 1
    assert "radiologue@valmont.example" in said


def test_a_token_is_printed_alone_and_kept_as_its_hash(typed: Typed, data: Path) -> None:
    typed("migrate")
    add_user(typed)
    code, said = typed("token", "create", "radiologue@valmont.example", "--label", "PACS")
    secret = said.strip()
    assert code == 0
    assert len(secret) >= 40
    database = in_database(data)
    with database.transaction() as session:
        token = session.scalars(select(Token)).one()
        assert token.label == "PACS"
        assert secret not in {token.token_digest, token.id}
    database.close()


def test_nobody_known_gets_no_token(typed: Typed) -> None:
    typed("migrate")
    code, said = typed("token", "create", "personne@valmont.example")
    assert code == 1
    assert "personne@valmont.example" in said


def test_an_import_takes_what_is_good_and_names_what_it_sets_aside(typed: Typed, data: Path, tmp_path: Path) -> None:
    typed("migrate")
    add_user(typed)
    drop = make_studies.folder(tmp_path / "drop", {**make_studies.series(3), "notes.dcm": b"no DICOM at all" * 20})
    code, said = typed("import", str(drop), "--finess", FINESS)
    assert code == 0
    assert "3 stored, 0 known already, 1 set aside" in said
    assert "notes.dcm: " in said
    assert "3 stored" not in typed("import", str(drop), "--finess", FINESS)[1]
    database = in_database(data)
    with database.transaction() as session:
        assert session.scalars(select(Study.received)).all() == [3]
    database.close()


def test_of_several_hospitals_nobody_guesses_whose_images_these_are(typed: Typed, data: Path, tmp_path: Path) -> None:
    typed("migrate")
    (tmp_path / "disc").mkdir()
    code, said = typed("import", str(tmp_path / "disc"))
    assert code == 2
    assert "no hospital is declared yet" in said
    add_user(typed, finess="750000026")
    assert typed("import", str(tmp_path / "disc"))[0] == 0  # there is only one
    add_user(typed, "expert@chu.example", finess="750000018", hospital="CHU")
    code, said = typed("import", str(tmp_path / "disc"))
    assert code == 2
    assert "750000018 CHU" in said
    assert typed("import", "--finess", "750000018", str(tmp_path / "disc"))[0] == 0


def test_an_import_for_a_hospital_that_is_not_declared_is_refused(typed: Typed, tmp_path: Path) -> None:
    typed("migrate")
    drop = make_studies.folder(tmp_path / "drop", make_studies.series(1))
    code, said = typed("import", str(drop), "--finess", "990000099")
    assert code == 1
    assert "990000099" in said


def test_the_doctor_finds_a_database_that_must_be_migrated_and_then_a_well_one(typed: Typed) -> None:
    code, said = typed("doctor")
    assert code == 1
    assert "MEND database" in said
    assert "consilium migrate" in said
    typed("migrate")
    assert "ok   database" in typed("doctor")[1]


def test_an_empty_audit_is_whole_and_so_is_one_with_a_person(typed: Typed) -> None:
    typed("migrate")
    assert typed("audit", "verify")[1].startswith("whole: 0 rows")
    add_user(typed)
    code, said = typed("audit", "verify")
    assert code == 0
    assert said.startswith("whole: 1 rows, head ")


def test_a_room_is_replayed_from_its_journal(typed: Typed, data: Path) -> None:
    typed("migrate")
    database = in_database(data)
    met = make_rooms.case(database)
    facts = [
        Fact(1, make_rooms.START_MS, "PER-x", "", 0, MemberJoined(make_rooms.member("PER-x", "expert"))),
        Fact(2, make_rooms.START_MS, "PER-x", "tab", 1, Said("Bonsoir")),
        Fact(3, make_rooms.START_MS, "PER-x", "tab", 2, Said("Ici ?", make_rooms.view(), "CÉRÉBRAL · coupe 85/160")),
    ]
    with database.transaction() as session:
        rooms_store.append(session, seal(facts, room_id=met.room_id, epoch=1, previous_hash=GENESIS))
    code, said = typed("replay", met.room_id)
    assert code == 0
    assert [line.split()[0] for line in said.splitlines()] == ["1", "2", "3"]
    assert "chat.said text=Bonsoir\n" in said
    assert "chat.said text=Ici ? caption=CÉRÉBRAL · coupe 85/160" in " ".join(said.split())
    code, said = typed("replay", met.room_id, "--at", "1")
    assert json.loads(said)["seq"] == 1
    assert json.loads(said)["chat"] == []
    database.close()


def test_a_room_that_is_none_cannot_be_replayed(typed: Typed) -> None:
    typed("migrate")
    assert typed("replay", "ROO-nowhere")[0] == 1


def test_a_setting_that_is_none_is_named(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSILIUM_PROT", "8000")
    assert typed("migrate") == (2, "CONSILIUM_PROT is not a setting; README lists them\n")


@pytest.mark.parametrize(
    "words", [(), ("user",), ("token",), ("audit",), ("evidence",), ("import",), ("serve",), ("demo",)]
)
def test_every_command_explains_itself(typed: Typed, words: tuple[str, ...]) -> None:
    code, said = typed(*words, "--help")
    assert code == 0
    assert "Usage: " in said


def test_serving_an_unmigrated_database_is_refused_in_one_clear_line(tmp_path: Path) -> None:
    refused = Program(data=tmp_path).command("serve")
    assert refused.returncode == 2
    assert "consilium migrate" in refused.stdout
    assert "Traceback" not in refused.stdout + refused.stderr


def test_nothing_is_started_for_a_database_that_cannot_be_served(typed: Typed) -> None:
    children = set(psutil.Process().children())
    assert typed("serve")[0] == 2
    assert set(psutil.Process().children()) == children
