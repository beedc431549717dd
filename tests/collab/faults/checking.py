"""Judges an evening from outside: all that visitors were told against all that the journal holds; pure.

It trusts no server and no clock of one. Each finding names the rule of PROTOCOL.md that was broken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from collab.rooms.fold import fold
from collab.rooms.protocol import ControlTaken, Say
from tests.collab.faults.history import Asked, Event, Greeted, Pointed, Saw, Told, WasRefused, Welcomed, Written


def violations(events: Sequence[Event], journal: Sequence[Written]) -> list[str]:
    """Everything that is wrong; empty for an evening as it should be. `events` are in the order of their moments."""
    return [
        *_journal(journal),
        *_terms(events, journal),
        *_prefixes(events, journal),
        *_asks(events, journal),
        *_epochs(events, journal),
    ]


def _journal(journal: Sequence[Written]) -> Iterator[str]:
    if [one.fact.seq for one in journal] != list(range(1, len(journal) + 1)):
        yield "R12: the journal has a hole"
    for before, after in pairwise(journal):
        if after.epoch < before.epoch:
            yield f"R9: fact {after.fact.seq} was written by an older owner than the one before it"
        if after.fact.at_ms < before.fact.at_ms:
            yield f"R12: at fact {after.fact.seq} time steps back"


def _terms(events: Sequence[Event], journal: Sequence[Written]) -> Iterator[str]:
    """One holder a term, for the journal and on every screen."""
    holders: dict[int, str | None] = {0: None}
    for one in journal:
        if isinstance(one.fact.done, ControlTaken):
            if one.fact.done.term != len(holders):
                yield f"R22: term {one.fact.done.term} comes after {len(holders) - 1}"
            holders[one.fact.done.term] = one.fact.done.holder
    for event in events:
        if isinstance(event, Saw) and event.term is not None and holders.get(event.term) != event.actor:
            yield f"R16: {event.client_id} saw {event.actor} present in term {event.term}"


def _prefixes(events: Sequence[Event], journal: Sequence[Written]) -> Iterator[str]:
    """Each connection tells the journal from where its visitor was, or from the state that it gives, and no hole."""
    facts = {one.fact.seq: one.fact for one in journal}
    seqs: dict[int, int] = {}
    for event in events:
        match event:
            case Greeted(line=line, seq=seq):
                seqs[line] = seq
            case Welcomed(line=line, state=state) if state is not None:
                seqs[line] = state.seq
                if state != fold(one.fact for one in journal[: state.seq]).snapshot():
                    yield f"R8: the state at {state.seq} given to {event.client_id} is not that of the journal"
            case Told(line=line, fact=fact):
                if facts.get(fact.seq) != fact:
                    yield f"R12: {event.client_id} was told a fact {fact.seq} that the journal does not hold"
                if fact.seq != seqs[line] + 1:
                    yield f"R12: {event.client_id} was told fact {fact.seq} after {seqs[line]}"
                seqs[line] = fact.seq
            case _:
                pass


def _asks(events: Sequence[Event], journal: Sequence[Written]) -> Iterator[str]:
    """Each acknowledged ask once, nothing that nobody asked, and of what was refused nothing."""
    asked = {(one.client_id, one.n): one.act for one in events if isinstance(one, Asked)}
    done = Counter((one.fact.client_id, one.fact.n) for one in journal if one.fact.n)
    refused = {(one.client_id, one.n) for one in events if isinstance(one, WasRefused)}
    acked: dict[str, int] = {}
    for event in events:
        if isinstance(event, Welcomed):
            acked[event.client_id] = max(acked.get(event.client_id, 0), event.acked)
    for ask, times in done.items():
        if times > 1:
            yield f"R10: ask {ask} was carried out {times} times"
        if ask not in asked:
            yield f"R10: ask {ask} was carried out and never made"
        if ask in refused:
            yield f"R11: ask {ask} was refused and carried out"
    for ask, act in asked.items():
        client_id, n = ask
        # Saying something is refused to nobody; of other asks the refusal may have been lost with a connection.
        if isinstance(act, Say) and not done[ask] and n <= acked.get(client_id, 0):
            yield f"R5: ask {ask} was acknowledged and is lost"
        if isinstance(act, Say) and ask in refused:
            yield f"R14: ask {ask} was refused"


def _epochs(events: Sequence[Event], journal: Sequence[Written]) -> Iterator[str]:
    """Whoever has been replaced says nothing more.

    What was under way for long is no fault: an owner is caught by what was said to it after its successor had spoken.
    """
    written = {one.fact.seq: one.epoch for one in journal}
    born = {one.stamp: one.at_s for one in events if isinstance(one, Pointed)}
    began = {one.line: one.at_s for one in events if isinstance(one, Greeted)}
    first: dict[int, float] = {}
    for event in events:
        if isinstance(event, Welcomed):
            first.setdefault(event.epoch, event.at_s)

    def had_gone(epoch: int, at_s: float) -> bool:
        return any(newer > epoch and heard_s < at_s for newer, heard_s in first.items())

    lines: dict[int, int] = {}
    for event in events:
        epoch = lines.get(event.line, 0)
        match event:
            case Welcomed(line=line, epoch=said):
                lines[line] = said
                if had_gone(said, began[line]):
                    yield f"R9: {event.client_id} was welcomed by an owner that had been replaced ({said})"
            case Told(fact=fact) if written.get(fact.seq, 0) > epoch:
                yield f"R9: the owner of epoch {epoch} told fact {fact.seq}, which a later one has written"
            case Saw(stamp=stamp) if had_gone(epoch, born[stamp]):
                yield f"R9: {event.client_id} saw a move through an owner that had been replaced ({epoch})"
            case _:
                pass
