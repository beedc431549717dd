"""A page's start inside the page itself."""

from __future__ import annotations

import msgspec
from markupsafe import Markup


def embed(start: msgspec.Struct) -> Markup:
    """JSON that may stand inside a script element: no `<`, so nothing in it can end the element."""
    return Markup(msgspec.json.encode(start).decode().replace("<", "\\u003c"))  # noqa: S704 - escaped right here
