"""The refusal: what people can meet and act upon, as a code and facts; never a bug, never a sentence."""

from __future__ import annotations

from collections.abc import Mapping

Fact = str | int | float | None


class Refusal(Exception):
    """Base of the features' own refusals: `code` is looked up in the catalogues under `refused.<code>`.

    `status` is the HTTP status; `facts` fill the sentence's blanks. A refusal undoes the whole transaction, save one
    that `leaves_trace`: its raiser has written only what must be kept, such as a failed try at a password.
    """

    code: str = "refused"
    status: int = 409
    leaves_trace: bool = False

    def __init__(self, code: str | None = None, /, **facts: Fact) -> None:
        self.code = code or type(self).code
        self.facts: Mapping[str, Fact] = facts
        super().__init__(self.code, dict(facts))


class NotFound(Refusal):
    """Absent, or not for this caller: both look the same from outside."""

    code = "not_found"
    status = 404


class NotAllowed(Refusal):
    """The caller sees the object but may not do this to it."""

    code = "not_allowed"
    status = 403


class BadInput(Refusal):
    """What was sent does not have the form asked for; facts name the field."""

    code = "bad_input"
    status = 422


class TooMany(Refusal):
    """A limit on tries or sizes was reached; facts say when to try again."""

    code = "too_many"
    status = 429
