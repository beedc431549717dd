"""What befalls a region's machines, clocks and wires: each fault harms, waits until people are well, and mends."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

from tests.collab.faults.machine import DATABASE, Machine
from tests.collab.faults.region import Region, now_s

# As long as a laptop's lid is shut, or a machine is moved to another host: longer than any lease or silence.
PAUSE_S = 14.0
CUT_S = 13.0
TO_DATABASE, FROM_DATABASE = f"ip daddr {DATABASE}", f"ip saddr {DATABASE}"


async def _kill(region: Region, name: str) -> None:
    owner, epoch = await region.owner(), region.epoch
    owner.kill()
    await region.replaced(name, epoch)
    await _start_again(region, owner)


async def _stop(region: Region, name: str) -> None:
    """As an update does."""
    owner, epoch = await region.owner(), region.epoch
    owner.signal(signal.SIGTERM)
    await region.replaced(name, epoch)
    assert owner.process is not None
    await asyncio.to_thread(owner.process.wait, 30)
    await _start_again(region, owner)


async def _start_again(region: Region, machine: Machine) -> None:
    machine.start()
    await region.ready(machine)


async def _pause(region: Region, name: str) -> None:
    """It wakes when another one has its rooms, and thinks that no time has passed."""
    owner, epoch, begun_s = await region.owner(), region.epoch, now_s()
    owner.signal(signal.SIGSTOP)
    try:
        await region.replaced(name, epoch)
        await asyncio.sleep(PAUSE_S - (now_s() - begun_s))
    finally:
        owner.signal(signal.SIGCONT)
    await region.ready(owner)


async def _cut_off_database(region: Region, name: str) -> None:
    """The owner speaks and nobody answers, or is spoken to and cannot hear: it says nothing more by itself."""
    owner, epoch = await region.owner(), region.epoch
    if region.chance.random() < 0.5:
        owner.drop(out=TO_DATABASE)
    else:
        owner.drop(into=FROM_DATABASE)
    try:
        await region.replaced(name, epoch)
    finally:
        owner.mend()
    begun_s = now_s()
    await region.ready(owner)
    region.took_s.append((f"{name}: it serves again", now_s() - begun_s))


async def _cut_wires(region: Region, name: str) -> None:
    """Nothing comes from one machine to the owner, nor from one visitor to anybody; what is said to them arrives."""
    owner = await region.owner()
    carrying = next(one for one in region.machines if one is not owner)
    mute, carried = region.chance.sample(region.visitors, 2)
    await carried.move_to(carrying.host)
    await region.all_well()
    carrying.drop(out=f"ip daddr {owner.host}")
    for one in region.machines:
        one.drop(into=f"ip saddr {mute.address}")
    try:
        cut_s = now_s()
        await region.until(lambda: _truth(carried.host != carrying.host), "who is carried goes elsewhere")
        await region.until(lambda: _truth(carried.epoch > 0), "who is carried comes back")
        region.took_s.append((f"{name}: through another machine", now_s() - cut_s))
        await asyncio.sleep(max(0.0, CUT_S - (now_s() - cut_s)))
        assert mute.epoch == 0, "R36: somebody who says nothing stays in the room"
    finally:
        for one in region.machines:
            one.mend()
    await region.all_well(f"{name}: mended")


async def _truth(holds: bool) -> bool:
    return holds


async def _set_clock(region: Region, name: str) -> None:
    """An hour on or back, by hand or after long without a time server; where it is wrong already, it is set right."""
    owner, epoch = await region.owner(), region.epoch
    owner.set_clock(0.0 if owner.clock_off_s else region.chance.choice((-3600.0, 3600.0)))
    await region.replaced(name, epoch)


FAULTS: dict[str, Callable[[Region, str], Awaitable[None]]] = {
    "the owner is killed": _kill,
    "the owner is stopped": _stop,
    "the owner is paused": _pause,
    "the owner is cut off from its database": _cut_off_database,
    "wires carry nothing one way": _cut_wires,
    "the owner's clock is set": _set_clock,
}
