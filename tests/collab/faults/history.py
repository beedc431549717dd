"""What visitors of a room have said and been told, and when they saw it; values only."""

from __future__ import annotations

from dataclasses import dataclass

from collab.rooms.protocol import Act, Fact, RoomState


@dataclass(frozen=True, kw_only=True)
class Event:
    """`at_s`: one monotonic clock for all visitors. `line`: the connection, a number that grows over all of them."""

    at_s: float
    client_id: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Asked(Event):
    """An ask that was made; it may be sent more than once. `line` is 0."""

    n: int
    act: Act


@dataclass(frozen=True, kw_only=True)
class Pointed(Event):
    """Something ephemeral was sent. `stamp` is its place in millimetres, another one for each in a whole evening."""

    stamp: float


@dataclass(frozen=True, kw_only=True)
class Greeted(Event):
    """Hello was said: the last fact known, and the first number without an answer."""

    seq: int
    next_n: int


@dataclass(frozen=True, kw_only=True)
class Welcomed(Event):
    """Welcome was heard."""

    epoch: int
    acked: int
    state: RoomState | None


@dataclass(frozen=True, kw_only=True)
class Told(Event):
    """A fact was heard."""

    fact: Fact


@dataclass(frozen=True, kw_only=True)
class WasRefused(Event):
    """A refusal was heard."""

    n: int
    code: str


@dataclass(frozen=True, kw_only=True)
class Saw(Event):
    """Something ephemeral was heard; `term` where it was a view's move."""

    actor: str
    stamp: float
    term: int | None = None


@dataclass(frozen=True, kw_only=True)
class Ended(Event):
    """The connection ended: with a code of the room, or 1006."""

    code: int
    reason: str


@dataclass(frozen=True)
class Written:
    """A row of the journal, as it is found in the end."""

    epoch: int
    fact: Fact
