"""The room's journal as a chain: how a fact becomes a sealed entry and back, and how a chain is judged; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from collab.rooms.protocol import Done, Fact

GENESIS = "0" * 64

_BODY = msgspec.msgpack.Decoder(Done)
_PACK = msgspec.msgpack.Encoder()


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row of a room's journal. `body` is what was done, as msgpack; `epoch` the ownership that wrote it."""

    room_id: str
    seq: int
    epoch: int
    at_ms: int
    actor: str
    client_id: str
    n: int
    body: bytes
    previous_hash: str
    hash: str


@dataclass(frozen=True, kw_only=True)
class Break:
    """The first place where a room's chain does not hold."""

    room_id: str
    seq: int
    why: Literal["missing", "unlinked", "changed", "unreadable", "another snapshot"]


def seal(facts: Sequence[Fact], *, room_id: str, epoch: int, previous_hash: str) -> list[Entry]:
    """The entries of these facts, each sealed to the one before."""
    entries: list[Entry] = []
    for fact in facts:
        body = _PACK.encode(fact.done)
        sealed = _hash(room_id, fact, epoch=epoch, body=body, previous_hash=previous_hash)
        entries.append(
            Entry(
                room_id=room_id,
                seq=fact.seq,
                epoch=epoch,
                at_ms=fact.at_ms,
                actor=fact.actor,
                client_id=fact.client_id,
                n=fact.n,
                body=body,
                previous_hash=previous_hash,
                hash=sealed,
            )
        )
        previous_hash = sealed
    return entries


def read_fact(entry: Entry) -> Fact:
    """The fact that an entry holds. Raises `msgspec.DecodeError` for a body that is none."""
    return Fact(entry.seq, entry.at_ms, entry.actor, entry.client_id, entry.n, _BODY.decode(entry.body))


def find_break(entries: Iterable[Entry], room_id: str) -> Break | None:
    """The first entry whose number, link, hash or content is wrong; None for a whole chain.

    A chain cut at its tail looks whole from inside: compare its head with a copy kept elsewhere.
    """
    previous, expected = GENESIS, 1
    for entry in entries:
        why = fault_of(entry, expected=expected, previous=previous, room_id=room_id)
        if why is not None:
            return Break(room_id=room_id, seq=expected, why=why)
        previous, expected = entry.hash, expected + 1
    return None


Fault = Literal["missing", "unlinked", "changed", "unreadable"]


def fault_of(entry: Entry, *, expected: int, previous: str, room_id: str) -> Fault | None:
    """What is wrong with an entry that should have this number, after the one with this hash."""
    if entry.seq != expected:
        return "missing"
    if entry.previous_hash != previous:
        return "unlinked"
    try:
        fact = read_fact(entry)
    except msgspec.DecodeError:
        return "unreadable"
    computed = _hash(room_id, fact, epoch=entry.epoch, body=entry.body, previous_hash=entry.previous_hash)
    return None if computed == entry.hash else "changed"


def _hash(room_id: str, fact: Fact, *, epoch: int, body: bytes, previous_hash: str) -> str:
    """SHA-256 over the msgpack array of the entry's fields; an array has one encoding only."""
    content = (room_id, fact.seq, epoch, fact.at_ms, fact.actor, fact.client_id, fact.n, body, previous_hash)
    return hashlib.sha256(_PACK.encode(content)).hexdigest()
