"""A real coturn on the loopback for one test, with its own configuration, stopped by its process id."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

STARTS_WITHIN_S = 20.0
STOPS_WITHIN_S = 10.0


@dataclass(frozen=True)
class Turn:
    port: int
    tls_port: int
    log: Path

    @property
    def udp(self) -> str:
        return f"turn:127.0.0.1:{self.port}?transport=udp"

    @property
    def tcp(self) -> str:
        return f"turn:127.0.0.1:{self.port}?transport=tcp"


@asynccontextmanager
async def running(program: str, folder: Path, *, secret: str) -> AsyncIterator[Turn]:
    turn = Turn(free_port(), free_port(), folder / "turn.log")
    config = folder / "turn.conf"
    config.write_text(configuration(turn, folder, secret))
    process = await asyncio.create_subprocess_exec(
        program, "-c", str(config), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await accepts(turn.port, process)
        yield turn
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(STOPS_WITHIN_S):
            await process.wait()


def configuration(turn: Turn, folder: Path, secret: str) -> str:
    """Loopback peers are allowed here only because both ends of the test live there; never do so in a hospital."""
    lines = (
        "listening-ip=127.0.0.1",
        "relay-ip=127.0.0.1",
        f"listening-port={turn.port}",
        f"tls-listening-port={turn.tls_port}",
        "min-port=49160",
        "max-port=49400",
        "fingerprint",
        "use-auth-secret",
        f"static-auth-secret={secret}",
        "realm=turn.test",
        "no-cli",
        "no-tls",
        "no-dtls",
        "allow-loopback-peers",
        "verbose",
        "simple-log",
        f"log-file={turn.log}",
        f"pidfile={folder / 'turn.pid'}",
        f"userdb={folder / 'turn.sqlite'}",
    )
    return "\n".join(lines) + "\n"


async def accepts(port: int, process: asyncio.subprocess.Process) -> None:
    """Wait until the port takes a connection; coturn tells of being ready in no other way."""
    async with asyncio.timeout(STARTS_WITHIN_S):
        while True:
            assert process.returncode is None, "turnserver ended at once"
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.02)
                continue
            writer.close()
            await writer.wait_closed()
            return


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
