"""What goes wrong in a simulated region, by its own chance: processes, databases, lines and clocks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from tests.collab.rooms.simulated_region import Nemesis, Region
from tests.collab.rooms.simulated_server import Fate, Server


def nemesis(region: Region, nemeses: Mapping[str, Nemesis]) -> None:
    """Something goes wrong, by the region's chance; and again after a while, as long as people are busy."""
    chance = region.chance
    act = chance.choice(list(nemeses))
    region.note(act)
    nemeses[act](region)
    region.clockwork.after(chance.uniform(1, 8), lambda: nemesis(region, nemeses) if _is_busy(region) else None)


def _is_busy(region: Region) -> bool:
    return any(one.is_busy for one in region.visitors)


def _victim(region: Region) -> Server:
    """Mostly the owner: what befalls others is seldom felt."""
    owner = region.owner()
    return owner if owner is not None and region.chance.random() < 0.7 else region.chance.choice(region.servers)


def _replace(region: Region, server: Server) -> None:
    region.lose_server(server)
    region.start_server()


def _kill(region: Region) -> None:
    server = _victim(region)
    server.kill()
    _replace(region, server)


def _stop(region: Region) -> None:
    server = _victim(region)
    server.stop()
    region.clockwork.after(3, lambda: _replace(region, server) if server in region.servers else None)


def _pause(region: Region) -> None:
    _victim(region).pause(region.chance.uniform(1, 25))


def _pause_while_somebody_comes(region: Region) -> None:
    """Chance alone seldom has an owner wake while some still wait for it and another one has the room."""
    owner = region.owner()
    if owner is not None:
        owner.pause(region.chance.uniform(10.5, 11.5))
        _reload(region)


def _stall(region: Region) -> None:
    _victim(region).stalled_until_s = region.clockwork.now_s + region.chance.uniform(0.5, 12)


def fail(region: Region, fate: Fate) -> None:
    server = _victim(region)
    server.fates.extend(region.chance.choice(("well", fate)) for _ in range(region.chance.randint(1, 4)))


def _lose(region: Region) -> None:
    region.chance.choice(region.visitors).lose(server_hears_after_s=region.chance.choice((0.1, None)))


def _block(region: Region) -> None:
    """One direction of a line carries nothing for a while."""
    line = region.chance.choice(region.visitors).line
    if line is not None:
        pipe = region.chance.choice((line.up, line.down))
        pipe.is_blocked = True
        region.clockwork.after(region.chance.uniform(1, 20), pipe.open)


def _jump(region: Region) -> None:
    """A server's clock is set anew."""
    _victim(region).clock_off_s += region.chance.choice((-3600.0, -30.0, 30.0, 3600.0))


def _reload(region: Region) -> None:
    visitor = region.chance.choice(region.visitors)
    visitor.lose()
    visitor.tab.reload()


NEMESES: dict[str, Nemesis] = {
    "kill": _kill,
    "stop": _stop,
    "pause": _pause,
    "pause while somebody comes": _pause_while_somebody_comes,
    "stall": _stall,
    "refuse": partial(fail, fate="refused"),
    "lose the answer": partial(fail, fate="answer lost"),
    "lose a line": _lose,
    "block a line one way": _block,
    "set a clock": _jump,
    "reload": _reload,
}
