"""The live bus: who hears what, from other threads, and what a slow listener gets."""

from __future__ import annotations

import asyncio
from threading import Thread

from collab.delivery.bus import CLOSED, MISSED, QUEUE_LIMIT, Bus, LiveEvent

SUBMITTED = LiveEvent("expertise.submit", "EXR-1", "immediate", "PER-1")


async def turn() -> None:
    """Let what other threads have offered come into the loop."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_only_listeners_of_a_topic_hear_it() -> None:
    bus = Bus()
    mine, other = bus.subscribe(["person:1", "team:1"]), bus.subscribe(["person:2"])
    bus.publish("team:1", SUBMITTED)
    assert await mine.get() == SUBMITTED
    assert other.is_empty


async def test_one_event_to_several_topics_is_heard_once() -> None:
    bus = Bus()
    mine = bus.subscribe(["person:1", "team:1", "hospital:1"])
    bus.publish(["person:1", "team:1", "hospital:1"], SUBMITTED)
    await mine.get()
    await turn()
    assert mine.is_empty


async def test_an_event_comes_from_any_thread() -> None:
    bus = Bus()
    mine = bus.subscribe(["person:1"])
    thread = Thread(target=bus.publish, args=("person:1", SUBMITTED))
    thread.start()
    thread.join()
    assert await mine.get() == SUBMITTED


async def test_who_has_gone_hears_nothing() -> None:
    bus = Bus()
    mine = bus.subscribe(["person:1"])
    bus.unsubscribe(mine)
    bus.publish("person:1", SUBMITTED)
    await turn()
    assert mine.is_empty
    assert bus.count("person:1") == 0


async def test_who_sleeps_is_told_that_they_missed_something_and_costs_a_bounded_queue() -> None:
    bus = Bus()
    asleep = bus.subscribe(["person:1"])
    for _ in range(QUEUE_LIMIT + 1):
        bus.publish("person:1", SUBMITTED)
    await turn()
    assert await asleep.get() is MISSED
    assert asleep.is_empty


async def test_closing_reaches_even_who_sleeps() -> None:
    bus = Bus()
    asleep = bus.subscribe(["person:1"])
    for _ in range(QUEUE_LIMIT):
        bus.publish("person:1", SUBMITTED)
    bus.close()
    await turn()
    assert await asleep.get() is CLOSED


def test_a_listener_whose_loop_is_gone_harms_nobody() -> None:
    bus = Bus()

    async def listen() -> None:
        bus.subscribe(["person:1"])

    asyncio.run(listen())
    bus.publish("person:1", SUBMITTED)
