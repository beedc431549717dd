"""The whole way of a night's case, from the images to the acknowledged conclusion, through the program as it is run."""

from __future__ import annotations

import asyncio
import hashlib
import io
import zipfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from pydicom import dcmread
from pypdf import PdfReader
from sqlalchemy import create_engine, select, text, update
from sqlalchemy.exc import DBAPIError

from collab.accounts import service as accounts
from collab.accounts.service import NewPerson
from collab.app import schema
from collab.audit.models import AuditEntry
from collab.expertise.pathways import Stroke
from collab.kit.caller import Role
from collab.kit.clock import utc_now
from collab.kit.database import Database
from collab.rooms.protocol import (
    SUBPROTOCOL,
    SUBPROTOCOL_JSON,
    AddKeyView,
    Ask,
    ControlTaken,
    DraftLocked,
    Fact,
    GiveControl,
    KeyViewAdded,
    MovePointer,
    PointerMoved,
    Said,
    Say,
    SettleView,
    TakeControl,
    TextUpdated,
    ViewSettled,
)
from collab.rooms.view import Pane, Pointer, View, ViewportView, Window
from tests.collab.app.program import PATIENCE_S, Program, Tab, eventually, news, peer_over
from tests.collab.app.stage import ANSWERS
from tests.collab.rooms.make import one_pane
from tests.collab.studies import make as make_studies

PASSWORD = "la coupe que vous voyez"
REQUESTER, EXPERT, GUEST = "benali@valmont.example", "marchetti@chu.example", "aubry@valmont.example"
PEOPLE = {
    REQUESTER: ("Dr Karim Benali", "990000011", "emergency_medicine"),
    GUEST: ("Dr Claire Aubry", "990000011", "neurology"),
    EXPERT: ("Dr Hélène Marchetti", "990000037", "neuroradiology"),
}
QUESTION = "Thrombolyse ? Thrombectomie ?"
OPINION = "Occlusion proximale de M1 gauche."


@dataclass(kw_only=True)
class Night:
    """The program, everybody's browser, and what has come about so far."""

    program: Program
    requester: httpx.AsyncClient
    expert: httpx.AsyncClient
    guest: httpx.AsyncClient
    files: Mapping[str, bytes] = field(default_factory=lambda: make_studies.series(6))
    study: dict[str, Any] = field(default_factory=dict[str, Any])
    request_id: str = ""
    room_id: str = ""

    @property
    def case(self) -> str:
        return f"/api/expertise/{self.request_id}"


@pytest.fixture
async def night(tmp_path: Path, either_url: str) -> AsyncGenerator[Night]:
    program = Program(data=tmp_path, database_url=either_url)
    _declare_people(either_url)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(program.serving())
        requester, expert, guest = [
            await stack.enter_async_context(program.browser(email, PASSWORD)) for email in (REQUESTER, EXPERT, GUEST)
        ]
        yield Night(program=program, requester=requester, expert=expert, guest=guest)


def _declare_people(url: str) -> None:
    database = Database(url)
    schema.migrate(database)
    with database.transaction() as session:
        for email, (name, finess, specialty) in PEOPLE.items():
            home = accounts.add_hospital(session, finess=finess, name=f"Hôpital {finess}", phone="+33 1 99 00 00 11")
            new = NewPerson(email=email, name=name, role=Role.DOCTOR, hospital_id=home.id, specialty=specialty)
            accounts.add_person(session, new, PASSWORD, by="test", at=utc_now())
    database.close()


async def test_from_a_doubt_to_an_acknowledged_conclusion(night: Night) -> None:
    await send_images(night)
    await ask_and_accept(night)
    async with in_the_room(night) as (expert, requester):
        await look_together(night, expert, requester)
        async with joining_late(night, expert):
            await come_back_after_a_cut(night, expert, requester)
        await keep_a_view(night, expert)
        await write_together(expert, requester)
        await talk(expert, requester)
        receipt = await sign(night, requester)
        locked, _ = await requester.fact(DraftLocked)
        assert receipt["conclusion_id"] == locked.done.conclusion_id  # pyright: ignore[reportAttributeAccessIssue]
        await compare_journals(night, expert, requester)
    await read_and_acknowledge(night, receipt)
    await prove_the_audit(night, receipt)


