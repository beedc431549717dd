"""What the client is told about a study: its words on the wire, and what it may send."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from collab.studies.manifest import NewUpload, PatientEntry, PriorEntry, SeriesEntry, StackEntry, StudyManifest
from collab.studies.manifest import UploadState as Upload


def manifest(**changes: Any) -> StudyManifest:
    """One series of one stack, and one prior."""
    stack = StackEntry(0, "volume", None, 180, 512, 512, ("missing_slices",), "/pack", "/thumbnail")
    usual: dict[str, Any] = {
        "study_id": "STU-1",
        "study_uid": "2.25.1",
        "description": "TDM cérébrale",
        "date": "20261123",
        "time": "230112",
        "accession_number": "",
        "modalities": ("CT",),
        "patient": PatientEntry("MARTIN^Jeanne", "MARTIN", "Jeanne", "19480312", "F", "V-001", "", "", ""),
        "hospital": "Centre hospitalier de Valmont",
        "received": 180,
        "version": "0" * 64,
        "state": "ready",
        "set_aside": 0,
        "series": (SeriesEntry("2.25.2", None, "CT", "", 180, "ready", None, (stack,)),),
        "priors": (PriorEntry("STU-2", "20240101", "", ("CT",)),),
    }
    return StudyManifest(**{**usual, **changes})


def test_a_manifest_comes_back_from_json_as_it_was() -> None:
    assert msgspec.json.decode(msgspec.json.encode(manifest()), type=StudyManifest) == manifest()


def test_what_is_absent_is_told_as_null_and_never_left_out() -> None:
    """The page's types have `null` there; a member that is not there would be another thing."""
    (series,) = msgspec.json.decode(msgspec.json.encode(manifest()))["series"]
    assert series["number"] is None
    assert series["refusal"] is None
    assert series["stacks"][0]["reason"] is None


@pytest.mark.parametrize("state", ["refused", "queued", "receiving"])
def test_a_study_is_ready_or_being_prepared(state: str) -> None:
    """Its series may be refused; a study as a whole never is."""
    with pytest.raises(msgspec.ValidationError, match=r"\$\.state"):
        msgspec.convert({**msgspec.to_builtins(manifest()), "state": state}, StudyManifest)


def test_a_file_needs_a_name_and_a_size_and_may_bring_its_hash_and_its_drop() -> None:
    sent = NewUpload("0001.dcm", 524_288)
    assert msgspec.json.decode(b'{"name": "0001.dcm", "size": 524288}', type=NewUpload) == sent
    assert (sent.sha256, sent.batch) == (None, None)
    for missing in ("name", "size"):
        known = {"name": "0001.dcm", "size": 524_288}
        del known[missing]
        with pytest.raises(msgspec.ValidationError, match=missing):
            msgspec.convert(known, NewUpload)


@pytest.mark.parametrize("size", ["524288", 1.5, None, True])
def test_a_size_is_a_whole_number_of_bytes(size: object) -> None:
    with pytest.raises(msgspec.ValidationError, match="size"):
        msgspec.convert({"name": "0001.dcm", "size": size}, NewUpload)


def test_who_sends_a_file_cannot_say_whose_it_is() -> None:
    """The hospital and the person are those of the login."""
    with pytest.raises(msgspec.ValidationError, match="hospital_id"):
        msgspec.json.decode(b'{"name": "a", "size": 1, "hospital_id": "HOS-2"}', type=NewUpload)


@pytest.mark.parametrize("state", ["receiving", "waiting", "importing", "done", "failed", "expired"])
def test_a_drop_is_told_in_each_state_of_its_import(state: Any) -> None:
    told = Upload("UPL-1", "IMP-1", "0001.dcm", 10, 5, state, 3, 1, 1, 0, 0, ())
    assert msgspec.json.decode(msgspec.json.encode(told), type=Upload) == told


def test_a_state_that_no_import_has_is_refused() -> None:
    told = msgspec.to_builtins(Upload("UPL-1", "IMP-1", "0001.dcm", 10, 5, "done", 3, 1, 1, 0, 0, ("STU-1",)))
    with pytest.raises(msgspec.ValidationError, match="state"):
        msgspec.convert({**told, "state": "lost"}, Upload)
