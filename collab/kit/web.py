"""The door of HTTP: from a request to a `Call` in one transaction, and from a refusal to a page or JSON."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

import msgspec
from anyio import CapacityLimiter, to_thread
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from collab.kit.caller import Caller
from collab.kit.clock import Clock
from collab.kit.database import Database
from collab.kit.i18n import Language, pick_language, translate
from collab.kit.pages import Pages
from collab.kit.refusals import BadInput, NotFound, Refusal, TooMany
from collab.kit.settings import Settings

log = logging.getLogger("consilium.web")

# Forms and JSON are text that people wrote; files have their own, streamed, endpoint.
MAX_BODY_BYTES = 1 << 20
# The escape of a NUL, not a backslash that stands before the letters "u0000".
_NUL_IN_JSON = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

T = TypeVar("T")

# Answers whose slow work goes on at once; all other threads stay free for the rooms.
_WORKING = CapacityLimiter(4)


class FindCaller(Protocol):
    """How the accounts feature tells who sent a request, from its cookie or bearer token."""

    def __call__(self, session: Session, request: HTTPConnection, *, site: Site) -> Caller | None: ...


@dataclass(frozen=True, kw_only=True)
class Site:
    """What a running server has: made once by `collab.app`, carried by every call."""

    settings: Settings
    database: Database
    clock: Clock
    pages: Pages
    secret: bytes
    find_caller: FindCaller
    parts: Mapping[type, object]

    def part(self, kind: type[T]) -> T:
        """The one running part of a kind (the room hub, the image workers...) that the application was built with."""
        found = self.parts[kind]
        assert isinstance(found, kind)
        return found


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request inside its transaction."""

    request: Request
    site: Site
    session: Session
    found: Caller | None
    body: bytes = b""
    fields: Mapping[str, str | list[str]] = field(default_factory=dict[str, str | list[str]])

    @property
    def caller(self) -> Caller:
        """The signed-in person; only endpoints that are open to all may be called without one."""
        assert self.found is not None
        return self.found

    @property
    def language(self) -> Language:
        chosen = self.found.language if self.found else self.request.cookies.get("language")
        accepted = self.request.headers.get("accept-language", "")
        default: Language = "en" if self.site.settings.language == "en" else "fr"
        return pick_language(chosen, accepted, default)

    def say(self, key: str, /, **blanks: object) -> str:
        return translate(self.language, key, **blanks)

    def path(self, name: str) -> str:
        """A parameter of the route's path."""
        return str(self.request.path_params[name])

    def read(self, kind: type[T]) -> T:
        """The JSON body as a value of `kind`; raises `BadInput` for anything else."""
        try:
            return msgspec.json.decode(self.body, type=kind)
        except msgspec.DecodeError as wrong:
            raise BadInput(detail=str(wrong)) from wrong

    def form(self, kind: type[T]) -> T:
        """The form's fields as a value of `kind`; empty fields count as absent. Raises `BadInput`."""
        given = {name: value for name, value in self.fields.items() if value not in ("", [])}
        try:
            return msgspec.convert(given, kind, strict=False)
        except msgspec.ValidationError as wrong:
            raise BadInput(detail=str(wrong)) from wrong

    def page(self, template: str, /, status: int = 200, **values: object) -> Response:
        """An HTML page in the caller's language."""
        return self.site.pages.render(
            template, language=self.language, caller=self.found, request=self.request, status=status, values=values
        )


@dataclass(frozen=True, kw_only=True)
class Later:
    """An answer that takes work which no transaction may wait for: what was written until now is committed first.

    `then` is given a call in a new transaction and what `work` gave; what it rests on may have changed meanwhile.
    """

    work: Callable[[], object]
    then: Callable[[Call, Any], Answer]  # Any: what `work` gives


Answer = Response | Later
Handler = Callable[[Call], Answer]


@dataclass(frozen=True, kw_only=True)
class Door:
    """What a route tells about itself, for the API description and the test of who may not pass."""

    handler: Handler
    open_to_all: bool
    takes: type | None
    gives: Any  # Any: a type or a generic alias such as list[Thing]
    is_api: bool


def page(path: str, handler: Handler, *, methods: Sequence[str] = ("GET",), open_to_all: bool = False) -> Route:
    """A route that answers people: refusals become pages, strangers are sent to the login."""
    return _route(path, methods, Door(handler=handler, open_to_all=open_to_all, takes=None, gives=None, is_api=False))


def api(
    path: str,
    handler: Handler,
    *,
    methods: Sequence[str] = ("GET",),
    takes: type | None = None,
    gives: Any = None,  # Any: a type or a generic alias
    open_to_all: bool = False,
) -> Route:
    """A route that answers programs: refusals become JSON; `takes` and `gives` are described in the API document."""
    return _route(path, methods, Door(handler=handler, open_to_all=open_to_all, takes=takes, gives=gives, is_api=True))


