"""Static files: compressed copies made at build time, and caching that a deployment cannot outlive."""

from __future__ import annotations

import os
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

# The order of preference; the client's build writes both beside each file.
ENCODINGS = {"br": ".br", "gzip": ".gz"}
FOREVER = "public, max-age=31536000, immutable"


class BuiltFiles(StaticFiles):
    """Serves `app.js.br` for `app.js` to a browser that reads it.

    Names below `assets/` carry the hash of their content, so they may be kept for ever; others are asked for anew.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        accepted = Headers(scope=scope).get("accept-encoding", "")
        for encoding, suffix in ENCODINGS.items():
            if encoding in accepted and (await run_in_threadpool(self.lookup_path, path + suffix))[1]:
                response = await super().get_response(path + suffix, scope)
                response.headers["Content-Encoding"] = encoding
                response.headers["Content-Type"] = _media_type(path)
                break
        else:
            response = await super().get_response(path, scope)
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = FOREVER if path.startswith("assets" + os.sep) else "no-cache"
        return response


# `mimetypes` reads the machine's registry, where .js and .wasm are at times wrong; browsers refuse those.
_MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".wasm": "application/wasm",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}


def _media_type(path: str) -> str:
    return _MEDIA_TYPES.get(Path(path).suffix, "application/octet-stream")
