"""Identity and names of the synthetic instances."""

import re
from datetime import datetime

import pytest
from pydicom.dataset import Dataset

from dicom_render.phantom_dicom import DemoPatient, StudyPlan, uid_from, with_control_key


def test_the_control_key_is_that_of_the_usual_worked_example() -> None:
    # The number commonly shown in explanations of the key, 2 69 05 49 588 157 80; 97 - n mod 97 by hand gives 80 too.
    assert with_control_key("2690549588157") == "269054958815780"


def test_a_uid_follows_from_its_name_alone() -> None:
    assert uid_from("a") == uid_from("a") != uid_from("b")
    assert re.fullmatch(r"2\.25\.[1-9]\d{0,38}", uid_from("a"))


@pytest.mark.parametrize(("day", "age"), [("20260416", "072Y"), ("20260417", "073Y"), ("20260418", "073Y")])
def test_age_changes_on_the_birthday(day: str, age: str) -> None:
    ds = Dataset()
    DemoPatient("DEMO", "Anne", "2530499999001", "19530417", "F").fill(ds, datetime.strptime(day, "%Y%m%d"))  # noqa: DTZ007
    assert ds.PatientAge == age


def test_a_study_of_another_day_has_another_name_for_its_uids() -> None:
    patient = DemoPatient("DEMO", "Anne", "2530499999001", "19530417", "F")
    one, two = (
        StudyPlan("head_ct", patient, datetime(2026, 3, day), "", "", "").uid_name  # noqa: DTZ001
        for day in (14, 15)
    )
    assert one != two
