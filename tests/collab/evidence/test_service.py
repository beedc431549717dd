"""Making evidence: what lies in it is what the hospital has, and that it was made is in the audit."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from collab.audit.models import AuditEntry
from collab.conclusions.models import ExpertConclusion
from collab.conclusions.service import DocumentDamaged, Documents
from collab.evidence.document import CONCLUSION, DOCUMENT, IMAGES, SIGNATURE, StudyImages
from collab.evidence.proof import prove
from collab.evidence.service import public_key
from collab.kit.database import Database
from collab.kit.refusals import NotFound
from tests.collab.evidence import make


def test_there_is_none_of_a_room_that_is_none(database: Database, tmp_path: Path) -> None:
    world, _ = make.meeting(database, tmp_path)
    with pytest.raises(NotFound):
        make.evidence(world, "ROO-0000000000000000")


def test_the_conclusion_in_it_is_the_one_that_was_signed_and_delivered(database: Database, tmp_path: Path) -> None:
    world, room_id = make.meeting(database, tmp_path)
    items = make.items_of(make.evidence(world, room_id))
    with database.transaction() as session:
        signed = session.scalars(select(ExpertConclusion)).one()
        assert items[CONCLUSION].decode() == signed.content
        assert items[DOCUMENT] == world.server.site.part(Documents).read(signed.document_sha256)
        made = session.scalars(select(AuditEntry).where(AuditEntry.act == "room.evidence_made")).all()
        assert [(entry.object_id, entry.actor_name) for entry in made] == [(room_id, "test")]
    [study] = msgspec.json.decode(items[IMAGES], type=list[StudyImages])
    assert study.study_id == world.study_id


def test_an_unsigned_meeting_has_evidence_without_a_conclusion(database: Database, tmp_path: Path) -> None:
    world, _ = make.meeting(database, tmp_path)
    room_id = world.room_id(world.drafted())
    items = make.items_of(made := make.evidence(world, room_id))
    assert {CONCLUSION, DOCUMENT, SIGNATURE} & items.keys() == set()
    assert prove(made).is_whole


def test_a_document_that_was_damaged_on_the_disk_is_not_passed_on(database: Database, tmp_path: Path) -> None:
    world, room_id = make.meeting(database, tmp_path)
    [blob] = [path for path in (tmp_path / "documents").rglob("*") if path.is_file()]
    blob.chmod(0o600)
    blob.write_bytes(blob.read_bytes()[:-1] + b"x")
    with pytest.raises(DocumentDamaged):
        make.evidence(world, room_id)


def test_a_server_has_one_key_for_as_long_as_it_has_its_secret() -> None:
    assert public_key(make.SECRET) == public_key(make.SECRET) != public_key(make.OTHER_SECRET)
    assert len(bytes.fromhex(public_key(make.SECRET))) == 32
