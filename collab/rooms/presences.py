"""Who is connected, who has been lost since when, and what each of them sees; the room decides what follows from it."""

from __future__ import annotations

from collections.abc import Iterable

from collab.rooms.protocol import EVERYTHING, Facets, Presence, Seen, Tell


class Presences:
    """Members of one room. `lost`: those who were there when an earlier owner stopped, taken for lost just now."""

    def __init__(self, lost: Iterable[str], *, at_ms: int) -> None:
        self._lost_at = dict.fromkeys(lost, at_ms)
        self._parted_at: dict[str, int] = {}
        self._told: dict[str, tuple[Seen, Facets]] = {}

    def came(self, actor: str) -> None:
        if self._lost_at.pop(actor, None) is not None:
            # Whatever they saw before: nobody knows it now until they say so.
            self._told.pop(actor, None)

    def parted(self, actor: str, *, at_ms: int) -> None:
        """One of several connections is gone, which was there until `at_ms`."""
        self._parted_at[actor] = max(at_ms, self._parted_at.get(actor, at_ms))

    def lost(self, actor: str, *, at_ms: int) -> None:
        """The last connection is gone. It may be known late: then another may have been there for longer."""
        self._lost_at[actor] = max(at_ms, self._parted_at.pop(actor, at_ms))

    def left(self, actor: str) -> None:
        """Nobody waits for them any more."""
        self._lost_at.pop(actor, None)
        self._parted_at.pop(actor, None)
        self._told.pop(actor, None)

    def tell(self, actor: str, message: Tell) -> bool:
        """What an actor says of their screen; whether that is news."""
        told = (message.seen, message.follows)
        is_news = self._told.get(actor) != told
        self._told[actor] = told
        return is_news

    def of(self, actor: str, *, at_ms: int) -> Presence:
        seen, follows = self._told.get(actor, ("loading", EVERYTHING))
        lost_at = self._lost_at.get(actor)
        if lost_at is None:
            return Presence(actor, True, seen, follows, 0)
        return Presence(actor, False, "lost", follows, max(0, at_ms - lost_at))

    def lost_for(self, at_ms: int) -> list[tuple[str, int]]:
        """Each lost actor, and for how many milliseconds."""
        return [(actor, at_ms - lost_at) for actor, lost_at in self._lost_at.items()]

    @property
    def waits(self) -> bool:
        """Whether somebody lost may still come back."""
        return bool(self._lost_at)
