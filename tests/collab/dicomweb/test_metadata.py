"""Metadata are made once and kept; what is kept is never trusted when it is cut off."""

from __future__ import annotations

import json
from pathlib import Path

from collab.accounts.models import Hospital
from collab.dicomweb import store
from collab.dicomweb.metadata import Metadata
from collab.studies.importing import Intake
from tests.collab.studies import make as make_studies


def test_documents_are_kept_and_made_again_when_cut_off(intake: Intake, hospital: Hospital, tmp_path: Path) -> None:
    study_id = make_studies.study(intake, tmp_path, hospital, count=3)
    with intake.database.transaction() as session:
        originals = store.list_originals(session, study_id)
    made = [json.loads(each) for each in Metadata(intake).documents(originals, root="https://x/dicomweb")]
    assert made[0]["7FE00010"]["BulkDataURI"] == f"https://x/dicomweb{originals[0].path}/bulkdata/7FE00010"
    kept = sorted((intake.settings.data / "dicomweb").rglob("*.json"))
    assert len(kept) == 3
    before = [path.stat().st_mtime_ns for path in kept]
    assert [json.loads(each) for each in Metadata(intake).documents(originals, root="https://x/dicomweb")] == made
    assert [path.stat().st_mtime_ns for path in kept] == before
    kept[0].write_bytes(kept[0].read_bytes()[:40])
    assert [json.loads(each) for each in Metadata(intake).documents(originals, root="https://x/dicomweb")] == made