def json_answer(value: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def see_other(path: str) -> Response:
    """After a form: the browser fetches `path`, so that reloading does not send the form again."""
    return RedirectResponse(path, 303)


def _route(path: str, methods: Sequence[str], door: Door) -> Route:
    async def endpoint(request: Request) -> Response:
        site: Site = request.app.state.site
        try:
            body, fields = await _read_body(request)
            answer = await run_in_threadpool(_answer, request, site, door, door.handler, body, fields)
            while isinstance(answer, Later):
                worked = await to_thread.run_sync(answer.work, limiter=_WORKING)
                then = partial(_then, answer.then, worked)
                answer = await run_in_threadpool(_answer, request, site, door, then, body, fields)
            return answer
        except Refusal as refusal:
            return await run_in_threadpool(_refused, request, site, door, refusal)
        except Exception as error:  # the door of HTTP: a bug is logged whole and told as little as possible
            return await run_in_threadpool(crashed, request, site, error)

    route = Route(path, endpoint, methods=list(methods))
    route.door = door  # pyright: ignore[reportAttributeAccessIssue] - read back by `door_of`
    return route


def door_of(route: Route) -> Door | None:
    """What `page` or `api` said about a route; None for a route made otherwise."""
    return getattr(route, "door", None)


def _refuse_nul(request: Request) -> None:
    """PostgreSQL keeps no NUL in a text, and no text of ours has one: such an address names nothing."""
    if "\0" in request.url.path or "\0" in "".join(value for _, value in request.query_params.multi_items()):
        raise NotFound


async def _read_body(request: Request) -> tuple[bytes, dict[str, str | list[str]]]:
    _refuse_nul(request)
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return b"", {}
    if int(request.headers.get("content-length") or 0) > MAX_BODY_BYTES:
        raise TooMany("body_too_large", limit_bytes=MAX_BODY_BYTES)
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > MAX_BODY_BYTES:
            raise TooMany("body_too_large", limit_bytes=MAX_BODY_BYTES)
    request._body = bytes(received)  # pyright: ignore[reportPrivateUsage] - so that form() parses what was counted
    if request.headers.get("content-type", "").startswith(("application/x-www-form-urlencoded", "multipart/")):
        return b"", _fields(await request.form(max_files=0))
    if _NUL_IN_JSON.search(received):
        raise BadInput(detail="a text with a NUL in it")
    return bytes(received), {}


def _fields(form: FormData) -> dict[str, str | list[str]]:
    """Fields by name; a name that ends in `[]` gathers all its values."""
    fields: dict[str, str | list[str]] = {}
    for name in form:
        values = [value.strip() for value in form.getlist(name) if isinstance(value, str)]
        if any("\0" in value for value in values):
            raise BadInput(detail="a text with a NUL in it")
        fields[name.removesuffix("[]")] = values if name.endswith("[]") else values[-1]
    return fields


def _then(then: Callable[[Call, Any], Answer], worked: object, call: Call) -> Answer:  # Any: see `Later`
    return then(call, worked)


def _answer(
    request: Request, site: Site, door: Door, handler: Handler, body: bytes, fields: dict[str, str | list[str]]
) -> Answer:
    with site.database.transaction() as session:
        found = site.find_caller(session, request, site=site)
        if found is None and not door.open_to_all:
            return _stranger(request, door)
        call = Call(request=request, site=site, session=session, found=found, body=body, fields=fields)
        try:
            return handler(call)
        except Refusal as refusal:
            if not refusal.leaves_trace:
                raise
            traced = refusal
    raise traced


def _stranger(request: Request, door: Door) -> Response:
    if door.is_api:
        return json_answer({"refused": "sign_in", "facts": {}}, 401)
    wanted = request.url.path if request.method == "GET" else "/"
    return RedirectResponse(f"/login?next={quote(wanted)}", 303)


def _refused(request: Request, site: Site, door: Door, refusal: Refusal) -> Response:
    log.info("refused %s %s: %s", request.method, request.scope.get("route_path", ""), refusal.code)
    with site.database.transaction() as session:
        found = site.find_caller(session, request, site=site)
        call = Call(request=request, site=site, session=session, found=found)
        sentence = refusal_sentence(call.language, refusal)
        if door.is_api:
            said = {"refused": refusal.code, "says": sentence, "facts": dict(refusal.facts)}
            return json_answer(said, refusal.status)
        return call.page("refused.html", refusal.status, sentence=sentence, code=refusal.code)


def refusal_sentence(language: Language, refusal: Refusal) -> str:
    """What a refusal says to people: its own sentence, or that of its kind when the code has none."""
    try:
        return translate(language, f"refused.{refusal.code}", **refusal.facts)
    except KeyError:
        log.error("no sentence for refused.%s", refusal.code)
        return translate(language, "refused.unknown", code=refusal.code)


class Crash(Refusal):
    """A fault of the program; the data is as it was."""

    code = "crash"
    status = 500


def _is_for_programs(request: Request) -> bool:
    return request.url.path.startswith(("/api/", "/dicomweb/", "/fhir/"))


def not_found(request: Request, site: Site) -> Response:
    """The answer to a path that no route knows."""
    door = Door(
        handler=lambda _: Response(),
        open_to_all=True,
        takes=None,
        gives=None,
        is_api=_is_for_programs(request),
    )
    return _refused(request, site, door, NotFound())


def crashed(request: Request, site: Site, error: Exception) -> Response:
    """The answer to a bug: nothing of it is told, everything is logged, and the person knows what to do."""
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    door = Door(
        handler=lambda _: Response(), open_to_all=True, takes=None, gives=None, is_api=_is_for_programs(request)
    )
    return _refused(request, site, door, Crash())