# ---- images


async def send_images(night: Night) -> None:
    """A zip in two pieces; the second begins where the server says that the first ended."""
    drop, client = _zip(night.files), night.requester
    announced = {"name": "scanner.zip", "size": len(drop), "sha256": hashlib.sha256(drop).hexdigest()}
    upload = (await client.post("/api/uploads", json=announced)).json()
    path, half = f"/api/uploads/{upload['upload_id']}", len(drop) // 2
    first = await client.patch(path, content=drop[:half], headers={"upload-offset": "0"})
    assert first.headers["upload-offset"] == str(half)
    again = await client.patch(path, content=drop, headers={"upload-offset": "0"})
    assert (again.status_code, again.json()["facts"]) == (409, {"received": half})
    early = await client.post(f"{path}/finish")
    assert (early.status_code, early.json()["refused"]) == (409, "upload_incomplete")
    received = int((await client.get(path)).headers["upload-offset"])
    rest = await client.patch(path, content=drop[received:], headers={"upload-offset": str(received)})
    assert rest.json()["received"] == len(drop)
    assert (await client.post(f"{path}/finish")).status_code == 200
    night.study = await eventually(lambda: _ready_study(night, path))
    stack = night.study["series"][0]["stacks"][0]
    assert (stack["kind"], stack["frames"]) == ("volume", 6)
    pack = await client.get(stack["pack_url"])
    assert pack.status_code == 200
    assert (await night.expert.get(stack["pack_url"])).status_code == 404


async def _ready_study(night: Night, upload: str) -> dict[str, Any] | None:
    state = (await night.requester.get(upload)).json()
    assert state["state"] not in {"failed", "expired"}, state
    if state["state"] != "done":
        return None
    assert (state["stored"], state["set_aside"]) == (len(night.files), 0)
    (study_id,) = state["study_ids"]
    study = (await night.requester.get(f"/api/studies/{study_id}")).json()
    return study if study["state"] == "ready" else None


def _zip(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"CT/{name}", content)
    return packed.getvalue()


# ---- the request


async def ask_and_accept(night: Night) -> None:
    people = (await night.requester.get("/api/directory")).json()["people"]
    expert_id = next(person["person_id"] for person in people if person["name"] == PEOPLE[EXPERT][0])
    async with news(night.expert) as events:
        asked = await night.requester.post("/api/expertise", json=_request(night, expert_id))
        assert asked.status_code == 201, asked.text
        night.request_id = asked.json()["request_id"]
        event = await anext(events)
    assert (event.object_id, event.urgency) == (night.request_id, "immediate")
    (line,) = (await night.expert.get("/api/expertise")).json()["for_me"]
    assert (line["request_id"], line["rings"], line["question"]) == (night.request_id, True, QUESTION)
    assert (await night.expert.get("/api/expertise/waiting")).json() == {"count": 1}
    assert (await night.expert.get(night.case)).json()["state"] == "received"
    accepted = await night.expert.post(f"{night.case}/accept", json={})
    night.room_id = accepted.json()["room_id"]
    # Asked for by the request, the images are now the expert's to see.
    assert (await night.expert.get(night.study["series"][0]["stacks"][0]["pack_url"])).status_code == 200


def _request(night: Night, expert_id: str) -> Mapping[str, object]:
    patient = night.study["patient"]
    key_data = Stroke(onset="known", onset_at=utc_now() - timedelta(hours=1), nihss_total=14, anticoagulant="none")
    return {
        "urgency": "immediate",
        "question": QUESTION,
        "reason": "Hémiplégie droite et aphasie brutales.",
        "callback_phone": "+33 1 99 00 00 11",
        "patient": {
            "family_name": patient["family"],
            "given_name": patient["given"],
            "birth_date": patient["birth_date"],
            "sex": patient["sex"],
        },
        "informed": "informed",
        "consent_mode": "oral",
        "study_ids": [night.study["study_id"]],
        "key_data": msgspec.to_builtins(key_data),
        "expert_person_id": expert_id,
    }


