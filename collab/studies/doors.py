"""The doors through which bytes flow: refusals as everywhere, but no transaction that is open meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from collab.kit.caller import Caller
from collab.kit.i18n import Language, pick_language
from collab.kit.refusals import Refusal
from collab.kit.web import Call, Door, Site, json_answer, refusal_sentence

T = TypeVar("T")


class SignIn(Refusal):
    """Nobody is signed in."""

    code = "sign_in"
    status = 401


class StreamRefusal(Refusal):
    """A refusal that says something in its headers too."""

    @property
    def headers(self) -> Mapping[str, str]:
        return {}


Endpoint = Callable[[Request], Awaitable[Response]]


def streamed(path: str, endpoint: Endpoint, *, method: str, gives: type | None) -> Route:
    """Described like `kit.web.api`'s routes, but without its transaction around the whole answer."""

    def handler(_: Call) -> Response:
        raise AssertionError("bytes flow outside of any transaction")

    handler.__doc__ = endpoint.__doc__
    route = Route(path, _refusing(endpoint), methods=[method])
    door = Door(handler=handler, open_to_all=False, takes=None, gives=gives, is_api=True)
    route.door = door  # pyright: ignore[reportAttributeAccessIssue] - read back by `kit.web.door_of`
    return route


def _refusing(endpoint: Endpoint) -> Endpoint:
    async def refusing(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refusal as refusal:
            says = refusal_sentence(_language(request), refusal)
            answer = json_answer({"refused": refusal.code, "says": says, "facts": dict(refusal.facts)}, refusal.status)
            answer.headers.update(refusal.headers if isinstance(refusal, StreamRefusal) else {})
            return answer

    return refusing


def _language(request: Request) -> Language:
    site: Site = request.app.state.site
    default: Language = "en" if site.settings.language == "en" else "fr"
    return pick_language(request.cookies.get("language"), request.headers.get("accept-language", ""), default)


async def called(request: Request, act: Callable[[Request, Session, Caller], T]) -> T:
    """Do something in a transaction and a thread of its own, as whoever sent the request."""
    return await run_in_threadpool(_called, request, act)


def _called(request: Request, act: Callable[[Request, Session, Caller], T]) -> T:
    site: Site = request.app.state.site
    with site.database.transaction() as session:
        caller = site.find_caller(session, request, site=site)
        if caller is None:
            raise SignIn
        return act(request, session, caller)
