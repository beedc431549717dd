"""How the application is served: one process or several on one port, and a second door for neighbours' sockets."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from uvicorn.supervisors import Multiprocess

from collab.kit.guard import Guard
from collab.kit.settings import BadSetting, Settings
from collab.kit.web import Site
from collab.rooms import gateway
from collab.rooms.gateway import MAX_FRAME_BYTES
from collab.rooms.wire import RoomWire

OPTIONS: dict[str, Any] = {  # Any: uvicorn's options have many types
    "ws": RoomWire,
    "ws_max_size": MAX_FRAME_BYTES,
    "ws_per_message_deflate": False,  # 40 % more CPU for frames of 60 bytes, and a side channel on clinical text
    # A room hears sooner of a socket that is gone (R36), and asks only the silent ones.
    "ws_ping_interval": None,
    "server_header": False,
    "log_level": "warning",
    "timeout_graceful_shutdown": 5,
}


class SideDoor:
    """A listening socket of this process alone, where neighbours carry sockets to the rooms that it owns.

    Without neighbours (SQLite has one process) there is none, and whoever starts that process again has its rooms.
    """

    def __init__(self, host: str, *, has_neighbours: bool) -> None:
        self._listener = socket.create_server((host, 0)) if has_neighbours else None
        self.address = f"http://{host}:{self._listener.getsockname()[1]}" if self._listener else "here"

    @asynccontextmanager
    async def open(self, site: Site) -> AsyncGenerator[None]:
        """Serve the rooms' sockets, and nothing else, behind the same guard as the front door."""
        if self._listener is None:
            yield
            return
        app = Starlette(routes=gateway.sockets(), middleware=[Middleware(Guard, origin=site.settings.origin)])
        app.state.site = site
        server = _SideServer(uvicorn.Config(app, lifespan="off", **OPTIONS))
        serving = asyncio.create_task(server.serve(sockets=[self._listener]), name="side door")
        try:
            yield
        finally:
            server.should_exit = True
            await serving


class _SideServer(uvicorn.Server):
    """Signals are for the front door's server, which closes this one too."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


# Python's own number looks for cycles at every 700 new objects, and now and then through all of the modules.
NEW_OBJECTS = 20_000


def settle_memory() -> None:
    """What is loaded now stays for good: the collector need not look through it again. Once, in a server's process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)


def serve_one(app: Starlette, settings: Settings) -> None:
    """In this process, until told to stop."""
    settle_memory()
    uvicorn.run(app, host=settings.host, port=settings.port, **OPTIONS)


def serve_several(factory: str, settings: Settings, count: int) -> None:
    """In `count` processes that share one port; one that dies is replaced. Raises `BadSetting` on SQLite."""
    if settings.url.startswith("sqlite"):
        raise BadSetting("several server processes need PostgreSQL: set CONSILIUM_DATABASE_URL")
    config = uvicorn.Config(factory, factory=True, host=settings.host, port=settings.port, workers=count, **OPTIONS)
    Multiprocess(config, sockets=[config.bind_socket()]).run()