# ---- the room


@asynccontextmanager
async def in_the_room(night: Night) -> AsyncGenerator[tuple[Tab, Tab]]:
    """Expert and requester, one with each sub-protocol."""
    for client in (night.expert, night.requester):
        gone = await client.get(f"/expertise/{night.request_id}/join")
        assert (gone.status_code, gone.headers["location"]) == (303, f"/rooms/{night.room_id}")
        assert (await client.get(f"/rooms/{night.room_id}")).status_code == 200
    expert = Tab(client=night.expert, room_id=night.room_id, protocol=SUBPROTOCOL)
    requester = Tab(client=night.requester, room_id=night.room_id, protocol=SUBPROTOCOL_JSON)
    await expert.enter()
    await requester.enter()
    try:
        yield expert, requester
    finally:
        await expert.close()
        await requester.close()


async def look_together(night: Night, expert: Tab, requester: Tab) -> None:
    """A view at rest, a pointer, the baton."""
    await expert.ask(TakeControl(0))
    _, taken = await expert.fact(ControlTaken)
    assert (taken.holder, taken.how) == (expert.actor, "taken")
    view = view_of(night, number=3)
    pane = view.only_pane
    assert pane is not None
    await expert.ask(SettleView(taken.term, view))
    settled, done = await requester.fact(ViewSettled)
    assert done.view == view
    own, _ = await expert.fact(ViewSettled)
    assert (settled.seq, settled.actor) == (own.seq, expert.actor)
    point = Pointer(
        pane.series_uid, pane.frame_of_reference_uid, (1.0, 2.0, 6.0), pane.viewports[0].sop_instance_uid, 1
    )
    await expert.send(MovePointer(1, point))
    moved = await requester.until(PointerMoved)
    assert (moved.actor, moved.pointer) == (expert.actor, point)
    await expert.ask(GiveControl(taken.term, requester.actor))
    _, given = await requester.fact(ControlTaken, lambda done: done.how == "given")
    assert (given.holder, given.term) == (requester.actor, taken.term + 1)


def view_of(night: Night, *, number: int) -> View:
    """Slice `number` of the series, as a browser would show it."""
    image = dcmread(io.BytesIO(night.files[f"{number:04}.dcm"]))
    centre = (0.0, 0.0, 2.0 * number)
    viewport = ViewportView("stack", centre, (0, 0, 1), (0, -1, 0), (16, 16), str(image.SOPInstanceUID), 1)
    pane = Pane(
        study_uid=str(image.StudyInstanceUID),
        series_uid=str(image.SeriesInstanceUID),
        stack=0,
        frame_of_reference_uid=str(image.FrameOfReferenceUID),
        layout="stack",
        active="stack",
        window=Window(128, 256, "HU"),
        invert=False,
        viewports=(viewport,),
    )
    return one_pane(pane)


@asynccontextmanager
async def joining_late(night: Night, expert: Tab) -> AsyncGenerator[Tab]:
    """A third doctor, invited by the requester: nothing before the invitation, then all that has come about."""
    assert (await night.guest.get(f"/api/rooms/{night.room_id}")).status_code == 404
    people = (await night.requester.get("/api/directory")).json()["people"]
    guest_id = next(person["person_id"] for person in people if person["name"] == PEOPLE[GUEST][0])
    invited = await night.requester.post(f"{night.case}/invite", json={"person_id": guest_id})
    assert invited.status_code == 200, invited.text
    tab = Tab(client=night.guest, room_id=night.room_id, protocol=SUBPROTOCOL)
    welcome = await tab.enter()
    assert welcome.state is not None
    assert welcome.state.view == view_of(night, number=3)
    assert welcome.state.seq == max(expert.seqs)
    assert len(welcome.state.present) == 3
    try:
        yield tab
    finally:
        await tab.close()


