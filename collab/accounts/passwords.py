"""Argon2id, two at a time; knows nothing of people."""

from __future__ import annotations

from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from collab.kit.refusals import TooMany

# OWASP floor (19 MiB, t = 2, p = 1); more would let a storm of logins starve the rooms on a small server.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_SLOTS = BoundedSemaphore(2)
_WAIT_S = 5

# Verified against when the e-mail is unknown, so that the answer takes as long as for a known one.
_NOBODY = _HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    return _HASHER.hash(password)


def is_password(password: str, hashed: str | None) -> bool:
    """Whether the password is the hashed one; takes the same time when there is none to compare with."""
    if not _SLOTS.acquire(timeout=_WAIT_S):
        raise TooMany("too_many_logins")
    try:
        return _HASHER.verify(hashed or _NOBODY, password) and hashed is not None
    except (Argon2Error, InvalidHashError):
        return False
    finally:
        _SLOTS.release()
