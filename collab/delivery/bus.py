"""The live bus: events by topic from any thread to bounded queues in the event loop; nothing is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from threading import Lock
from uuid import uuid4

import msgspec

# A page that has not taken 64 events in its turn of the loop is asleep; it will reload its list instead.
QUEUE_LIMIT = 64


class LiveEvent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What happened to which object. Codes only: the page fetches what it may see, so no patient travels here."""

    kind: str
    object_id: str
    urgency: str = ""
    by_person_id: str = ""


MISSED = LiveEvent(kind="missed", object_id="")
CLOSED = LiveEvent(kind="closed", object_id="")


class Subscription:
    """One listener's queue; `get` waits for the next event and runs in the loop that made it."""

    def __init__(self, topics: frozenset[str]) -> None:
        self.topics = topics
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[LiveEvent] = asyncio.Queue(QUEUE_LIMIT)

    async def get(self) -> LiveEvent:
        return await self._queue.get()

    @property
    def is_empty(self) -> bool:
        """Nothing waits; what other threads have offered may still be on its way into the loop."""
        return self._queue.empty()

    def offer(self, event: LiveEvent) -> None:
        """From any thread; a loop that is gone takes nothing."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._put, event)

    def _put(self, event: LiveEvent) -> None:
        if self._queue.full():
            while not self._queue.empty():
                self._queue.get_nowait()
            event = CLOSED if event is CLOSED else MISSED
        self._queue.put_nowait(event)


class Bus:
    """The one live bus of a server process."""

    def __init__(self) -> None:
        # Tells this process's events from its neighbours'.
        self.name = uuid4().hex
        self._lock = Lock()
        self._subscriptions: set[Subscription] = set()

    def subscribe(self, topics: Iterable[str]) -> Subscription:
        """A new listener; call `unsubscribe` when it goes."""
        subscription = Subscription(frozenset(topics))
        with self._lock:
            self._subscriptions.add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        with self._lock:
            self._subscriptions.discard(subscription)

    def count(self, topic: str) -> int:
        """How many listen to a topic."""
        with self._lock:
            return sum(topic in subscription.topics for subscription in self._subscriptions)

    def publish(self, topics: str | Iterable[str], event: LiveEvent) -> None:
        """Give the event to everybody who listens to one of the topics, once each; from any thread, never waiting."""
        wanted = frozenset([topics] if isinstance(topics, str) else topics)
        with self._lock:
            reached = [each for each in self._subscriptions if each.topics & wanted]
        for subscription in reached:
            subscription.offer(event)

    def tell_missed(self) -> None:
        """Something may have happened of which nobody here was told: everybody looks for themselves."""
        self._offer_all(MISSED)

    def close(self) -> None:
        """End every stream, so that a stopping server need not wait for them."""
        self._offer_all(CLOSED)

    def _offer_all(self, event: LiveEvent) -> None:
        with self._lock:
            everyone = list(self._subscriptions)
        for subscription in everyone:
            subscription.offer(event)
