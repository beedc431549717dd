"""A start inside its page: nothing in it can end its element."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from collab.rooms.embedding import embed
from collab.rooms.page import RoomPatient
from tests.collab.rooms import make


def test_nothing_in_it_can_end_its_element() -> None:
    patient = replace(make.patient(), name="</script><script>alert(1)</script>")
    embedded = embed(patient)
    assert "<" not in embedded
    assert msgspec.json.decode(str(embedded), type=RoomPatient) == patient
