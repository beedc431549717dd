"""Random identifiers of our own objects, with the prefix that says what they name."""

from __future__ import annotations

import secrets

# Prefixes keep documents of different nature apart even on paper (a conclusion is never a second read).
PERSON, HOSPITAL, TEAM, LOGIN, TOKEN = "PER", "HOS", "TEA", "LOG", "TOK"
STUDY, SERIES, INSTANCE, UPLOAD, GRANT = "STU", "SER", "INS", "UPL", "GRT"
ROOM, EXPERTISE_REQUEST, EXPERT_CONCLUSION, SECOND_READ, PRIMARY_REPORT = "ROO", "EXR", "EXC", "2RD", "RPT"

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford: no letter that reads as a digit on the telephone


def new_id(prefix: str) -> str:
    """`prefix`, a dash and 80 random bits."""
    return f"{prefix}-{''.join(secrets.choice(_ALPHABET) for _ in range(16))}"
