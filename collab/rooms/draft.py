"""The conclusion's text as Yjs keeps it: updates in, one merged state and plain text out; nothing of facts or rooms."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable

from pycrdt import Doc, Text

# The shared text's name in the browsers' Yjs document.
TEXT_NAME = "conclusion"
MAX_UPDATE_BYTES = 16 << 10
MAX_TEXT_BYTES = 64 << 10
# Deleted text leaves traces and a document may carry more than the text; 64 KiB typed letter by letter is 600 KiB.
MAX_STATE_BYTES = 1 << 20


class BadUpdate(Exception):
    """A Yjs update that is refused: unreadable, or too much. The draft is as it was."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Draft:
    """A Yjs document that only updates change."""

    def __init__(self, state: str = "") -> None:
        self._doc: Doc[Text] = Doc()
        self._most_text_bytes = 0
        self._most_state_bytes = 0
        self._encoded: str | None = None
        if state:
            self._apply(_decode(state))

    def apply(self, update: str) -> None:
        """Merge an accepted update (base64)."""
        self._apply(_decode(update))

    def accept(self, update: str) -> None:
        """Merge a stranger's update (base64) if it keeps to the limits. Raises `BadUpdate`."""
        data = _decode(update)
        if len(data) > MAX_UPDATE_BYTES:
            raise BadUpdate("update_too_large")
        # An update adds at most its own length. While that bound is under the limits nothing need be measured.
        if (
            max(
                self._most_text_bytes + len(data) - MAX_TEXT_BYTES, self._most_state_bytes + len(data) - MAX_STATE_BYTES
            )
            > 0
        ):
            self._try(data)
        self._apply(data)

    def encode(self) -> str:
        """The merged state, base64; empty for an untouched draft."""
        if self._encoded is None:
            data = self._doc.get_update()
            self._most_state_bytes = len(data)
            self._encoded = "" if data == _NOTHING else base64.b64encode(data).decode()
        return self._encoded

    def text(self) -> str:
        return str(self._doc.get(TEXT_NAME, type=Text))

    def _apply(self, data: bytes) -> None:
        try:
            self._doc.apply_update(data)
        except ValueError as unreadable:
            raise BadUpdate("bad_update") from unreadable
        self._most_text_bytes += len(data)
        self._most_state_bytes += len(data)
        self._encoded = None

    def _try(self, data: bytes) -> None:
        """Measure exactly, on a copy, what the draft would become."""
        copy = Draft(self.encode())
        copy._apply(data)
        if len(copy.text().encode()) > MAX_TEXT_BYTES or len(copy.encode()) * 3 // 4 > MAX_STATE_BYTES:
            raise BadUpdate("draft_too_long")
        self._most_text_bytes = len(self.text().encode())


# What Yjs writes for a document without any change: no client, no deletion.
_NOTHING = b"\x00\x00"


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as wrong:
        raise BadUpdate("bad_update") from wrong


def plain_text(updates: Iterable[str]) -> str:
    """The text that these updates (base64) make together."""
    draft = Draft()
    for update in updates:
        draft.apply(update)
    return draft.text()
