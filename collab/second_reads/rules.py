"""RADPEER classes and who may second-read; pure."""

from __future__ import annotations

from typing import Literal, get_args

from collab.kit.caller import Caller, Role

# RADPEER 2016 (JACR 2017;14:1080): 1 concur, 2 understandable miss, 3 should be made most of the time;
# a: clinical significance unlikely, b: likely. The old class 4 was dropped.
AgreementClass = Literal["1", "2a", "2b", "3a", "3b"]
CLASSES: tuple[AgreementClass, ...] = get_args(AgreementClass)
# Those who read images for their living; the reading of a peer asks for a peer.
READERS = frozenset({"radiology", "neuroradiology", "paediatric_radiology", "nuclear_medicine"})


def may_read_second(caller: Caller) -> bool:
    """A doctor of a reading specialty."""
    return caller.role is Role.DOCTOR and caller.specialty in READERS


def may_see(caller: Caller, *, hospital_id: str) -> bool:
    """Second reads stay in the department: the readers of the hospital whose report it is."""
    return may_read_second(caller) and caller.hospital_id == hospital_id
