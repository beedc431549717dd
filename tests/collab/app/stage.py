"""Builders of the whole application's tests: the real site with a case at every step in it, and who meets it how."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import httpx
import uvicorn
from sqlalchemy.orm import Session
from starlette.applications import Starlette

from collab.accounts import service as accounts
from collab.accounts.models import Hospital, Login, Person, Token
from collab.app import schema, server
from collab.conclusions.answers import Answers, StrokeDecision
from collab.conclusions.document import PatientIdentity
from collab.conclusions.service import Documents
from collab.delivery.bus import Bus
from collab.expertise import concluding, rooming, service, signing
from collab.expertise.asking import AskExpertise
from collab.expertise.concluding import Desk, Underway
from collab.expertise.models import ExpertiseRequest
from collab.expertise.pathways import Stroke
from collab.expertise.printing import Printer
from collab.expertise.signing import SignConclusion
from collab.exports.pdf import render_conclusion
from collab.kit import ids
from collab.kit.caller import Caller, Role
from collab.kit.settings import Settings
from collab.kit.web import Site
from collab.rooms import service as rooms
from collab.rooms.commits import Batch, commit
from collab.rooms.hub import RoomHub
from collab.rooms.journal import GENESIS
from collab.rooms.protocol import Fact, TextUpdated, ViewMarked
from collab.rooms.service import NewMember
from collab.second_reads import service as second_reads
from collab.studies.importing import Intake, import_files
from collab.studies.manifest import NewUpload
from collab.studies.models import Instance, Series
from collab.studies.preparing import Preparer
from collab.studies.sources import Source
from collab.studies.uploading import begin_upload
from dicom_render.drawers import Drawers
from dicom_render.workers import Workers
from tests import make
from tests.collab.rooms.make import updates, view
from tests.collab.studies import make as make_studies

# Not a speed: a test that waits longer than this has failed.
PATIENCE_S = 20.0

PATIENT = PatientIdentity(
    family_name="MARTIN", given_name="Paul", birth_date="19500203", sex="M", local_patient_id="V-001"
)
TEXT = "Occlusion de M1 gauche, ASPECTS 8."
ANSWERS = Answers(
    decision=StrokeDecision(ivt="tenecteplase", evt="indicated", disposition="transfer_evt"),
    local_agreement="complementary",
    certainty="high",
)

# Whose hospital and what they are; the ties of each to the case are made in `_cases`.
PEOPLE: Mapping[str, tuple[str, Role, str | None]] = {
    "outsider": ("away", Role.DOCTOR, "oncology"),
    "unrelated": ("chu", Role.DOCTOR, "radiology"),
    "secretary": ("home", Role.SECRETARY, None),
    "administrator": ("home", Role.ADMINISTRATOR, None),
    "technologist": ("home", Role.TECHNOLOGIST, None),
    "requester": ("home", Role.DOCTOR, "radiology"),
    "colleague": ("home", Role.DOCTOR, "emergency_medicine"),
    "expert": ("chu", Role.DOCTOR, "neuroradiology"),
    "peer": ("chu", Role.DOCTOR, "neuroradiology"),
    "other_expert": ("chu", Role.DOCTOR, "neurosurgery"),
    "revoked": ("chu", Role.DOCTOR, "neurosurgery"),
    "guest": ("away", Role.DOCTOR, "neurology"),
}
TOKEN = "outsider_token"
ANONYMOUS = "anonymous"


@dataclass(frozen=True, kw_only=True)
class Things:
    """What can be asked for, by its identifier."""

    study_id: str
    study_uid: str
    series_uid: str
    prepared_version: str
    instance_uid: str
    document_uid: str
    report_uid: str
    upload_id: str
    request_id: str
    room_id: str
    text_sha256: str
    key_views_sha256: str
    version: str
    conclusion_id: str
    report_id: str
    second_read_id: str
    login_id: str
    token_id: str
    team_id: str
    guest_id: str
    email: str

    def absent(self) -> Things:
        """Identifiers of the same form that name nothing."""
        return replace(
            self,
            study_id=ids.new_id(ids.STUDY),
            study_uid=make_studies.uid(),
            series_uid=make_studies.uid(),
            instance_uid=make_studies.uid(),
            document_uid=make_studies.uid(),
            report_uid=make_studies.uid(),
            upload_id=ids.new_id(ids.UPLOAD),
            request_id=ids.new_id(ids.EXPERTISE_REQUEST),
            room_id=ids.new_id(ids.ROOM),
            conclusion_id=ids.new_id(ids.EXPERT_CONCLUSION),
            report_id=ids.new_id(ids.PRIMARY_REPORT),
            second_read_id=ids.new_id(ids.SECOND_READ),
        )

    def unnamed(self, text: str) -> str:
        """A text without these identifiers, so that two answers about different things can be compared."""
        for value in vars(self).values():
            text = text.replace(value, "…")
        return text


@dataclass(kw_only=True)
class Stage:
    """The application, everybody, everything, and what each actor shows at its doors."""

    site: Site
    app: Starlette
    clock: make.TestClock
    listener: socket.socket
    people: Mapping[str, Person]
    keys: Mapping[str, Mapping[str, str]]
    things: Things
    team_id: str

    @property
    def origin(self) -> str:
        return self.site.settings.origin

    def caller(self, actor: str) -> Caller:
        return caller_of(self.people, actor, self.team_id)

    def client(self, actor: str, app: Starlette | None = None) -> httpx.AsyncClient:
        """A fresh browser, or program, of an actor; it keeps nothing from one request to the next test."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app or self.app),
            base_url=self.origin,
            headers={"origin": self.origin, **self.keys[actor]},
        )


