"""What became of one file when it was looked at."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

import pytest

from collab.studies.archives import BadEntry
from collab.studies.blobs import Staged
from collab.studies.findings import finding_of, finding_of_left
from collab.studies.sources import Candidate, Left, is_archive
from collab.studies.store import Known
from dicom_render.headers import InstanceHeader
from dicom_render.refusal import Unreadable
from dicom_render.workers import WorkerDied, WorkerFailed, WorkersBusy
from tests.collab.studies.make import archive
from tests.dicom_render.make import instance

SHA256 = "ab" * 32
CANDIDATE = Candidate(name="in/0001.dcm", size=10, path=Path("0001.dcm"))
# Three bytes longer than the directory said: what was copied counts.
COPY = Staged(path=Path("staging/x"), sha256=SHA256, size=13)
KNOWN = Known(instance_id="INS-1", study_id="STU-1", import_id="IMP-1", sop_instance_uid="1.2.3", sha256=SHA256)


def read(outcome: InstanceHeader | Exception) -> Future[InstanceHeader]:
    over: Future[InstanceHeader] = Future()
    if isinstance(outcome, Exception):
        over.set_exception(outcome)
    else:
        over.set_result(outcome)
    return over


def test_a_file_that_was_read_has_its_header_and_the_size_and_hash_of_its_copy() -> None:
    found = finding_of(CANDIDATE, COPY, {}, read(instance()))
    assert (found.name, found.size, found.sha256) == ("in/0001.dcm", 13, SHA256)
    assert (found.header, found.known, found.code) == (instance(), None, None)


def test_bytes_that_are_here_already_are_known_and_not_read_again() -> None:
    found = finding_of(CANDIDATE, COPY, {SHA256: KNOWN}, None)
    assert (found.known, found.header, found.code) == (KNOWN, None, None)


def test_an_entry_that_could_not_be_copied_has_its_reason_and_no_hash() -> None:
    found = finding_of(CANDIDATE, BadEntry("archive_entry_damaged"), {}, None)
    assert (found.code, found.sha256, found.size) == ("archive_entry_damaged", None, 10)
    assert found.header is None


@pytest.mark.parametrize(
    "refused",
    [
        Unreadable("not_dicom", {"size": 13}),
        WorkerDied("killed", {"function": "read_header", "status": -9}),
        WorkerFailed("failed", {"function": "read_header", "error": "KeyError"}),
    ],
)
def test_a_file_that_cannot_be_read_keeps_the_code_and_facts_of_its_refusal(refused: Unreadable) -> None:
    """Also a file that kills its reader: it is set aside, and the others go in."""
    found = finding_of(CANDIDATE, COPY, {}, read(refused))
    assert (found.code, found.facts) == (refused.code, refused.facts)
    assert (found.header, found.sha256) == (None, SHA256)


def test_no_free_reader_is_no_fault_of_the_file() -> None:
    """Set aside for that, a good image would be missing from its study."""
    with pytest.raises(WorkersBusy):
        finding_of(CANDIDATE, COPY, {}, read(WorkersBusy("busy")))


def test_a_bug_is_no_fault_of_the_file_either() -> None:
    with pytest.raises(ZeroDivisionError):
        finding_of(CANDIDATE, COPY, {}, read(ZeroDivisionError()))


def test_what_was_left_unread_keeps_why() -> None:
    found = finding_of_left(Left(name="in/x.zip", size=99, refusal=BadEntry("link")))
    assert (found.name, found.size, found.sha256, found.code, found.facts) == ("in/x.zip", 99, None, "link", {})


def test_an_archive_is_known_by_its_first_bytes_and_not_by_its_name(tmp_path: Path) -> None:
    """APPNOTE 4.3.7 and, for an empty one, 4.3.16."""
    assert is_archive(archive(tmp_path / "full.dcm", {"a": b"x"}))
    assert is_archive(archive(tmp_path / "empty.dcm", {}))
    (tmp_path / "named.zip").write_bytes(b"PK")
    (tmp_path / "nothing.zip").write_bytes(b"")
    assert not is_archive(tmp_path / "named.zip")
    assert not is_archive(tmp_path / "nothing.zip")
