"""Builders: the evidence of a meeting that ended with a signed conclusion, and hands that tamper with it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from collab.conclusions.service import Documents
from collab.evidence.document import (
    JOURNAL,
    MANIFEST,
    SEAL,
    JournalLine,
    Manifest,
    entry_of,
    journal_line,
    sha256_hex,
    write,
)
from collab.evidence.document import lines as lines_of
from collab.evidence.service import make_evidence, signing_key
from collab.kit.database import Database
from collab.rooms.journal import GENESIS, read_fact, seal
from collab.rooms.protocol import ControlTaken, MemberJoined, Said, TextUpdated, ViewSettled
from collab.studies.rules import version_of
from tests import make
from tests.collab.expertise import make as expertise
from tests.collab.rooms import make as rooms

SECRET = b"the secret of the server that made it"
OTHER_SECRET = b"the secret of somebody else's server!"
TEXT = "Occlusion du segment M1 gauche."


def meeting(database: Database, data: Path) -> tuple[expertise.World, str]:
    """A world and the room in which its conclusion was signed."""
    world = expertise.world(database, data, version=version_of([]))
    request_id = world.accepted()
    world.journal(
        request_id,
        [
            MemberJoined(rooms.member(world.expert.id, "expert")),
            ControlTaken(world.expert.id, 1, "taken"),
            ViewSettled(1, rooms.view(12.5)),
            *(TextUpdated(update) for update in rooms.updates("Occlusion du segment M1", " gauche.")),
            Said("Merci."),
        ],
    )
    world.sign(request_id, world.wish(request_id))
    return world, world.room_id(request_id)


def evidence(world: expertise.World, room_id: str) -> bytes:
    documents = world.server.site.part(Documents)
    with world.database.transaction() as session:
        return make_evidence(session, room_id, documents=documents, secret=SECRET, by="test", at=make.NIGHT)


Items = dict[str, bytes]


def items_of(content: bytes) -> Items:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(items: Mapping[str, bytes]) -> bytes:
    """As somebody without the key packs it again."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, item in items.items():
            archive.writestr(name, item)
    return file.getvalue()


def tampered(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    items = items_of(content)
    return zipped({**items, name: change(items[name])})


def signed_again(items: Mapping[str, bytes], key: Ed25519PrivateKey | None = None, **changes: Any) -> bytes:
    """With a manifest that fits; by the server itself, or with somebody's own key."""
    key = key or signing_key(SECRET)
    manifest = msgspec.json.decode(items[MANIFEST], type=Manifest)
    kept = {name: item for name, item in items.items() if name not in (MANIFEST, SEAL)}
    hashes = {name: sha256_hex(item) for name, item in kept.items()}
    public = key.public_key().public_bytes_raw().hex()
    return write(replace(manifest, items=hashes, public_key=public, **changes), kept, key)


def journal(items: Mapping[str, bytes]) -> list[JournalLine]:
    return [msgspec.json.decode(line, type=JournalLine) for line in items[JOURNAL].splitlines()]


def with_journal(items: Mapping[str, bytes], lines: Sequence[JournalLine]) -> Items:
    return {**items, JOURNAL: lines_of(lines)}


def rechained(lines: Sequence[JournalLine], room_id: str) -> list[JournalLine]:
    """Numbers, links and hashes made anew over other facts: a chain that looks whole from inside."""
    made: list[JournalLine] = []
    previous = GENESIS
    for seq, line in enumerate(lines, 1):
        fact = replace(read_fact(entry_of(line, room_id)), seq=seq)
        [entry] = seal([fact], room_id=room_id, epoch=line.epoch, previous_hash=previous)
        made.append(journal_line(entry, msgspec.json.encode(fact.done)))
        previous = entry.hash
    return made