def caller_of(people: Mapping[str, Person], actor: str, team_id: str) -> Caller:
    return make.caller(people[actor], team_ids=[team_id] if actor in {"expert", "peer"} else [])


@contextmanager
def staged(folder: Path) -> Generator[Stage]:
    """The application with everything in it; it is not started, its routes can be walked."""
    listener = socket.create_server(("127.0.0.1", 0))
    settings = Settings(
        data=folder,
        port=listener.getsockname()[1],
        demo=True,
        workers=1,
        turn_urls="turn:127.0.0.1:3478",
        turn_secret="of the stage only",
    )
    clock = make.TestClock()
    site = server.build_site(settings, clock=clock)
    try:
        schema.migrate(site.database)
        people, team_id = _people(site)
        things = _things(site, people, team_id, folder)
        keys = _keys(site, people)
        yield Stage(
            site=site,
            app=server.build_app(site),
            clock=clock,
            listener=listener,
            people=people,
            keys=keys,
            things=things,
            team_id=team_id,
        )
    finally:
        listener.close()
        site.part(Drawers).close()
        site.part(Workers).close()
        site.database.close()


def _people(site: Site) -> tuple[Mapping[str, Person], str]:
    with site.database.transaction() as session:
        hospitals: dict[str, Hospital] = {
            key: make.hospital(session, name)
            for key, name in {"home": "CH de Valmont", "chu": "CHU de Montclair", "away": "Hôpital de Belrive"}.items()
        }
        people = {
            actor: make.person(session, hospitals[home], role=role, specialty=specialty, name=f"Dr {actor.title()}")
            for actor, (home, role, specialty) in PEOPLE.items()
        }
        for person in people.values():
            session.refresh(person, ["hospital"])
        team = accounts.add_team(
            session,
            hospital_id=hospitals["chu"].id,
            name="Neuroradiologie d’astreinte",
            specialty="neuroradiology",
            members=[people["expert"], people["peer"]],
        )
        return people, team.id


def _keys(site: Site, people: Mapping[str, Person]) -> Mapping[str, Mapping[str, str]]:
    """What each actor's browser or program sends to say who it is."""
    keys: dict[str, Mapping[str, str]] = {ANONYMOUS: {}}
    with site.database.transaction() as session:
        for actor, person in people.items():
            keys[actor] = {"cookie": f"{accounts.cookie_name(site)}={_login(session, person, site)}"}
        token = accounts.create_token(
            session, people["outsider"].email, "programme", by="test", secret=site.secret, at=make.NIGHT
        )
    return {**keys, TOKEN: {"authorization": f"Bearer {token}"}}


def _login(session: Session, person: Person, site: Site) -> str:
    return accounts.sign_in(
        session,
        person.email,
        make.PASSWORD,
        address="address:127.0.0.1",
        user_agent="",
        secret=site.secret,
        at=make.NIGHT,
    )


