"""ASGI middleware that stands before every route: origin checks against forged requests, and safety headers."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Measured with Cornerstone3D 5.14: WebAssembly needs 'wasm-unsafe-eval'; nothing needs inline script or style.
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' {socket}; font-src 'self'; "
    "manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class Guard:
    """Refuses unsafe requests and sockets from other origins; adds the headers that every answer carries."""

    def __init__(self, app: ASGIApp, *, origin: str) -> None:
        self._app = app
        self._origin = origin
        parts = urlsplit(origin)
        socket = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"
        self._headers = {
            "Content-Security-Policy": POLICY.format(socket=socket),
            "X-Content-Type-Options": "nosniff",
            # Not no-referrer: with it browsers send `Origin: null` with our own forms.
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self), geolocation=()",
        }
        if parts.scheme == "https":
            self._headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        if scope["type"] == "websocket":
            if not self._is_own(headers, browserless=_has_bearer(headers)):
                return await _close_socket(receive, send)
            return await self._app(scope, receive, send)
        if scope["method"] not in SAFE_METHODS and not self._is_own(headers, browserless=_has_bearer(headers)):
            return await PlainTextResponse("cross-origin request refused", 403)(scope, receive, send)
        return await self._app(scope, receive, self._with_headers(send))

    def _is_own(self, headers: Headers, *, browserless: bool) -> bool:
        """A browser always sends Origin with unsafe methods and sockets; programs may leave it out with a token."""
        origin = headers.get("origin")
        if origin is None:
            return browserless
        return origin == self._origin and headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}

    def _with_headers(self, send: Send) -> Send:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                # Patient data must not stay in the browser's cache; what may stay says so itself.
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        return send_with_headers


def _has_bearer(headers: Headers) -> bool:
    # A cookie is sent by the browser on its own, a bearer token never is: without a cookie nothing can be forged.
    return headers.get("authorization", "").startswith("Bearer ") and "cookie" not in headers


async def _close_socket(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 4403, "reason": "origin"})
