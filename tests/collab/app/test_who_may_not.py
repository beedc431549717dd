"""Who may not pass: every route of the application, tried by everybody, against one table of who may."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import httpx
import msgspec
import pytest
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from collab.app import server
from collab.kit.pages import asset
from collab.kit.web import Call, json_answer, page
from tests import make
from tests.collab.app import stage as staging
from tests.collab.app.stage import ANONYMOUS, PEOPLE, TOKEN, Ledger, Stage, Things, staged

Key = tuple[str, str]
Actors = frozenset[str]

EVERYBODY: Actors = frozenset({ANONYMOUS, TOKEN, *PEOPLE})
SIGNED_IN = EVERYBODY - {ANONYMOUS}
BROWSERS = SIGNED_IN - {TOKEN}
NOT_DOCTORS: Actors = frozenset({"secretary", "administrator", "technologist"})
DOCTORS = SIGNED_IN - NOT_DOCTORS
CARE = DOCTORS | {"technologist"}

REQUESTER: Actors = frozenset({"requester"})
EXPERT: Actors = frozenset({"expert"})
# A doctor of the hospital that asks may act for the one who asked: nights change.
ASKING = REQUESTER | {"colleague"}
# Of the team asked: the one who did not accept reads on, and acts no more.
CASE = ASKING | EXPERT | {"peer"}
SIDES = ASKING | EXPERT
# Whoever cares for patients where the images were made, and whom they were shown to; a guest through the room.
IMAGES = CASE | {"technologist", "guest"}
# A colleague has a seat once they have gone to the room as one of the asking side.
ROOM = REQUESTER | EXPERT | {"guest"}
# Second reads stay among those of the house who read images.
READERS = REQUESTER


@dataclass(frozen=True, kw_only=True)
class Row:
    """Who may pass a route, and a well-formed request for it.

    Whoever is not in `see` must not learn that the thing is there: 404. Whoever sees it and is not in `may`: 403.
    """

    may: Actors
    see: Actors = SIGNED_IN
    json: Callable[[Things], object] | None = None
    form: Callable[[Things], Mapping[str, str]] | None = None
    content: bytes | None = None
    headers: Mapping[str, str] | None = None
    query: Callable[[Things], str] = lambda _: ""
    path: str | None = None
    is_stream: bool = False


def only(
    actors: Actors,
    *,
    json: Callable[[Things], object] | None = None,
    form: Callable[[Things], Mapping[str, str]] | None = None,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Row:
    """A thing that its own people may act upon, and that nobody else can tell from nothing."""
    return Row(may=actors, see=actors, json=json, form=form, content=content, headers=headers)


def nothing(_: Things) -> Mapping[str, str]:
    return {}


def noted(_: Things) -> Mapping[str, str]:
    return {"note": "Transfert par le SAMU."}


def signing(things: Things) -> dict[str, object]:
    return {
        "idempotency_key": "SIG-0123456789abcdef",
        "text_sha256": things.text_sha256,
        "study_versions": {things.study_id: things.version},
        "answers": msgspec.to_builtins(staging.ANSWERS),
        "password": make.PASSWORD,
    }


def signing_form(things: Things) -> Mapping[str, str]:
    return {
        "idempotency_key": "SIG-0123456789abcdef",
        "text_sha256": things.text_sha256,
        f"version_{things.study_id}": things.version,
        "ivt": "tenecteplase",
        "evt": "indicated",
        "disposition": "transfer_evt",
        "local_agreement": "complementary",
        "certainty": "high",
        "password": make.PASSWORD,
    }


def asking(things: Things) -> object:
    return msgspec.to_builtins(staging.asking([things.study_id], expert_team_id=things.team_id))


def asking_form(things: Things) -> Mapping[str, str]:
    return {
        "study": things.study_id,
        "study_ids[]": things.study_id,
        "pathway": "stroke",
        "urgency": "immediate",
        "expert": f"team:{things.team_id}",
        "question": "Thrombolyse ?",
        "reason": "Hémiparésie droite.",
        "callback_phone": "+33 1 99 00 00 11",
        "onset": "known",
        "onset_at": "2026-11-24T02:00",
        "family_name": "MARTIN",
        "given_name": "Paul",
        "birth_date": "1950-02-03",
        "sex": "M",
        "identity_status": "provisional",
        "informed": "informed",
        "action": "send",
    }


def report(things: Things) -> Mapping[str, str]:
    return {"study_id": things.study_id, "report_text": "Pas de lésion.", "first_reader": "Dr Paul"}


def second_read(things: Things) -> Mapping[str, str]:
    return {"primary_report_id": things.report_id, "agreement_class": "2a"}


_SERIES = "/api/studies/{study}/series/{series}/stacks/{stack:int}"
_CASE, _API_CASE = "/expertise/{request_id}", "/api/expertise/{request_id}"

MATRIX: Mapping[Key, Row] = {
    # Accounts
    ("GET", "/login"): Row(may=EVERYBODY),
    ("POST", "/login"): Row(
        may=EVERYBODY, form=lambda things: {"email": things.email, "password": make.PASSWORD, "next": "/"}
    ),
    ("POST", "/logout"): only(BROWSERS, form=nothing),
    ("POST", "/language"): Row(may=EVERYBODY, form=lambda _: {"chosen": "fr", "next": "/"}),
    ("GET", "/account"): Row(may=SIGNED_IN),
    ("POST", "/account/password"): Row(
        may=SIGNED_IN, form=lambda _: {"current": make.PASSWORD, "new": "une autre phrase de passe"}
    ),
    ("POST", "/account/logins/end"): only(REQUESTER, form=lambda things: {"chosen": things.login_id}),
    ("POST", "/account/tokens"): Row(may=SIGNED_IN, form=lambda _: {"chosen": "poste de garde"}),
    ("POST", "/account/tokens/revoke"): only(REQUESTER, form=lambda things: {"chosen": things.token_id}),
    ("GET", "/api/directory"): Row(may=SIGNED_IN),
    ("GET", "/live/worklist"): Row(may=SIGNED_IN, is_stream=True),
    # Studies
    ("GET", "/studies"): Row(may=SIGNED_IN),
    ("GET", "/studies/{study}"): only(IMAGES),
    ("GET", "/api/studies"): Row(may=SIGNED_IN),
    ("GET", "/api/studies/{study}"): only(IMAGES),
    ("GET", f"{_SERIES}/thumbnail"): only(IMAGES),
    ("GET", f"{_SERIES}/pack"): only(IMAGES),
    ("POST", "/api/uploads"): Row(may=CARE, json=lambda _: {"name": "scan.zip", "size": 10}),
    ("GET", "/api/uploads/{upload}"): only(REQUESTER),
    ("PATCH", "/api/uploads/{upload}"): only(REQUESTER, content=b"01234", headers={"upload-offset": "0"}),
    ("POST", "/api/uploads/{upload}/finish"): only(REQUESTER),
    # Rooms
    ("GET", "/rooms/{room_id}"): only(ROOM),
    ("GET", "/api/rooms/{room_id}"): only(ROOM),
    ("GET", "/api/rooms/{room_id}/facts"): only(ROOM),
    ("SOCKET", "/rooms/{room_id}/live"): only(ROOM),
    # Conclusions: signed by the expert for the requester's hospital
    ("GET", "/conclusions/{conclusion_id}"): only(SIDES),
    ("GET", "/conclusions/{conclusion_id}/document.pdf"): only(SIDES),
    ("GET", "/api/conclusions/{conclusion_id}"): only(SIDES),
    # Expertise, pages
    ("GET", "/"): Row(may=SIGNED_IN),
    ("GET", "/expertise/new"): Row(
        see=IMAGES | NOT_DOCTORS, may=IMAGES - NOT_DOCTORS, query=lambda things: f"?study={things.study_id}"
    ),
    ("POST", "/expertise/new"): Row(see=IMAGES, may=IMAGES - NOT_DOCTORS, form=asking_form),
    ("GET", _CASE): only(CASE),
    ("GET", f"{_CASE}/join"): Row(see=CASE, may=SIDES),
    ("GET", f"{_CASE}/conclude"): Row(see=CASE, may=EXPERT),
    ("POST", f"{_CASE}/conclude"): Row(see=CASE, may=EXPERT, form=signing_form),
    ("POST", f"{_CASE}/accept"): Row(see=CASE, may=EXPERT, form=nothing),
    ("POST", f"{_CASE}/decline"): Row(see=CASE, may=EXPERT, form=lambda _: {"reason": "not_available"}),
    ("POST", f"{_CASE}/ask-more"): Row(see=CASE, may=EXPERT, form=noted),
    ("POST", f"{_CASE}/tell-more"): Row(see=CASE, may=ASKING, form=noted),
    ("POST", f"{_CASE}/submit"): Row(see=CASE, may=ASKING, form=nothing),
    ("POST", f"{_CASE}/cancel"): Row(see=CASE, may=ASKING, form=noted),
    ("POST", f"{_CASE}/close"): Row(see=CASE, may=ASKING, form=nothing),
    ("POST", f"{_CASE}/acknowledge"): Row(see=CASE, may=ASKING, form=noted),
    ("POST", f"{_CASE}/confirm-identity"): Row(see=CASE, may=SIDES, form=noted),
    ("POST", f"{_CASE}/invite"): Row(see=CASE, may=ASKING, form=lambda things: {"person": things.guest_id}),
    # Expertise, programs
    ("GET", "/api/expertise"): Row(may=SIGNED_IN),
    ("GET", "/api/expertise/waiting"): Row(may=SIGNED_IN),
    ("POST", "/api/expertise"): Row(see=IMAGES | NOT_DOCTORS, may=IMAGES - NOT_DOCTORS, json=asking),
    ("GET", _API_CASE): only(CASE),
    # Whoever may be in the room may read there what it is about.
    ("GET", f"{_API_CASE}/brief"): only(CASE | {"guest"}),
    ("POST", f"{_API_CASE}/accept"): Row(see=CASE, may=EXPERT, json=nothing),
    ("POST", f"{_API_CASE}/decline"): Row(see=CASE, may=EXPERT, json=lambda _: {"reason": "not_available"}),
    ("POST", f"{_API_CASE}/ask-more"): Row(see=CASE, may=EXPERT, json=noted),
    ("POST", f"{_API_CASE}/tell-more"): Row(see=CASE, may=ASKING, json=noted),
    ("POST", f"{_API_CASE}/submit"): Row(see=CASE, may=ASKING, json=nothing),
    ("POST", f"{_API_CASE}/cancel"): Row(see=CASE, may=ASKING, json=noted),
    ("POST", f"{_API_CASE}/close"): Row(see=CASE, may=ASKING, json=nothing),
    ("POST", f"{_API_CASE}/acknowledge"): Row(see=CASE, may=ASKING, json=noted),
    ("POST", f"{_API_CASE}/confirm-identity"): Row(see=CASE, may=SIDES, json=noted),
    ("POST", f"{_API_CASE}/room"): Row(see=CASE, may=SIDES, json=nothing),
    ("POST", f"{_API_CASE}/invite"): Row(see=CASE, may=ASKING, json=lambda things: {"person_id": things.guest_id}),
    ("GET", f"{_API_CASE}/conclusion"): Row(see=CASE, may=EXPERT),
    ("POST", f"{_API_CASE}/conclusion"): Row(see=CASE, may=EXPERT, json=signing),
    # Second reads: another thing altogether, and other people's
    ("GET", "/second-reads"): Row(may=SIGNED_IN),
    ("GET", "/second-reads/new"): Row(may=SIGNED_IN),
    ("POST", "/second-reads/new"): Row(see=IMAGES, may=READERS, form=report),
    ("GET", "/second-reads/reports/{report_id}"): only(READERS),
    ("POST", "/second-reads/reports/{report_id}"): only(READERS, form=lambda _: {"agreement_class": "2a"}),
    ("POST", "/api/second-reads"): only(READERS, json=second_read),
    ("GET", "/api/second-reads/{second_read_id}"): only(READERS),
    ("POST", "/api/primary-reports"): Row(see=IMAGES, may=READERS, json=report),
    ("GET", "/api/primary-reports/{report_id}"): only(READERS),
    # The machine's own; on loopback, where this test is
    ("GET", "/healthz"): Row(may=EVERYBODY),
    ("GET", "/readyz"): Row(may=EVERYBODY),
    ("GET", "/metrics"): Row(may=EVERYBODY),
    ("GET", "/api/openapi.json"): Row(may=EVERYBODY),
    ("MOUNT", "/static/dist"): Row(may=EVERYBODY, path=asset("src/pages.ts")),
    ("MOUNT", "/static"): Row(may=EVERYBODY, path="/static/consilium.css"),
}


def keys_of(routes: Sequence[BaseRoute]) -> Iterator[Key]:
    """Every door of the application. HEAD is GET without its body; what is no route of ours is named by its class."""
    for route in routes:
        match route:
            case Route():
                for method in sorted((route.methods or {"ANY"}) - {"HEAD"}):
                    yield method, route.path
            case WebSocketRoute():
                yield "SOCKET", route.path
            case Mount():
                yield "MOUNT", route.path
            case _:
                yield type(route).__name__, str(getattr(route, "path", route))


def unmatched(routes: Sequence[BaseRoute]) -> set[Key]:
    """Routes without a row, and rows without a route."""
    return set(keys_of(routes)) ^ set(MATRIX)


HTTP_ROWS = [key for key in MATRIX if key[0] != "SOCKET"]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("whole")) as found:
        yield found


def test_every_route_has_its_row_and_every_row_its_route() -> None:
    assert unmatched(server.routes()) == set()


@pytest.mark.parametrize(
    "planted", [Route("/api/new", lambda _: None), Mount("/new", print), WebSocketRoute("/new", print)]
)
def test_a_route_that_nobody_has_thought_of_is_caught(planted: BaseRoute) -> None:
    (found,) = unmatched([*server.routes(), planted])
    assert found[1] == "/new"


@pytest.mark.parametrize("key", HTTP_ROWS, ids=" ".join)
async def test_who_may_pass(stage: Stage, key: Key) -> None:
    await walk(stage, stage.app, key, MATRIX[key])


async def test_a_route_without_a_gate_is_caught(stage: Stage) -> None:
    """The positive control: two holes as somebody might make them, one that shows and one that lets change."""

    def show(call: Call) -> httpx.Response:
        return json_answer(call.path("study"))  # pyright: ignore[reportReturnType]

    app = server.build_app(stage.site)
    app.router.routes.insert(0, page("/studies/{study}/leak", show))  # pyright: ignore[reportArgumentType]
    with pytest.raises(AssertionError, match=r"GET /studies/{study}/leak 200"):
        await walk(stage, app, ("GET", "/studies/{study}/leak"), only(IMAGES))

    def tell_apart(call: Call) -> object:
        study = call.path("study")
        return json_answer("here" if study == stage.things.study_id else "absent", 404)

    app.router.routes.insert(0, page("/studies/{study}/oracle", tell_apart))  # pyright: ignore[reportArgumentType]
    with pytest.raises(AssertionError, match="told apart"):
        await walk(stage, app, ("GET", "/studies/{study}/oracle"), only(IMAGES))


async def walk(stage: Stage, app: Starlette, key: Key, row: Row) -> None:
    """Everybody tries one route; whatever they change is put back before the next one tries."""
    ledger = Ledger(stage.site)
    try:
        for actor in sorted(EVERYBODY):
            if row.is_stream and actor in row.may:
                continue
            answer = await send(stage, app, actor, key, row, stage.things)
            what = f"{actor} {' '.join(key)} {answer.status_code} {answer.text[:300]}"
            if actor in row.may:
                assert answer.status_code < 500, what
                assert answer.status_code not in {401, 403, 404, 422}, what
                assert actor != ANONYMOUS or not is_sent_to_login(answer), what
            else:
                judge(answer, row, actor, what)
                assert ledger.changed_tables() == [], what
                await compare_with_nothing(stage, app, actor, key, row, answer)
            if ledger.changed_tables():
                ledger.restore()
    finally:
        ledger.close()


def judge(answer: httpx.Response, row: Row, actor: str, what: str) -> None:
    """A refusal of the right kind: sign in, nothing here, or not for you."""
    if actor == ANONYMOUS:
        assert answer.status_code == 401 or is_sent_to_login(answer), what
    elif actor in row.see:
        assert answer.status_code == 403, what
    else:
        assert answer.status_code == 404, what


async def compare_with_nothing(
    stage: Stage, app: Starlette, actor: str, key: Key, row: Row, answer: httpx.Response
) -> None:
    """Where something may not be seen, asking for it and asking for nothing get the same answer."""
    if key[0] != "GET" or (actor in row.see and actor != ANONYMOUS):
        return
    absent = stage.things.absent()
    other = await send(stage, app, actor, key, row, absent)
    told = [
        (one.status_code, things.unnamed(one.headers.get("location", "")), things.unnamed(one.text))
        for one, things in ((answer, stage.things), (other, absent))
    ]
    assert told[0] == told[1], f"told apart: {actor} {' '.join(key)}"
    head = await send(stage, app, actor, ("HEAD", key[1]), row, stage.things)
    assert head.status_code == answer.status_code, f"{actor} HEAD {key[1]}"


def is_sent_to_login(answer: httpx.Response) -> bool:
    return answer.status_code == 303 and answer.headers["location"].startswith("/login")


async def send(stage: Stage, app: Starlette, actor: str, key: Key, row: Row, things: Things) -> httpx.Response:
    """The row's request, about these things, by an actor."""
    method, path = key
    async with stage.client(actor, app) as client:
        return await client.request(
            "GET" if method == "MOUNT" else method,
            (row.path or filled(path, things)) + row.query(things),
            json=row.json(things) if row.json else None,
            data=row.form(things) if row.form else None,
            content=row.content,
            headers=row.headers,
        )


def filled(path: str, things: Things) -> str:
    """The path with identifiers in the place of its parameters."""
    values = {
        "study": things.study_id,
        "series": things.series_uid,
        "stack": "0",
        "upload": things.upload_id,
        "room_id": things.room_id,
        "request_id": things.request_id,
        "conclusion_id": things.conclusion_id,
        "report_id": things.report_id,
        "second_read_id": things.second_read_id,
    }
    return re.sub(r"{(\w+)(:\w+)?}", lambda found: values[found[1]], path)
