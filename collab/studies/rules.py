"""Who may see a study, the lives of a series and of an import, and the limits on what is sent; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from collab.kit.caller import Caller, Role

# Administrators and secretaries run the place; images are shown to them by a grant only.
CARE_ROLES = frozenset({Role.DOCTOR, Role.TECHNOLOGIST})

# One upload: the largest single objects (tomosynthesis, long cines) stay below 1 GiB; a zipped CT study too.
MAX_UPLOAD_BYTES = 2 << 30
# What one person may have waiting on our disk at once: a PET-CT with priors, several times.
MAX_WAITING_BYTES = 16 << 30
# A whole-body perfusion CT has about 10,000 instances.
MAX_UPLOADS_IN_IMPORT = 20_000
MAX_NAME_LENGTH = 255
# The disk must keep room for the database and for what is prepared from the upload.
MIN_FREE_BYTES = 1 << 30
# A preparation that took the process down with it is not tried for ever.
MAX_ATTEMPTS = 3


class SeriesState(StrEnum):
    """How far a series is on its way to the screen."""

    RECEIVING = "receiving"
    QUEUED = "queued"
    PREPARING = "preparing"
    READY = "ready"
    REFUSED = "refused"


_S = SeriesState
SERIES_MOVES: dict[tuple[SeriesState, str], SeriesState] = {
    **{(state, "receive"): _S.RECEIVING for state in SeriesState},
    (_S.RECEIVING, "queue"): _S.QUEUED,
    (_S.QUEUED, "claim"): _S.PREPARING,
    (_S.QUEUED, "give_up"): _S.REFUSED,
    (_S.PREPARING, "requeue"): _S.QUEUED,
    # Somebody imports the same files again: what was damaged may be whole now.
    (_S.REFUSED, "queue"): _S.QUEUED,
    # A newer program prepares differently.
    (_S.READY, "renew"): _S.QUEUED,
    (_S.PREPARING, "finish"): _S.READY,
    (_S.PREPARING, "refuse"): _S.REFUSED,
}


class ImportState(StrEnum):
    """How far one import, from a drop or a command, has come."""

    RECEIVING = "receiving"
    WAITING = "waiting"
    IMPORTING = "importing"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"


_I = ImportState
IMPORT_MOVES: dict[tuple[ImportState, str], ImportState] = {
    (_I.RECEIVING, "finish"): _I.WAITING,
    (_I.RECEIVING, "expire"): _I.EXPIRED,
    (_I.WAITING, "start"): _I.IMPORTING,
    # After a crash; what was already stored is recognised.
    (_I.IMPORTING, "start"): _I.IMPORTING,
    (_I.IMPORTING, "interrupt"): _I.WAITING,
    (_I.IMPORTING, "complete"): _I.DONE,
    (_I.IMPORTING, "fail"): _I.FAILED,
}


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What a stored grant says, for the decision: exactly one of the three is the grantee."""

    person_id: str | None
    team_id: str | None
    hospital_id: str | None
    since: datetime
    until: datetime | None
    revoked_at: datetime | None


def is_live(grant: Grant, at: datetime) -> bool:
    ended = grant.revoked_at is not None and grant.revoked_at <= at
    return grant.since <= at and not ended and (grant.until is None or at < grant.until)


def is_for(grant: Grant, caller: Caller) -> bool:
    """A person and a team are meant by name; a whole hospital means its people in care."""
    if grant.person_id is not None:
        return grant.person_id == caller.person_id
    if grant.team_id is not None:
        return grant.team_id in caller.team_ids
    return grant.hospital_id == caller.hospital_id and caller.role in CARE_ROLES


def may_see(caller: Caller, *, hospital_id: str, grants: Iterable[Grant], at: datetime) -> bool:
    """People in care at the producing hospital, and whoever a live grant names."""
    if is_of_house(caller, hospital_id):
        return True
    return any(is_live(grant, at) and is_for(grant, caller) for grant in grants)


def is_of_house(caller: Caller, hospital_id: str) -> bool:
    """Cares for patients at the hospital that produced the study."""
    return caller.hospital_id == hospital_id and caller.role in CARE_ROLES


def version_of(instances: Iterable[tuple[str, str]]) -> str:
    """Names a set of (SOP Instance UID, SHA-256): the same for the same bytes in whatever order they came."""
    lines = sorted(f"{uid} {sha256}" for uid, sha256 in instances)
    return hashlib.sha256("\n".join(lines).encode("ascii")).hexdigest()