async def come_back_after_a_cut(night: Night, expert: Tab, requester: Tab) -> None:
    """An ask that was applied but never acknowledged, because the network went: sent again, it is applied once."""
    seen = max(requester.seqs)
    await requester.ask(Say("Vous voyez l'hyperdensité ?"))
    lost, n = len(requester.got), requester.n
    said, _ = await expert.fact(Said)
    await requester.cut()
    # Whatever came between the ask and the cut, this browser has not applied.
    del requester.got[lost:]
    welcome = await requester.enter(seq=seen, next_n=n)
    assert welcome.state is None
    assert welcome.acked == n
    await requester.send(Ask(n, Say("Vous voyez l'hyperdensité ?")))
    await requester.ask(Say("Oui, à gauche."))
    answer, _ = await requester.fact(Said, lambda done: done.text == "Oui, à gauche.")
    tail = [seq for seq in requester.seqs if seq > seen]
    assert tail == list(range(seen + 1, answer.seq + 1))
    mine = [one for one in requester.got if isinstance(one, Fact) and (one.client_id, one.n) == (said.client_id, n)]
    assert [one.seq for one in mine] == [said.seq]
    facts = (await night.expert.get(f"/api/rooms/{night.room_id}/facts")).json()
    assert [fact["done"]["text"] for fact in facts if fact["done"]["t"] == "chat.said"] == [
        "Vous voyez l'hyperdensité ?",
        "Oui, à gauche.",
    ]


async def keep_a_view(night: Night, expert: Tab) -> None:
    await expert.ask(AddKeyView("K-1", "stack", view_of(night, number=3), "Hyperdensité de M1"))
    _, added = await expert.fact(KeyViewAdded)
    assert added.caption == "Hyperdensité de M1"


async def write_together(expert: Tab, requester: Tab) -> None:
    """Both at once, neither having seen the other's words: the same text on both screens."""
    await expert.write(OPINION)
    await requester.write("NIHSS à 14. ")
    for tab, other in ((expert, requester), (requester, expert)):
        await tab.until(Fact, lambda one, other=other: isinstance(one.done, TextUpdated) and one.actor == other.actor)
    assert expert.text == requester.text
    assert OPINION in expert.text
    assert "NIHSS à 14. " in expert.text


async def talk(expert: Tab, requester: Tab) -> None:
    """Signalling through the room, sound beside it: each hears the other's tone."""
    caller, callee = peer_over(expert, requester.actor, tone_hz=1000), peer_over(requester, expert.actor, tone_hz=440)
    try:
        await caller.call()
        await caller.connected(timeout_s=PATIENCE_S)
        await callee.connected(timeout_s=PATIENCE_S)
        await callee.ear.until(lambda ear: ear.hears(1000), timeout_s=PATIENCE_S)
        await caller.ear.until(lambda ear: ear.hears(440), timeout_s=PATIENCE_S)
    finally:
        await caller.close()
        await callee.close()


# ---- the conclusion


async def sign(night: Night, requester: Tab) -> Mapping[str, str]:
    """With a wrong password, then on a text that is no longer there: refused. Then signed, and once."""
    path = f"{night.case}/conclusion"
    shown = (await night.expert.get(path)).json()
    wrong = await night.expert.post(path, json=_wish(shown, password="pas le bon mot"))
    assert (wrong.status_code, wrong.json()["refused"]) == (403, "wrong_password")
    await requester.write("Déficit stable. ", at_start=True)
    await requester.until(Fact, lambda one: one.client_id == requester.client_id and one.n == requester.n)
    older = await night.expert.post(path, json=_wish(shown))
    assert (older.status_code, older.json()["refused"]) == (409, "draft_changed")
    now = (await night.expert.get(path)).json()
    assert now["text"] == requester.text
    not_theirs = await night.requester.post(path, json=_wish(now))
    assert not_theirs.status_code == 403
    signed = await night.expert.post(path, json=_wish(now))
    assert signed.status_code == 200, signed.text
    assert (await night.expert.post(path, json=_wish(now))).json() == signed.json()
    return signed.json()