def _things(site: Site, people: Mapping[str, Person], team_id: str, folder: Path) -> Things:
    home_id = people["requester"].hospital_id
    study_id, other_study_id = (_study(site, folder / name, home_id) for name in ("one", "other"))
    case = _Cases(site, people, team_id)
    signed = case.accepted("expert", [study_id], team=True)
    case.write(signed)
    conclusion_id = case.sign(signed)
    request_id = case.accepted("expert", [study_id], team=True)
    case.write(request_id)
    case.accepted("other_expert", [other_study_id])
    case.accepted("revoked", [study_id], ends=True)
    room_id = case.room_of(request_id)
    case.invite(request_id, "guest")
    case.let_in_and_out(room_id, "revoked")
    with site.database.transaction() as session:
        requester, at = caller_of(people, "requester", team_id), make.NIGHT
        expert = caller_of(people, "expert", team_id)
        shown = signing.preview(session, request_id, by=expert, at=at, settings=site.settings)
        series = session.query(Series).filter_by(study_id=study_id, modality="CT").one()
        report = second_reads.copy_report(
            session,
            study_id,
            text="Pas de lésion.",
            first_reader="Dr Paul",
            reported_on="20261123",
            by=requester,
            at=at,
        )
        read = second_reads.record_second_read(session, report.id, "1", "", by=requester, at=at)
        upload = begin_upload(session, NewUpload("scan.zip", 10), by=requester, intake=site.part(Intake))
        _login(session, people["requester"], site)
        accounts.create_token(
            session, people["requester"].email, "autre programme", by="test", secret=site.secret, at=at
        )
        return Things(
            study_id=study_id,
            study_uid=series.study.study_uid,
            series_uid=series.series_uid,
            prepared_version=series.prepared_version or "",
            instance_uid=session.query(Instance)
            .filter_by(series_id=series.id, instance_number=1)
            .one()
            .sop_instance_uid,
            document_uid=_only_instance(session, study_id, "DOC"),
            report_uid=_only_instance(session, study_id, "SR"),
            upload_id=upload.upload_id,
            request_id=request_id,
            room_id=room_id,
            text_sha256=shown.text_sha256,
            key_views_sha256=shown.key_views_sha256,
            version=shown.studies[0].version,
            conclusion_id=conclusion_id,
            report_id=report.id,
            second_read_id=read.id,
            login_id=session.query(Login).filter_by(person_id=people["requester"].id).one().id,
            token_id=session.query(Token).filter_by(person_id=people["requester"].id).one().id,
            team_id=team_id,
            guest_id=people["guest"].id,
            email=people["outsider"].email,
        )


def _only_instance(session: Session, study_id: str, modality: str) -> str:
    found = session.query(Instance).join(Series, Instance.series_id == Series.id)
    return found.filter(Series.study_id == study_id, Series.modality == modality).one().sop_instance_uid


def _study(site: Site, folder: Path, hospital_id: str) -> str:
    """A small series, a document and a report, imported and prepared as a drop is."""
    study_uid = make_studies.uid()
    others = {
        "document.dcm": make_studies.document(study_uid=study_uid),
        "report.dcm": make_studies.report(study_uid=study_uid),
    }
    make_studies.folder(folder, make_studies.series(study_uid=study_uid) | others)
    intake = site.part(Intake)
    done = import_files(intake, [Source(path=folder, name=folder.name)], by="test", hospital_id=hospital_id)
    while site.part(Preparer).prepare_next():
        pass
    (study_id,) = done.study_ids
    return study_id


def asking(study_ids: Sequence[str], **whom: str) -> AskExpertise:
    """A stroke request to a person or a team."""
    return AskExpertise(
        urgency="immediate",
        question="Thrombolyse ? Thrombectomie ?",
        reason="Hémiparésie droite brutale.",
        callback_phone="+33 1 99 00 00 11",
        patient=PATIENT,
        informed="informed",
        consent_mode="oral",
        study_ids=tuple(study_ids),
        key_data=Stroke(onset="known", onset_at=make.NIGHT, nihss_total=14),
        **cast(Any, whom),
    )


