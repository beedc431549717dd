"""The servers that the benchmark `rooms` compares: Consilium as it is installed, and others from their registries."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from collab.kit.settings import Settings
from tests.bench import node, seed
from tests.bench.processes import Running, free_port, running
from tests.bench.rooms_load import Speech

PEERS = Path(__file__).parent / "peers"
# npm packages, only for the run, in a folder of their own; what each is called in the tables.
NODE_PEERS: tuple[tuple[str, str, Speech, tuple[str, ...]], ...] = (
    ("node ws", "relay.mjs", "relay", ("ws@8",)),
    ("socket.io", "socketio.mjs", "socketio", ("socket.io@4",)),
    ("y-websocket", "yjs.mjs", "yjs", ("y-websocket@2.1.0", "yjs@13", "ws@8")),
    ("Hocuspocus", "hocuspocus.mjs", "hocuspocus", ("@hocuspocus/server@3", "yjs@13", "y-protocols@1")),
)


@dataclass(frozen=True, kw_only=True)
class Contender:
    """A server to be measured: how to start one, what is spoken with it, where its rooms are, how to be let in."""

    name: str
    start: Callable[[], AbstractContextManager[Running]]
    speech: Speech
    paths: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()


def contenders(folder: Path, rooms: int) -> tuple[list[Contender], list[str]]:
    """Ours first; with what had to be left out, and why."""
    found, missing = [consilium(folder, rooms), _relay(folder)], list[str]()
    for name, program, speech, packages in NODE_PEERS:
        try:
            installed = node.install(packages, folder / program)
            found.append(_on_node(name, program, speech, installed, folder))
        except node.NoNode as why:
            missing.append(f"{name} was left out: {why}")
    return found, missing


def consilium(folder: Path, rooms: int) -> Contender:
    settings = Settings(data=folder / "data", port=free_port())
    settings.data.mkdir()
    seed.migrate(settings)
    seeded = seed.seed_rooms(settings, rooms)
    start = _starter(
        (*seed.COMMAND, "serve"), folder / "consilium.log", port=settings.port, env=seed.environment_of(settings)
    )
    return Contender(name="consilium", start=start, speech="consilium", paths=seeded.paths, tokens=seeded.tokens)


def _relay(folder: Path) -> Contender:
    command = (sys.executable, "-m", "tests.bench.peers.relay")
    return Contender(name="websockets broadcast()", start=_starter(command, folder / "relay.log"), speech="relay")


def _on_node(name: str, program: str, speech: Speech, installed: Path, folder: Path) -> Contender:
    command = (str(node.program()), str(PEERS / program))
    start = _starter(command, folder / f"{program}.log", behind=(str(installed),))
    return Contender(name=name, start=start, speech=speech)


def _starter(
    command: Sequence[str],
    log: Path,
    *,
    port: int | None = None,
    env: Mapping[str, str] | None = None,
    behind: Sequence[str] = (),
) -> Callable[[], AbstractContextManager[Running]]:
    """Without a `port` each start has a new one, which the command gets as an argument."""

    @contextmanager
    def start() -> Generator[Running]:
        chosen = port or free_port()
        arguments = () if port else (str(chosen), *behind)
        with running((*command, *arguments), port=chosen, log=log, environment=env) as server:
            yield server

    return start
