"""Who may read a conclusion; pure."""

from __future__ import annotations

from collab.kit.caller import Caller, Role


def may_read(caller: Caller, *, author_id: str, requester_id: str, requesting_hospital_id: str) -> bool:
    """The author, the requester, and the doctors of the requesting hospital, who care for the patient after them."""
    if caller.person_id in {author_id, requester_id}:
        return True
    return caller.role is Role.DOCTOR and caller.hospital_id == requesting_hospital_id


def may_acknowledge(caller: Caller, *, author_id: str, requesting_hospital_id: str) -> bool:
    """A doctor of the requesting hospital; whoever wrote it cannot have it acknowledged by themselves."""
    is_theirs = caller.role is Role.DOCTOR and caller.hospital_id == requesting_hospital_id
    return is_theirs and caller.person_id != author_id
