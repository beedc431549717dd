"""Who may read and acknowledge a conclusion."""

from __future__ import annotations

import pytest

from collab.conclusions.rules import may_acknowledge, may_read
from collab.kit.caller import Caller, Role
from tests.collab.expertise.test_rules import doctor

AUTHOR, REQUESTER = doctor("PER-expert", "HOS-b"), doctor("PER-asks", "HOS-a")


def reads(caller: Caller) -> bool:
    return may_read(caller, author_id="PER-expert", requester_id="PER-asks", requesting_hospital_id="HOS-a")


def test_the_author_the_requester_and_their_colleagues_read() -> None:
    assert all(map(reads, (AUTHOR, REQUESTER, doctor("PER-next", "HOS-a"))))


def test_others_do_not_read() -> None:
    assert not reads(doctor("PER-peer", "HOS-b"))
    for role in (Role.TECHNOLOGIST, Role.SECRETARY, Role.ADMINISTRATOR):
        assert not reads(doctor("PER-other", "HOS-a", role=role))


@pytest.mark.parametrize(("caller", "may"), [(REQUESTER, True), (doctor("PER-next", "HOS-a"), True), (AUTHOR, False)])
def test_the_requesting_hospital_acknowledges(caller: Caller, may: bool) -> None:
    assert may_acknowledge(caller, author_id="PER-expert", requesting_hospital_id="HOS-a") is may


def test_an_expert_of_the_same_hospital_does_not_acknowledge_their_own() -> None:
    assert not may_acknowledge(doctor("PER-expert", "HOS-a"), author_id="PER-expert", requesting_hospital_id="HOS-a")
