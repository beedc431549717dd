"""Reading, delivering and acknowledging what was signed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from collab.conclusions import service
from collab.conclusions.service import DocumentDamaged, Documents
from collab.kit.refusals import NotFound
from collab.studies.blobs import BlobStore
from tests import make
from tests.collab.expertise.conftest import world  # noqa: F401 - a fixture
from tests.collab.expertise.make import World


def signed_id(world: World) -> str:  # noqa: F811
    request_id = world.concluded()
    with world.database.transaction() as session:
        found = service.find_conclusion_of(session, request_id)
        assert found is not None
        return found.id


@pytest.mark.parametrize("who", ["outsider", "technologist", "peer"])
def test_a_conclusion_does_not_exist_for_strangers(world: World, who: str) -> None:  # noqa: F811
    conclusion_id = signed_id(world)
    caller = world.caller(getattr(world, who))
    with world.database.transaction() as session:
        with pytest.raises(NotFound):
            service.read_conclusion(session, conclusion_id, caller, at=make.NIGHT)
        with pytest.raises(NotFound):
            service.deliver_document(session, conclusion_id, caller, documents=world.desk.documents, at=make.NIGHT)


@pytest.mark.parametrize("who", ["requester", "colleague", "expert"])
def test_those_who_care_for_the_patient_read_it(world: World, who: str) -> None:  # noqa: F811
    conclusion_id = signed_id(world)
    with world.database.transaction() as session:
        found = service.read_conclusion(session, conclusion_id, world.caller(getattr(world, who)), at=make.NIGHT)
        assert found.id == conclusion_id


def test_every_delivery_is_of_the_same_bytes(world: World) -> None:  # noqa: F811
    conclusion_id, documents = signed_id(world), world.desk.documents
    caller = world.caller(world.requester)
    with world.database.transaction() as session:
        sent = [
            service.deliver_document(session, conclusion_id, caller, documents=documents, at=make.NIGHT)
            for _ in range(2)
        ]
    assert sent[0] == sent[1]
    assert hashlib.sha256(sent[0][1]).hexdigest() == sent[0][0]


def test_a_document_whose_bytes_were_changed_is_not_delivered(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path)
    documents = Documents(blobs)
    kept = documents.keep(b"%PDF-1.4 the opinion")
    assert documents.read(kept) == b"%PDF-1.4 the opinion"
    blobs.path_of(kept).write_bytes(b"%PDF-1.4 another opinion")
    with pytest.raises(DocumentDamaged):
        documents.read(kept)
