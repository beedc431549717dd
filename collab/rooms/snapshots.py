"""A room's snapshot in the database: what its facts have built, so that an owner need not read them all; pure.

A snapshot is never the truth: the journal is. One that cannot be read, was changed, stands on another journal or was
built by an older fold is not used, and the facts are read from the first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

from collab.rooms.fold import Fold
from collab.rooms.protocol import Fact, RoomState

# To be raised whenever the fold makes something else of the same facts.
FOLD_VERSION = 2

_PACK = msgspec.msgpack.Encoder()


class Asked(msgspec.Struct, frozen=True, array_like=True):
    """Who uses a client, and the number of its last durable ask."""

    actor: str
    n: int


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything durable up to fact `state.seq`, whose hash in the journal is `head_hash`."""

    fold_version: int
    head_hash: str
    at_ms: int
    state: RoomState
    clients: dict[str, Asked]

    @property
    def seq(self) -> int:
        return self.state.seq


_READ = msgspec.msgpack.Decoder(Snapshot)


def pack(snapshot: Snapshot) -> tuple[bytes, str]:
    """As it is kept, and its SHA-256."""
    body = _PACK.encode(snapshot)
    return body, hashlib.sha256(body).hexdigest()


def unpack(body: bytes, sha256: str) -> Snapshot | None:
    """The snapshot; None for one that was changed, or that another version of this program made."""
    if hashlib.sha256(body).hexdigest() != sha256:
        return None
    try:
        snapshot = _READ.decode(body)
    except msgspec.DecodeError:
        return None
    return snapshot if snapshot.fold_version == FOLD_VERSION else None


def is_true_to(snapshot: Snapshot, facts: Iterable[Fact]) -> bool:
    """Whether these facts, the journal's up to the snapshot's, build just this; the text is compared as it reads."""
    folded, clients = Fold(), dict[str, Asked]()
    for fact in facts:
        folded.add(fact)
        note_client(clients, fact)
    read = Fold(snapshot.state)
    return (folded.state, folded.text(), clients) == (read.state, read.text(), snapshot.clients)


def note_client(clients: dict[str, Asked], fact: Fact) -> None:
    """What a fact says of the client that asked for it."""
    if fact.client_id:
        clients[fact.client_id] = Asked(fact.actor, fact.n)
