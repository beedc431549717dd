"""Makes every type that is read from bytes known to msgspec before there are threads.

It works a type out at its first use. Two threads that meet one there at the same moment read what is not there yet, and
the process dies (msgspec 0.22, `mpack_decode` of a null type): a server that has just started, with two requests.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import msgspec


def know_types() -> int:
    """To be called by one thread, once everything is imported; how many types there are."""
    known = 0
    for kind in _all_below(msgspec.Struct):
        # One that is only ever written may hold what cannot be read.
        with suppress(TypeError):
            msgspec.json.Decoder(kind)
            known += 1
    return known


def _all_below(kind: type) -> Iterator[type]:
    for each in kind.__subclasses__():
        yield each
        yield from _all_below(each)
