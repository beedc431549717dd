"""Which of the sub-protocols that a browser offers is spoken here, and what becomes of one with another; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from collab.rooms.outbox import Close
from collab.rooms.protocol import SUBPROTOCOL, SUBPROTOCOL_JSON, VERSION

OUTDATED, NOT_YET, UNKNOWN = Close(4426, "outdated"), Close(1012, "not_yet"), Close(1002, "subprotocol")
_OURS = re.compile(r"consilium\.v([0-9]{1,9})(\.json)?")


class Choice(NamedTuple):
    """`answer`: what the socket is accepted with. With `end`, only to say why it is closed."""

    answer: str | None
    end: Close | None


def choose(offered: Sequence[str]) -> Choice:
    """A browser fails a socket that answers none of what it has offered, and would never read the reason."""
    for one in offered:
        if one in (SUBPROTOCOL, SUBPROTOCOL_JSON):
            return Choice(one, None)
    for one in offered:
        if found := _OURS.fullmatch(one):
            # A newer page met a server that has not been replaced yet: another is about to take its place.
            return Choice(one, OUTDATED if int(found[1]) < VERSION else NOT_YET)
    return Choice(None, UNKNOWN)
