"""Rows of a study as entries of its manifest."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from collab.accounts.models import Hospital
from collab.studies.describing import patient_entry, prior_entry, series_entry, stacks_of, study_line
from collab.studies.models import Series, Study
from collab.studies.rows import new_series, new_study
from collab.studies.rules import SeriesState
from dicom_render.headers import InstanceHeader, Patient
from tests.dicom_render.make import instance
from tests.make import NIGHT

OID = "1.2.250.1.213.1.4.8"
STACK: dict[str, Any] = {
    "stack": 0,
    "kind": "stack",
    "reason": "gantry_tilt",
    "frames": 28,
    "rows": 512,
    "columns": 400,
    "warnings": ["gantry_tilt"],
}


def header() -> InstanceHeader:
    return msgspec.structs.replace(
        instance(),
        patient=Patient("MARTIN^Jeanne", "248037512345678", OID, "19480312", "F"),
        study_date="20261123",
        study_time="230112",
        study_description="TDM cérébrale",
        accession_number="A-17",
        series_number=2,
    )


def a_study() -> Study:
    found = new_study(header(), hospital_id="HOS-1", at=NIGHT, demo=False)
    found.hospital = Hospital(id="HOS-1", finess="990000001", name="Centre hospitalier de Valmont", phone="")
    found.modalities, found.received = ["CT", "SR"], 29
    return found


def a_series(**changes: Any) -> Series:
    found = new_series(header(), "STU-1")
    for name, value in changes.items():
        setattr(found, name, value)
    return found


def test_the_patient_is_named_as_the_study_names_them() -> None:
    entry = patient_entry(a_study())
    assert msgspec.to_builtins(entry) == {
        "name": "MARTIN^Jeanne",
        "family": "MARTIN",
        "given": "Jeanne",
        "birth_date": "19480312",
        "sex": "F",
        "patient_id": "248037512345678",
        "issuer": OID,
        "ins": "248037512345678",
        "ins_oid": OID,
    }


@pytest.mark.parametrize(("is_ready", "state"), [(True, "ready"), (False, "preparing")])
def test_a_line_of_the_list_tells_the_study_and_whether_it_can_be_opened(is_ready: bool, state: str) -> None:
    line = study_line(a_study(), is_ready=is_ready)
    assert (line.state, line.received, line.modalities) == (state, 29, ("CT", "SR"))
    assert (line.date, line.time, line.description) == ("20261123", "230112", "TDM cérébrale")
    assert (line.hospital, line.accession_number) == ("Centre hospitalier de Valmont", "A-17")


@pytest.mark.parametrize("state", SeriesState)
def test_a_series_is_ready_refused_or_still_on_its_way(state: SeriesState) -> None:
    shown = series_entry("STU-1", a_series(state=state)).state
    assert shown == (state if state in {SeriesState.READY, SeriesState.REFUSED} else "preparing")


def test_a_refused_series_says_why() -> None:
    entry = series_entry("STU-1", a_series(state="refused", refusal="no_pixels"))
    assert (entry.state, entry.refusal, entry.stacks) == ("refused", "no_pixels", ())


def test_an_earlier_delivery_is_still_shown_while_a_new_one_is_prepared() -> None:
    entry = series_entry("STU-1", a_series(state="queued", stacks=[STACK]))
    assert (entry.state, [stack.frames for stack in entry.stacks]) == ("preparing", [28])


def test_a_stack_says_where_its_pixels_are_and_why_it_is_no_volume() -> None:
    (stack,) = series_entry("STU-1", a_series(stacks=[STACK])).stacks
    assert stack.pack_url == "/api/studies/STU-1/series/1.2.3.2/stacks/0/pack"
    assert stack.thumbnail_url == "/api/studies/STU-1/series/1.2.3.2/stacks/0/thumbnail"
    assert (stack.kind, stack.reason, stack.rows, stack.columns) == ("stack", "gantry_tilt", 512, 400)
    assert stack.warnings == ("gantry_tilt",)


def test_stacks_keep_their_order_and_their_own_numbers() -> None:
    series = a_series(stacks=[STACK, {**STACK, "stack": 1, "frames": 1, "reason": "localizer"}])
    assert [(stack.stack, stack.frames) for stack in stacks_of(series)] == [(0, 28), (1, 1)]
    urls = [stack.pack_url for stack in series_entry("STU-1", series).stacks]
    assert [url.rsplit("/", 2)[1] for url in urls] == ["0", "1"]


def test_a_uid_that_is_none_cannot_lead_anywhere_else() -> None:
    """A file may carry anything as its UID; in a link it is text."""
    (stack,) = series_entry("STU-1", a_series(series_uid="1.2?x=#y z", stacks=[STACK])).stacks
    assert stack.pack_url == "/api/studies/STU-1/series/1.2%3Fx%3D%23y%20z/stacks/0/pack"


def test_a_prior_tells_no_more_than_what_it_is() -> None:
    study = a_study()
    assert msgspec.to_builtins(prior_entry(study)) == {
        "study_id": study.id,
        "date": "20261123",
        "description": "TDM cérébrale",
        "modalities": ("CT", "SR"),
    }
