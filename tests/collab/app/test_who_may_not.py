"""Who may not pass: every route of the application, tried by everybody, against one table of who may."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import cast

import httpx
import msgspec
import pytest
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from collab.accounts.models import Person
from collab.app import server
from collab.delivery.bus import Bus, LiveEvent
from collab.delivery.endpoints import person_topic
from collab.kit.pages import asset
from collab.kit.web import Call, json_answer, page
from collab.rooms import service as rooms
from collab.rooms.hub import RoomHub
from collab.rooms.protocol import SUBPROTOCOL, FromRoom, Hello, Welcome
from collab.studies import service as studies
from tests import make
from tests.collab.app import stage as staging
from tests.collab.app.stage import ANONYMOUS, PEOPLE, TOKEN, Ledger, Stage, Things, listening, staged
from tests.collab.studies import make as make_studies
from tests.make import not_found_answer

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
    json: Callable[[Things], Mapping[str, object]] | None = None
    form: Callable[[Things], Mapping[str, str]] | None = None
    content: bytes | None = None
    headers: Mapping[str, str] | None = None
    query: Callable[[Things], str] = lambda _: ""
    path: Callable[[], str] | None = None
    is_stream: bool = False


def only(
    actors: Actors,
    *,
    json: Callable[[Things], Mapping[str, object]] | None = None,
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
        "key_views_sha256": things.key_views_sha256,
        "study_versions": {things.study_id: things.version},
        "answers": msgspec.to_builtins(staging.ANSWERS),
        "password": make.PASSWORD,
    }


def signing_form(things: Things) -> Mapping[str, str]:
    return {
        "idempotency_key": "SIG-0123456789abcdef",
        "text_sha256": things.text_sha256,
        "key_views_sha256": things.key_views_sha256,
        f"version_{things.study_id}": things.version,
        "ivt": "tenecteplase",
        "evt": "indicated",
        "disposition": "transfer_evt",
        "local_agreement": "complementary",
        "certainty": "high",
        "password": make.PASSWORD,
    }


def asking(things: Things) -> Mapping[str, object]:
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


def picture(things: Things) -> str:
    return f"?version={things.prepared_version}&sop={things.instance_uid}&width=16&height=16"


_SERIES = "/api/studies/{study}/series/{series}/stacks/{stack:int}"
_OBJECT = "/api/studies/{study}/objects/{sop_instance_uid}"
MULTIPART = {"content-type": 'multipart/related; type="application/dicom"; boundary=x'}
STORED = b"--x\r\nContent-Type: application/dicom\r\n\r\n%b\r\n--x--\r\n" % make_studies.dicom(
    study_uid=make_studies.uid(), series_uid=make_studies.uid()
)
_WEB_STUDY = "/dicomweb/studies/{study_uid}"
_WEB_SERIES = f"{_WEB_STUDY}/series/{{series_uid}}"
_WEB_INSTANCE = f"{_WEB_SERIES}/instances/{{instance_uid}}"
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
        may=BROWSERS, form=lambda _: {"current": make.PASSWORD, "new": "une autre phrase de passe"}
    ),
    ("POST", "/account/logins/end"): only(REQUESTER, form=lambda things: {"chosen": things.login_id}),
    ("POST", "/account/tokens"): Row(may=BROWSERS, form=lambda _: {"chosen": "poste de garde"}),
    ("POST", "/account/tokens/revoke"): only(REQUESTER, form=lambda things: {"chosen": things.token_id}),
    ("GET", "/api/directory"): Row(may=SIGNED_IN),
    ("GET", "/live/worklist"): Row(may=SIGNED_IN, is_stream=True),
    # Studies
    ("GET", "/studies"): Row(may=SIGNED_IN),
    ("GET", "/studies/{study}"): only(IMAGES),
    ("GET", "/api/studies"): Row(may=SIGNED_IN),
    ("GET", "/api/studies/{study}"): only(IMAGES),
    ("GET", "/api/studies/{study}/version"): only(IMAGES),
    ("GET", f"{_SERIES}/thumbnail"): only(IMAGES),
    ("GET", f"{_SERIES}/pack"): only(IMAGES),
    ("GET", f"{_SERIES}/header"): only(IMAGES),
    ("GET", f"{_SERIES}/picture"): replace(only(IMAGES), query=picture),
    ("GET", _OBJECT): only(IMAGES),
    ("GET", "/api/studies/{study}/images/{instance_uid}"): only(IMAGES),
    ("GET", f"{_OBJECT}/document"): only(IMAGES),
    ("POST", "/api/uploads"): Row(may=CARE, json=lambda _: {"name": "scan.zip", "size": 10}),
    ("GET", "/api/uploads/{upload}"): only(REQUESTER),
    ("PATCH", "/api/uploads/{upload}"): only(REQUESTER, content=b"01234", headers={"upload-offset": "0"}),
    ("POST", "/api/uploads/{upload}/finish"): only(REQUESTER),
    # DICOMweb, for programs
    ("GET", "/dicomweb/studies"): Row(may=SIGNED_IN),
    ("GET", "/dicomweb/series"): Row(may=SIGNED_IN),
    ("GET", "/dicomweb/instances"): Row(may=SIGNED_IN),
    ("POST", "/dicomweb/studies"): Row(may=CARE, content=STORED, headers=MULTIPART),
    # Whoever may store does so at their own hospital, whatever others hold under that UID.
    ("POST", _WEB_STUDY): Row(may=CARE, content=STORED, headers=MULTIPART),
    ("GET", _WEB_STUDY): only(IMAGES),
    ("GET", f"{_WEB_STUDY}/metadata"): only(IMAGES),
    ("GET", f"{_WEB_STUDY}/series"): only(IMAGES),
    ("GET", f"{_WEB_STUDY}/instances"): only(IMAGES),
    ("GET", _WEB_SERIES): only(IMAGES),
    ("GET", f"{_WEB_SERIES}/metadata"): only(IMAGES),
    ("GET", f"{_WEB_SERIES}/instances"): only(IMAGES),
    ("GET", f"{_WEB_STUDY}/rendered"): only(IMAGES),
    ("GET", f"{_WEB_SERIES}/rendered"): only(IMAGES),
    ("GET", _WEB_INSTANCE): only(IMAGES),
    ("GET", f"{_WEB_INSTANCE}/metadata"): only(IMAGES),
    ("GET", f"{_WEB_INSTANCE}/frames/{{frames}}"): only(IMAGES),
    ("GET", f"{_WEB_INSTANCE}/rendered"): only(IMAGES),
    ("GET", f"{_WEB_INSTANCE}/frames/{{frames}}/rendered"): only(IMAGES),
    ("GET", f"{_WEB_INSTANCE}/frames/{{frames}}/thumbnail"): only(IMAGES),
    ("GET", f"{_WEB_INSTANCE}/thumbnail"): only(IMAGES),
    ("GET", f"{_WEB_SERIES}/thumbnail"): only(IMAGES),
    ("GET", f"{_WEB_STUDY}/thumbnail"): only(IMAGES),
    ("GET", f"{_WEB_INSTANCE}/bulkdata/{{place:path}}"): only(IMAGES),
    # Rooms
    ("GET", "/rooms/{room_id}"): only(ROOM),
    ("GET", "/api/rooms/{room_id}"): only(ROOM),
    ("GET", "/api/rooms/{room_id}/facts"): only(ROOM),
    ("GET", "/api/rooms/{room_id}/views/{seq}"): only(ROOM),
    ("GET", "/rooms/{room_id}/replay"): only(ROOM),
    ("GET", "/api/rooms/{room_id}/trail"): only(ROOM),
    # The expert too once they have signed, which they have not in this room (tests/collab/evidence/test_endpoints.py).
    ("GET", "/api/rooms/{room_id}/evidence.zip"): Row(see=ROOM | {"administrator"}, may=frozenset({"administrator"})),
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
    ("GET", f"{_CASE}/conclude/key-views/{{key_view}}"): Row(see=CASE, may=EXPERT),
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
    ("MOUNT", "/static/dist"): Row(may=EVERYBODY, path=lambda: asset("src/pages.ts")),
    ("MOUNT", "/static"): Row(may=EVERYBODY, path=lambda: "/static/consilium.css"),
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


PLANTED = (Route("/new", not_found_answer), Mount("/new", app=Starlette()), WebSocketRoute("/new", Starlette()))


@pytest.mark.parametrize("planted", PLANTED, ids=lambda route: type(route).__name__)
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
        # A failure here must not look like one of the next route.
        ledger.restore()
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
            (row.path() if row.path else filled(path, things)) + row.query(things),
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
        "study_uid": things.study_uid,
        "series_uid": things.series_uid,
        "instance_uid": things.instance_uid,
        "sop_instance_uid": things.document_uid if path.endswith("/document") else things.report_uid,
        "frames": "1",
        "key_view": "1",
        "seq": "1",
        "place": "7FE00010",
        "stack": "0",
        "upload": things.upload_id,
        "room_id": things.room_id,
        "request_id": things.request_id,
        "conclusion_id": things.conclusion_id,
        "report_id": things.report_id,
        "second_read_id": things.second_read_id,
    }
    return re.sub(r"{(\w+)(:\w+)?}", lambda found: values[found[1]], path)


# ---- lists: open to whoever is signed in, each with its own in it


SHOWN: Mapping[str, tuple[Callable[[Things], str], Actors]] = {
    "/studies": (lambda things: things.study_id, IMAGES),
    "/api/studies": (lambda things: things.study_id, IMAGES),
    "/second-reads/new": (lambda things: things.study_id, IMAGES),
    "/dicomweb/studies": (lambda things: things.study_uid, IMAGES),
    "/dicomweb/series": (lambda things: things.series_uid, IMAGES),
    "/dicomweb/instances": (lambda things: things.instance_uid, IMAGES),
    "/": (lambda things: things.request_id, CASE),
    "/api/expertise?show=all": (lambda things: things.request_id, CASE),
    "/second-reads": (lambda things: things.report_id, READERS),
    "/account": (lambda things: things.login_id, REQUESTER),
}


@pytest.mark.parametrize("path", SHOWN)
async def test_a_list_shows_to_each_what_they_may_see(stage: Stage, path: str) -> None:
    thing_of, who = SHOWN[path]
    shown: set[str] = set()
    for actor in sorted(SIGNED_IN):
        async with stage.client(actor) as client:
            answer = await client.get(path)
        # PS3.18 10.6.3: a search that finds nothing says 204.
        assert answer.status_code in {200, 204}, f"{actor} {answer.text[:300]}"
        if thing_of(stage.things) in answer.text:
            shown.add(actor)
    assert shown == who


# ---- what nobody may say of themselves


FORGED = {"role": "administrator", "hospital_id": "HOS-0000000000000000", "is_admin": "true"}
# Read field by field, each by its name: there, a field of another name is not looked at.
BY_NAME: Sequence[Key] = (("POST", "/logout"), ("POST", "/expertise/new"), ("POST", f"{_CASE}/conclude"))
STRICT = [key for key, row in MATRIX.items() if (row.json or row.form) and key not in BY_NAME]


@pytest.mark.parametrize("key", STRICT, ids=" ".join)
async def test_a_field_that_would_raise_ones_rights_is_refused(stage: Stage, key: Key) -> None:
    ledger = Ledger(stage.site)
    for field in FORGED:
        answer = await send(stage, stage.app, somebody(key), key, forged(key, [field]), stage.things)
        changed = ledger.changed_tables()
        ledger.restore()
        assert answer.status_code == 422, f"{field} {answer.text[:300]}"
        assert changed == []
    ledger.close()


@pytest.mark.parametrize("key", BY_NAME, ids=" ".join)
async def test_a_form_read_by_name_does_not_look_at_such_a_field(stage: Stage, key: Key) -> None:
    ledger, done = Ledger(stage.site), list[tuple[int, list[str]]]()
    for row in (MATRIX[key], forged(key, list(FORGED))):
        answer = await send(stage, stage.app, somebody(key), key, row, stage.things)
        done.append((answer.status_code, ledger.changed_tables()))
        ledger.restore()
    ledger.close()
    assert done[0] == done[1]
    assert {"person", "hospital", "team", "team_member", "token"}.isdisjoint(done[1][1])


def somebody(key: Key) -> str:
    """One of those who may."""
    return next(actor for actor in ("expert", "requester") if actor in MATRIX[key].may)


def forged(key: Key, fields: Sequence[str]) -> Row:
    """The row's request with fields added that are nobody's to send."""
    row, more = MATRIX[key], {field: FORGED[field] for field in fields}

    def json(things: Things) -> Mapping[str, object]:
        return {**(row.json(things) if row.json else {}), **more}

    def form(things: Things) -> Mapping[str, str]:
        return {**(row.form(things) if row.form else {}), **more}

    return replace(row, json=json if row.json else None, form=form if row.form else None)


# ---- who signs


async def test_a_requester_cannot_sign_in_the_experts_place(stage: Stage) -> None:
    for key in (("POST", f"{_CASE}/conclude"), ("POST", f"{_API_CASE}/conclusion")):
        answer = await send(stage, stage.app, "requester", key, MATRIX[key], stage.things)
        assert answer.status_code == 403


async def test_an_expert_of_another_case_cannot_sign_this_one(stage: Stage) -> None:
    for actor in ("other_expert", "revoked"):
        for key in (("POST", f"{_CASE}/conclude"), ("POST", f"{_API_CASE}/conclusion")):
            answer = await send(stage, stage.app, actor, key, MATRIX[key], stage.things)
            assert answer.status_code == 404


async def test_a_signing_sent_again_gives_the_same_receipt_and_with_another_text_is_refused(stage: Stage) -> None:
    ledger, path = Ledger(stage.site), f"/api/expertise/{stage.things.request_id}/conclusion"
    wish = signing(stage.things)
    async with stage.client("expert") as client:
        first = await client.post(path, json=wish)
        assert first.status_code == 200, first.text
        signed = Ledger(stage.site)
        assert (await client.post(path, json=wish)).json() == first.json()
        other_text = await client.post(path, json={**wish, "text_sha256": "0" * 64})
        other_answer = await client.post(path, json={**wish, "answers": {**OTHER_ANSWERS}})
        other_key = await client.post(path, json={**wish, "idempotency_key": "SIG-fedcba9876543210"})
        assert signed.changed_tables() == []
    signed.close()
    ledger.restore()
    ledger.close()
    for refused in (other_text, other_answer, other_key):
        assert (refused.status_code, refused.json()["refused"]) == (409, "already_signed")


OTHER_ANSWERS = {**msgspec.to_builtins(staging.ANSWERS), "certainty": "low"}


async def test_a_signature_wants_the_text_that_is_there_and_the_password(stage: Stage) -> None:
    ledger, path = Ledger(stage.site), f"/api/expertise/{stage.things.request_id}/conclusion"
    async with stage.client("expert") as client:
        other = await client.post(path, json={**signing(stage.things), "text_sha256": "0" * 64})
        assert (other.status_code, other.json()["refused"]) == (409, "draft_changed")
        assert ledger.changed_tables() == []
        wrong = await client.post(path, json={**signing(stage.things), "password": "pas le bon mot"})
        assert (wrong.status_code, wrong.json()["refused"]) == (403, "wrong_password")
        # A failed try is the one thing that a refusal leaves behind: it is counted, and written down.
        assert ledger.changed_tables() == ["audit_entry", "try"]
    ledger.restore()
    ledger.close()


# ---- who one is


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer forged"},
        {"authorization": "Bearer "},
        {"authorization": "Basic cmVxdWVzdGVyOng="},
        {"cookie": "consilium=forged"},
        {"cookie": "consilium="},
        # alg "none", as a library that believes the token's own header would let in
        {"authorization": "Bearer eyJhbGciOiJub25lIn0.eyJyb2xlIjoiYWRtaW5pc3RyYXRvciJ9."},
    ],
)
async def test_what_is_no_login_and_no_token_of_ours_lets_nobody_in(stage: Stage, headers: Mapping[str, str]) -> None:
    async with stage.client(ANONYMOUS) as client:
        answer = await client.get("/api/studies", headers=dict(headers))
    assert answer.status_code == 401


async def test_whoever_is_disabled_is_out_at_once_with_login_and_token(stage: Stage) -> None:
    ledger = Ledger(stage.site)
    with stage.site.database.transaction() as session:
        session.get_one(Person, stage.people["outsider"].id).disabled_at = make.NIGHT
    for actor in ("outsider", TOKEN):
        async with stage.client(actor) as client:
            assert (await client.get("/api/studies")).status_code == 401
    ledger.restore()
    ledger.close()


async def test_a_form_of_another_site_is_refused_before_anything_is_looked_at(stage: Stage) -> None:
    ledger = Ledger(stage.site)
    for origin in ("https://elsewhere.example", "null", f"{stage.origin}.example", stage.origin.upper()):
        async with stage.client("requester") as client:
            answer = await client.post(
                f"/expertise/{stage.things.request_id}/cancel", data={"note": "x"}, headers={"origin": origin}
            )
        assert answer.status_code == 403
    assert ledger.changed_tables() == []
    ledger.close()


# ---- the room's socket, and live news


@pytest.fixture(scope="module")
def live(stage: Stage) -> Iterator[Stage]:
    with listening(stage):
        yield stage


FROM_ROOM = msgspec.msgpack.Decoder(FromRoom)


async def enter(
    stage: Stage, actor: str, room_id: str, *, origin: str | None = None
) -> tuple[list[bytes | str], int | None, str]:
    """What somebody is sent who goes into a room and says hello, and how the server ends it, if it does."""
    got: list[bytes | str] = []
    async with room_socket(stage, actor, room_id, origin=origin) as socket:
        try:
            await socket.send(msgspec.msgpack.encode(Hello(f"tab-{actor}", 0)))
            got.append(await asyncio.wait_for(socket.recv(), staging.PATIENCE_S))
        except ConnectionClosed as closed:
            return got, *_end(closed)
    return got, None, ""


def room_socket(stage: Stage, actor: str, room_id: str, *, origin: str | None = None) -> connect:
    headers = dict(stage.keys[actor])
    is_program = "authorization" in headers
    return connect(
        f"ws://127.0.0.1:{stage.site.settings.port}/rooms/{room_id}/live",
        origin=None if is_program else Origin(origin or stage.origin),
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        additional_headers=headers,
        compression=None,
        proxy=None,
    )


@pytest.mark.parametrize("actor", sorted(EVERYBODY))
async def test_who_may_go_into_the_room(live: Stage, actor: str) -> None:
    if actor in MATRIX["SOCKET", "/rooms/{room_id}/live"].may:
        got, code, _ = await enter(live, actor, live.things.room_id)
        assert code is None
        assert isinstance(FROM_ROOM.decode(cast(bytes, got[0])), Welcome)
        return
    traces = [await knock_in_vain(live, actor) for _ in range(3)]
    # A room renews its lease and keeps a snapshot by itself, whoever knocks: that falls into one try, not into each.
    assert [] in traces
    assert {table for changed in traces for table in changed} <= {"room", "room_snapshot"}


async def knock_in_vain(live: Stage, actor: str) -> list[str]:
    """Refused as at the door of no room at all; the tables that have changed meanwhile."""
    ledger = Ledger(live.site)
    found = await enter(live, actor, live.things.room_id)
    absent = await enter(live, actor, live.things.absent().room_id)
    assert found == absent == ([], *((4401, "sign_in") if actor == ANONYMOUS else (4403, "no_access")))
    changed = ledger.changed_tables()
    ledger.close()
    return changed


async def test_a_page_of_another_site_gets_no_socket_even_with_the_cookie(live: Stage) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await enter(live, "requester", live.things.room_id, origin="https://elsewhere.example")
    assert refused.value.response.status_code == 403


async def test_live_news_reach_the_two_sides_and_nobody_else(live: Stage) -> None:
    bus, heard = live.site.part(Bus), ("expert", "colleague", "outsider", "technologist", "other_expert")
    async with AsyncExitStack() as stack:
        streams = {actor: await stack.enter_async_context(news(live, actor)) for actor in heard}
        async with live.client("requester") as client:
            answer = await client.post("/api/expertise", json=asking(live.things))
            assert answer.status_code == 201, answer.text
        # Sent after it: whoever hears this first has not heard the other.
        for actor in heard:
            bus.publish(person_topic(live.people[actor].id), LiveEvent(kind="marker", object_id=""))
        first = {actor: await next_event(streams[actor]) for actor in heard}
    request_id = answer.json()["request_id"]
    assert {actor for actor, event in first.items() if event.object_id == request_id} >= {"expert", "colleague"}
    assert {actor for actor, event in first.items() if event.kind == "marker"} >= {"outsider", "other_expert"}


@asynccontextmanager
async def news(stage: Stage, actor: str) -> AsyncGenerator[AsyncIterator[str]]:
    async with (
        httpx.AsyncClient(base_url=stage.origin, headers=stage.keys[actor], timeout=staging.PATIENCE_S) as client,
        client.stream("GET", "/live/worklist") as answer,
    ):
        assert answer.status_code == 200
        lines = answer.aiter_lines()
        assert (await anext(lines)).startswith("retry")
        yield lines


async def next_event(lines: AsyncIterator[str]) -> LiveEvent:
    async for line in lines:
        if line.startswith("data: "):
            return msgspec.json.decode(line.removeprefix("data: "), type=LiveEvent)
    raise AssertionError("the stream ended")


async def test_leave_that_is_revoked_ends_a_socket_within_two_seconds(live: Stage) -> None:
    room_id, guest_id = live.things.room_id, live.things.guest_id
    async with room_socket(live, "guest", room_id) as socket:
        await socket.send(msgspec.msgpack.encode(Hello("tab-guest", 0)))
        await asyncio.wait_for(socket.recv(), staging.PATIENCE_S)
        with live.site.database.transaction() as session:
            hub = live.site.part(RoomHub)
            rooms.revoke_member(session, hub, room_id=room_id, person_id=guest_id, at=make.NIGHT, by="test")
        assert await ended(socket, within_s=2) == (4403, "revoked")
    assert (await enter(live, "guest", room_id))[1] == 4403


async def test_a_case_that_ends_takes_room_relay_and_images_from_those_it_let_in(live: Stage) -> None:
    things = live.things
    assert await is_given_a_relay(live, "expert")
    async with room_socket(live, "expert", things.room_id) as socket:
        await socket.send(msgspec.msgpack.encode(Hello("tab-expert", 0)))
        await asyncio.wait_for(socket.recv(), staging.PATIENCE_S)
        async with live.client("requester") as client:
            answer = await client.post(f"/api/expertise/{things.request_id}/cancel", json={"note": "erreur"})
            assert answer.status_code == 200, answer.text
        assert await ended(socket, within_s=2) == (4410, "room_closed")
    assert (await enter(live, "requester", things.room_id))[1] == 4410
    assert not await is_given_a_relay(live, "expert")
    key = ("GET", f"{_SERIES}/pack")
    # The signed case still shows them to its expert; the guest had no other leave than this case's.
    with live.site.database.transaction() as session:
        grants = studies.list_live_grants(session, things.study_id, at=make.NIGHT)
    assert things.request_id not in {grant.purpose for grant in grants}
    assert (await send(live, live.app, "guest", key, MATRIX[key], things)).status_code == 404


async def is_given_a_relay(stage: Stage, actor: str) -> bool:
    """Whether the room's page carries credentials of the TURN server."""
    async with stage.client(actor) as client:
        start = (await client.get(f"/api/rooms/{stage.things.room_id}")).json()
    return any("credential" in server for server in start["ice_servers"])


async def ended(socket: ClientConnection, *, within_s: float) -> tuple[int, str]:
    """How the server ends a socket, which it does in time."""
    async with asyncio.timeout(within_s):
        try:
            while True:
                await socket.recv()
        except ConnectionClosed as closed:
            return _end(closed)


def _end(closed: ConnectionClosed) -> tuple[int, str]:
    assert closed.rcvd is not None, "cut, not closed"
    return closed.rcvd.code, closed.rcvd.reason
