"""Who second-reads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from collab.kit.caller import Role
from collab.second_reads.rules import CLASSES, may_read_second, may_see
from tests.collab.expertise.test_rules import doctor

READER = replace(doctor("PER-1", "HOS-a"), specialty="radiology")


def test_the_classes_are_those_of_radpeer() -> None:
    # JACR 2017;14:1080-86: the score 4 was dropped.
    assert CLASSES == ("1", "2a", "2b", "3a", "3b")


def test_a_peer_is_a_doctor_who_reads_images() -> None:
    assert may_read_second(READER)
    assert not may_read_second(replace(READER, specialty="oncology"))
    assert not may_read_second(replace(READER, specialty=None))


@pytest.mark.parametrize("role", [Role.TECHNOLOGIST, Role.SECRETARY, Role.ADMINISTRATOR])
def test_others_do_not_read_second(role: Role) -> None:
    assert not may_read_second(replace(READER, role=role))


def test_second_reads_stay_in_the_department() -> None:
    assert may_see(READER, hospital_id="HOS-a")
    assert not may_see(READER, hospital_id="HOS-b")