@dataclass(frozen=True)
class _Cases:
    """Requests of the requester, brought to where a test begins by the product's own verbs."""

    site: Site
    people: Mapping[str, Person]
    team_id: str

    def by(self, actor: str) -> Caller:
        return caller_of(self.people, actor, self.team_id)

    def accepted(self, expert: str, study_ids: Sequence[str], *, team: bool = False, ends: bool = False) -> str:
        bus, at = self.site.part(Bus), make.NIGHT
        whom = {"expert_team_id": self.team_id} if team else {"expert_person_id": self.people[expert].id}
        with self.site.database.transaction() as session:
            asked = asking(study_ids, **whom)
            request_id = service.ask(session, asked, by=self.by("requester"), at=at, bus=bus, demo=True).id
            rooming.accept(session, request_id, by=self.by(expert), at=at, bus=bus)
            if ends:
                rooming.cancel(session, request_id, "erreur", by=self.by("requester"), at=at, bus=bus, live=None)
        return request_id

    def room_of(self, request_id: str) -> str:
        with self.site.database.transaction() as session:
            found = session.get_one(ExpertiseRequest, request_id).room_id
        assert found is not None
        return found

    def write(self, request_id: str) -> None:
        """A view and a draft in the room, as its hub would have journaled them."""
        at_ms, actor = int(make.NIGHT.timestamp() * 1000), self.people["expert"].id
        done = (ViewMarked(view()), *(TextUpdated(update) for update in updates(TEXT)))
        facts = tuple(Fact(seq, at_ms + seq, actor, "", 0, each) for seq, each in enumerate(done, 1))
        batch = Batch(room_id=self.room_of(request_id), epoch=0, previous_hash=GENESIS, facts=facts)
        assert commit(self.site.database, [batch])

    def sign(self, request_id: str) -> str:
        site, by, at = self.site, self.by("expert"), make.NIGHT
        desk = Desk(
            settings=site.settings,
            documents=site.part(Documents),
            render=render_conclusion,
            printer=Printer(drawers=site.part(Drawers), read=lambda _: None),
            live=None,
            bus=site.part(Bus),
        )
        with site.database.transaction() as session:
            shown = signing.preview(session, request_id, by=by, at=at, settings=site.settings)
            asked = SignConclusion(
                idempotency_key=shown.idempotency_key,
                text_sha256=shown.text_sha256,
                key_views_sha256=shown.key_views_sha256,
                study_versions={study.study_id: study.version for study in shown.studies},
                answers=ANSWERS,
                password=make.PASSWORD,
            )
            done = concluding.start(session, request_id, asked, by=by, address="test", at=at, desk=desk)
        while isinstance(done, Underway):
            drawn = concluding.proceed(done, desk, who="test")
            with site.database.transaction() as session:
                done = concluding.conclude(session, drawn, by=by, at=at, desk=desk)
        return done.conclusion_id

    def invite(self, request_id: str, actor: str) -> None:
        with self.site.database.transaction() as session:
            rooming.invite(session, request_id, self.people[actor].id, by=self.by("requester"), at=make.NIGHT)

    def let_in_and_out(self, room_id: str, actor: str) -> None:
        """Somebody who was in the room, and may not be there any more."""
        person_id, at = self.people[actor].id, make.NIGHT
        with self.site.database.transaction() as session:
            rooms.add_member(session, room_id, NewMember(person_id=person_id, role="participant"), at=at, by="test")
            rooms.revoke_member(session, None, room_id=room_id, person_id=person_id, at=at, by="test")


class Ledger:
    """What a database held at an instant: to tell whether anything has changed since, and to go back."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._copy = sqlite3.connect(":memory:")
        with self._connection() as connection:
            connection.backup(self._copy)
            self._rows = _rows(connection)
            self._writes = connection.total_changes

    @contextmanager
    def _connection(self) -> Generator[sqlite3.Connection]:
        # The only one there is: nobody writes meanwhile.
        with self._site.database.engine.connect() as found:
            connection = found.connection.driver_connection
            assert isinstance(connection, sqlite3.Connection)
            yield connection

    def changed_tables(self) -> list[str]:
        with self._connection() as connection:
            if connection.total_changes == self._writes:
                return []
            rows = _rows(connection)
            # What was rolled back has counted as a write too.
            self._writes = connection.total_changes
            return sorted(table for table in rows if rows[table] != self._rows[table])

    def restore(self) -> None:
        with self._connection() as connection:
            self._copy.backup(connection)
            self._writes = connection.total_changes

    def close(self) -> None:
        self._copy.close()


def _rows(connection: sqlite3.Connection) -> dict[str, list[Any]]:
    return {
        table: connection.execute(f'SELECT * FROM "{table}" ORDER BY rowid').fetchall()
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    }


@contextmanager
def listening(stage: Stage) -> Generator[None]:
    """The stage's rooms on its port, with the settings of the product, in a thread with a loop of its own."""
    started = threading.Event()
    running = uvicorn.Server(
        uvicorn.Config(
            stage.app,
            ws="websockets-sansio",
            lifespan="off",
            ws_per_message_deflate=False,
            log_config=None,
            timeout_graceful_shutdown=2,
        )
    )

    async def serve() -> None:
        async with stage.site.part(RoomHub).running():
            task = asyncio.create_task(running.serve([stage.listener]))
            while not running.started:  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.01)
            started.set()
            await task

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="server")
    thread.start()
    assert started.wait(PATIENCE_S)
    try:
        yield
    finally:
        stage.site.part(Bus).close()
        running.should_exit = True
        thread.join(PATIENCE_S)
