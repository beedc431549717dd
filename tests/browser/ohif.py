"""OHIF, which most DICOMweb servers are asked by: its npm package, and a server that lays it before a PACS."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.browser.stage import ROOT

# MIT. Built by its makers: nothing of it is compiled here, nothing of it is shipped.
VERSION = "3.13.2"
SHA512 = "WZdxmpmG7rqFgW9ZJLcbgr3XCtLi1KDNPoMaeY5PPe6j4G4fjEjjkycZM6C6Zk2F87BKxFfpq+jd5xXZB9E8EA=="
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "consilium" / f"ohif-{VERSION}"
_PACKED = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".wasm": "application/wasm"}
_PASSED_UP, _PASSED_DOWN = ("accept", "range"), ("content-type", "content-length", "content-range")


def find_ohif() -> Path | None:
    """Its built pages: those of `CONSILIUM_OHIF`, or of the cache."""
    given = os.environ.get("CONSILIUM_OHIF")
    folder = Path(given) if given else CACHE / "package" / "dist"
    return folder if (folder / "index.html").is_file() else None


def fetch_ohif() -> Path:
    """Its package from npm into the cache (50 MB packed, 200 MB unpacked), proved by its hash."""
    CACHE.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE.parent) as temporary:
        node = [sys.executable, str(ROOT / "scripts" / "node.py")]
        asked = ("pack", "--silent", "--pack-destination", temporary, f"@ohif/app@{VERSION}")
        subprocess.run([*node, *asked], check=True, timeout=600, stdout=subprocess.DEVNULL)
        (packed,) = Path(temporary).glob("*.tgz")
        if base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode() != SHA512:
            raise RuntimeError(f"{packed.name} is not the package that was looked at")
        with tarfile.open(packed) as archive:
            archive.extractall(Path(temporary, "unpacked"), filter="data")
        shutil.rmtree(CACHE, ignore_errors=True)
        Path(temporary, "unpacked").rename(CACHE)
    return CACHE / "package" / "dist"


@dataclass(frozen=True, kw_only=True)
class Pacs:
    """Where a DICOMweb service is, and what it wants to be told.

    OHIF asks for frames in whatever form they are stored; with `frames_accept` they are asked for in that one.
    """

    origin: str
    root: str
    headers: Mapping[str, str]
    frames_accept: str | None = None


@contextmanager
def serving(dist: Path, pacs: Pacs) -> Generator[int]:
    """OHIF in front of the service, at one origin as its makers advise; the port."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        app = _Viewer(dist, pacs, f"http://127.0.0.1:{port}").app()
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        _wait_for(server)
        yield port
        server.should_exit = True
        thread.join(20)


def _wait_for(server: uvicorn.Server) -> None:
    deadline = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < deadline, "OHIF's pages are not served"
        time.sleep(0.02)


class _Viewer:
    def __init__(self, dist: Path, pacs: Pacs, origin: str) -> None:
        self._dist, self._pacs, self._origin = dist, pacs, origin
        self._client = httpx.AsyncClient(base_url=pacs.origin, headers=dict(pacs.headers), timeout=60)
        # Once for all windows: a benchmark does not count the time of packing.
        self._packed: dict[Path, bytes] = {}

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route(f"{self._pacs.root}/{{path:path}}", self._pass_on),
                Route("/app-config.js", self._configure),
                Route("/{path:path}", self._send_file),
            ],
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncGenerator[None]:
        yield
        await self._client.aclose()

    async def _pass_on(self, request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        asked = {name: value for name, value in request.headers.items() if name in _PASSED_UP}
        if self._pacs.frames_accept and "/frames/" in request.url.path:
            asked["accept"] = self._pacs.frames_accept
        # Not in the form that suits httpx: who passes pixels on does not unpack them.
        asked["accept-encoding"] = "identity"
        answer = await self._client.send(
            self._client.build_request("GET", f"{request.url.path}{query}", headers=asked), stream=True
        )
        told = {name: value for name, value in answer.headers.items() if name in _PASSED_DOWN}
        if "json" in told.get("content-type", ""):
            # The addresses of bulk data lead to the service itself, where this page may not ask.
            content = (await answer.aread()).replace(self._pacs.origin.encode(), self._origin.encode())
            told.pop("content-length", None)
            return Response(content, answer.status_code, headers=told)
        return StreamingResponse(answer.aiter_raw(), answer.status_code, headers=told)

    async def _configure(self, _: Request) -> Response:
        return Response(f"window.config = {json.dumps(_configuration(self._pacs.root))};", media_type="text/javascript")

    async def _send_file(self, request: Request) -> Response:
        """A file of OHIF; whatever else is asked for is a place inside its one page."""
        path = (self._dist / request.path_params["path"]).resolve()
        if not path.is_relative_to(self._dist.resolve()) or not path.is_file():
            path = self._dist / "index.html"
        if path.suffix not in _PACKED:
            return FileResponse(path)
        if path not in self._packed:
            self._packed[path] = gzip.compress(path.read_bytes(), 6)
        return Response(self._packed[path], media_type=_PACKED[path.suffix], headers={"content-encoding": "gzip"})


def _configuration(root: str) -> Mapping[str, object]:
    """OHIF's own defaults for a server that gives frames by WADO-RS."""
    source = {
        "friendlyName": "PACS",
        "qidoRoot": root,
        "wadoRoot": root,
        "qidoSupportsIncludeField": False,
        "imageRendering": "wadors",
        "thumbnailRendering": "wadors",
        "enableStudyLazyLoad": True,
        "supportsFuzzyMatching": False,
        "supportsWildcard": True,
        "omitQuotationForMultipartRequest": True,
        "bulkDataURI": {"enabled": True, "relativeResolution": "studies"},
    }
    return {
        "routerBasename": None,
        "extensions": [],
        "modes": [],
        "customizationService": {},
        "showStudyList": True,
        "showLoadingIndicator": True,
        "investigationalUseDialog": {"option": "never"},
        "maxNumRequests": {"interaction": 100, "thumbnail": 5, "prefetch": 25},
        "defaultDataSourceName": "pacs",
        "dataSources": [
            {
                "namespace": "@ohif/extension-default.dataSourcesModule.dicomweb",
                "sourceName": "pacs",
                "configuration": source,
            }
        ],
    }
