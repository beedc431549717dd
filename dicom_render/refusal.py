"""What this package refuses, as a stable code with facts; the sentence for people is written elsewhere, by code."""

from collections.abc import Mapping

Fact = str | int | float | list[float] | None


class Refusal(Exception):
    """A refusal that people can meet: `code` is stable, `facts` say what was found and what was expected."""

    def __init__(self, code: str, facts: Mapping[str, Fact] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.facts: dict[str, Fact] = dict(facts or {})

    def __str__(self) -> str:
        return f"{self.code} {self.facts}" if self.facts else self.code


class Unreadable(Refusal):
    """These bytes are not an object, or not an image, that can be read: says which part and why."""


class NotAVolume(Refusal):
    """A plane through the slices was asked of a stack that makes no volume; the code is the stack's reason."""


def refusal_of(kind: str, code: str, facts: Mapping[str, Fact]) -> Refusal:
    """The refusal of that class name, or a plain one: how a refusal crosses from another process."""
    known = {Refusal.__name__: Refusal}
    waiting = [Refusal]
    while waiting:
        for narrower in waiting.pop().__subclasses__():
            known[narrower.__name__] = narrower
            waiting.append(narrower)
    return known.get(kind, Refusal)(code, facts)
