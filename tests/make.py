"""Builders that tests share: people, hospitals, and a server around some routes; real parts only."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from collab.accounts import service as accounts
from collab.accounts.models import Hospital, Person
from collab.accounts.service import NewPerson
from collab.kit.caller import Caller, Role
from collab.kit.database import Database
from collab.kit.guard import Guard
from collab.kit.pages import Pages
from collab.kit.settings import Settings
from collab.kit.web import Site, not_found

PASSWORD = "un mot de passe assez long"
NIGHT = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)
SECRET = b"the secret of a server under test"
ORIGIN = "http://127.0.0.1:8000"

_numbers = itertools.count(1)


@dataclass
class TestClock:
    """A clock that moves when the test says so."""

    __test__ = False

    now: datetime = NIGHT

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **how_long: float) -> None:
        self.now += timedelta(**how_long)


def hospital(session: Session, name: str = "Centre hospitalier de Valmont") -> Hospital:
    return accounts.add_hospital(session, finess=f"99{next(_numbers):07}", name=name, phone="+33 1 99 00 00 11")


def person(
    session: Session,
    home: Hospital,
    *,
    role: Role = Role.DOCTOR,
    specialty: str | None = "radiology",
    name: str = "Dr Claire Aubry",
    email: str | None = None,
    language: str = "fr",
) -> Person:
    new = NewPerson(
        email=email or f"personne{next(_numbers)}@valmont.example",
        name=name,
        role=role,
        hospital_id=home.id,
        specialty=specialty if role is Role.DOCTOR else None,
        language="en" if language == "en" else "fr",
    )
    return accounts.add_person(session, new, PASSWORD, by="test", at=NIGHT)


def caller(somebody: Person, *, team_ids: Sequence[str] = (), login_id: str = "LOG-test") -> Caller:
    """The caller that a person's request would have."""
    return Caller(
        person_id=somebody.id,
        name=somebody.name,
        role=Role(somebody.role),
        specialty=somebody.specialty,
        rpps=somebody.rpps,
        hospital_id=somebody.hospital_id,
        hospital_name=somebody.hospital.name,
        team_ids=frozenset(team_ids),
        login_id=login_id,
        language="en" if somebody.language == "en" else "fr",
    )


@dataclass(kw_only=True)
class TestServer:
    """An application around some routes, reached without a socket."""

    __test__ = False

    app: Starlette
    site: Site
    clock: TestClock
    clients: list[httpx.AsyncClient] = field(default_factory=list[httpx.AsyncClient])

    def client(self, *, token: str | None = None, origin: str | None = ORIGIN) -> httpx.AsyncClient:
        """A browser: it says its origin as browsers do, and keeps its own cookies."""
        headers = {"origin": origin} if origin else {}
        if token:
            headers["authorization"] = f"Bearer {token}"
        found = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=ORIGIN, headers=headers)
        self.clients.append(found)
        return found

    async def sign_in(self, somebody: Person) -> httpx.AsyncClient:
        found = self.client()
        answer = await found.post("/login", data={"email": somebody.email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return found


def server(
    database: Database,
    routes: Sequence[BaseRoute],
    *,
    settings: Settings | None = None,
    parts: Mapping[type, object] | None = None,
    lifespan: Callable[[Starlette], object] | None = None,
) -> TestServer:
    """A server with real accounts around `routes`."""
    used, clock = settings or Settings(), TestClock()
    site = Site(
        settings=used,
        database=database,
        clock=clock,
        pages=Pages(used),
        secret=SECRET,
        find_caller=accounts.find_caller,
        parts=parts or {},
    )
    app = Starlette(
        routes=list(routes),
        middleware=[Middleware(Guard, origin=used.origin)],
        exception_handlers={404: not_found_answer},
        lifespan=lifespan,  # pyright: ignore[reportArgumentType] - Starlette's own, loosely typed
    )
    app.state.site = site
    return TestServer(app=app, site=site, clock=clock)


def not_found_answer(request: object, _: Exception) -> object:
    from_request = request.app.state.site  # pyright: ignore[reportAttributeAccessIssue] - Starlette's Request
    return not_found(request, from_request)  # pyright: ignore[reportArgumentType]
