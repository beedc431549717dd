"""An evening of a region in one process: three machines, one PostgreSQL, three visitors, and faults one after another.

`python -m tests.collab.faults.evening FOLDER SEED ROUNDS [FAULT]`, below `alone`: it says what it saw and how long
everything took, and ends with 1 if anything was wrong. `FAULT` is planted.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from pathlib import Path

from tests.collab.faults.history import Pointed, Saw
from tests.collab.faults.nemesis import FAULTS
from tests.collab.faults.region import PATIENCE_S, Region, now_s, region, staying

# DESIGN: a planned hand-over in 2 s, a dead or paused owner replaced within 15 s; each with room for a busy machine.
PROMISED_S = {"the owner is stopped": 10.0, "the owner is killed": 45.0, "the owner is paused": 45.0}

# Without faults: how often one looks, and after how long everybody has done enough.
WATCHED_S, WATCHED_TIMES = 3.0, 12


async def _start(there: Region) -> None:
    for one in there.machines:
        one.start()
    for one in there.machines:
        await there.ready(one)


async def watch(there: Region) -> list[str]:
    """Nothing befalls anybody; what was wrong all the same, as soon as something is."""
    await _start(there)
    async with staying(there.visitors):
        for _ in range(WATCHED_TIMES):
            await asyncio.sleep(WATCHED_S)
            if wrong := await asyncio.to_thread(there.judge):
                return wrong
    return []


async def spend(there: Region, rounds: int) -> list[str]:
    """Every fault once a round, in the order of chance; what was wrong."""
    await _start(there)
    async with staying(there.visitors) as (busy, there.works):
        await there.all_well("everybody comes")
        for _ in range(rounds):
            for name in there.chance.sample(list(FAULTS), len(FAULTS)):
                say(f"{now_s():.1f} {name}")
                await FAULTS[name](there, name)
                await there.all_well()
                for task in busy:
                    assert not task.done(), task.exception()
        for task in busy:
            task.cancel()
        return await there.settle()


def say(what: str) -> None:
    print(what, flush=True)


def main(folder: Path, seed: int, rounds: int, plant: str = "") -> int:
    with region(folder, seed, plant) as there:
        try:
            wrong = asyncio.run(spend(there, rounds) if rounds else watch(there))
        except AssertionError:
            say("\n".join(map(str, [one for one in there.events if not isinstance(one, Pointed | Saw)][-60:])))
            raise
        for name, took_s in there.took_s:
            say(f"{took_s:6.2f} s  {name}")
            if took_s > PROMISED_S.get(name, PATIENCE_S):
                wrong.append(f"{name}: it took too long")
        heard = Counter(type(one).__name__ for one in there.events)
        say(", ".join(f"{kind}: {count}" for kind, count in heard.items()))
        for one in wrong:
            say(f"WRONG {one}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:]))
