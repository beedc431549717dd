"""Many texts in a query as one bound value: what `in_` would spell out costs 5 us each, every time."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import JSON, Select, cast, func, literal, select
from sqlalchemy.orm import Session
from sqlalchemy.types import String


def listed(session: Session, texts: Iterable[str]) -> Select[str]:
    """A query of these texts, for `in_`."""
    value = literal(json.dumps(list(texts)), String)
    if session.get_bind().dialect.name == "postgresql":
        return select(func.json_array_elements_text(cast(value, JSON)).table_valued("value").c.value)
    return select(func.json_each(value).table_valued("value").c.value)