def _wish(shown: Mapping[str, Any], *, password: str = PASSWORD) -> Mapping[str, object]:
    return {
        "idempotency_key": shown["idempotency_key"],
        "text_sha256": shown["text_sha256"],
        "key_views_sha256": shown["key_views_sha256"],
        "study_versions": {study["study_id"]: study["version"] for study in shown["studies"]},
        "answers": msgspec.to_builtins(ANSWERS),
        "password": password,
    }


async def compare_journals(night: Night, *tabs: Tab) -> None:
    """Over all connections, each tab has been told every fact that the journal holds from its first on, and once."""
    facts = (await night.expert.get(f"/api/rooms/{night.room_id}/facts")).json()
    seqs = [fact["seq"] for fact in facts]
    assert seqs == list(range(1, len(facts) + 1))
    for tab in tabs:
        await tab.until(Fact, lambda one: one.seq == seqs[-1])
        assert tab.seqs == seqs[seqs.index(tab.seqs[0]) :]


async def read_and_acknowledge(night: Night, receipt: Mapping[str, str]) -> None:
    """The delivered file is the one that was hashed, and says what was asked, answered, and by whom."""
    page = f"/conclusions/{receipt['conclusion_id']}"
    document = await night.requester.get(f"{page}/document.pdf")
    assert document.headers["content-type"] == "application/pdf"
    assert hashlib.sha256(document.content).hexdigest() == receipt["document_sha256"]
    said = "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(document.content)).pages).split())
    for words in (QUESTION, OPINION, "NIHSS à 14.", "MARTIN", PEOPLE[REQUESTER][0], PEOPLE[EXPERT][0], "Hyperdensité"):
        assert "".join(words.split()) in said
    content = (await night.requester.get(f"/api{page}")).json()
    assert content["key_views"][0]["image_sha256"]
    assert {each["name"] for each in content["participants"]} == {name for name, _, _ in PEOPLE.values()}
    assert (await night.guest.get(f"{page}/document.pdf")).status_code == 200
    said_back = await night.requester.post(f"{night.case}/acknowledge", json={"note": "Ténectéplase, départ à 03:05."})
    assert said_back.json()["state"] == "acknowledged", said_back.text
    steps = [step["act"] for step in said_back.json()["steps"]]
    assert steps == ["submit", "receive", "accept", "start", "requester_joined", "invited", "conclude", "acknowledge"]


async def prove_the_audit(night: Night, receipt: Mapping[str, str]) -> None:
    """Whole while the server runs; one byte changed in the table, behind the back of the triggers, is named."""
    program = night.program
    whole = await asyncio.to_thread(program.command, "audit", "verify")
    assert whole.returncode == 0, whole.stdout + whole.stderr
    assert whole.stdout.startswith("whole: ")
    seq = await asyncio.to_thread(_change_one_byte, program.database_url, receipt["conclusion_id"])
    broken = await asyncio.to_thread(program.command, "audit", "verify")
    assert (broken.returncode, broken.stdout.strip()) == (1, f"row {seq} is changed")


FORGETFUL = {
    "sqlite": "DROP TRIGGER audit_entry_no_update",
    "postgresql": "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
}


def _change_one_byte(url: str, conclusion_id: str) -> int:
    """In the row that says who signed; its number."""
    engine = create_engine(url)
    signed = select(AuditEntry.seq, AuditEntry.actor_name).where(
        AuditEntry.act == "conclusion.signed", AuditEntry.object_id == conclusion_id
    )
    with engine.connect() as connection:
        seq, name = connection.execute(signed).one()
    change = update(AuditEntry).where(AuditEntry.seq == seq).values(actor_name=f"{name[:-1]}j")
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(change)
    with engine.begin() as connection:
        connection.execute(text(FORGETFUL[engine.dialect.name]))
        connection.execute(change)
    engine.dispose()
    return seq
