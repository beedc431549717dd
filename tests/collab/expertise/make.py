"""Builders of the workflow's tests: two hospitals, their doctors, a study, a request at any step, and a server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from collab.accounts import endpoints as accounts_endpoints
from collab.accounts import service as accounts
from collab.accounts.models import Person
from collab.conclusions import endpoints as conclusions_endpoints
from collab.conclusions.answers import Answers, StrokeDecision
from collab.conclusions.document import PatientIdentity
from collab.conclusions.service import Documents, Receipt
from collab.delivery.bus import Bus
from collab.expertise import concluding, endpoints, rooming, service, signing
from collab.expertise.asking import AskExpertise
from collab.expertise.concluding import Desk, Underway
from collab.expertise.models import ExpertiseRequest
from collab.expertise.pathways import KeyData, Stroke
from collab.expertise.printing import Printer
from collab.expertise.signing import SignConclusion
from collab.exports.pdf import render_conclusion
from collab.kit.caller import Caller, Role
from collab.kit.database import Database
from collab.kit.settings import Settings
from collab.rooms.commits import Batch, commit
from collab.rooms.hub import RoomHub
from collab.rooms.journal import GENESIS
from collab.rooms.protocol import Done, Fact, TextUpdated
from collab.second_reads import endpoints as second_reads_endpoints
from collab.studies.blobs import BlobStore
from collab.studies.models import Study
from dicom_render.drawers import Drawers
from tests import make
from tests.collab.rooms.make import updates

PATIENT = PatientIdentity(
    family_name="MARTIN",
    given_name="Jeanne",
    birth_date="19480312",
    sex="F",
    identity_status="validated",
    local_patient_id="V-001",
)
STROKE = Stroke(onset="known", onset_at=make.NIGHT, nihss_total=14)
STROKE_ANSWERS = Answers(
    decision=StrokeDecision(ivt="tenecteplase", evt="indicated", disposition="transfer_evt"),
    local_agreement="complementary",
    certainty="high",
)
TEXT = "Occlusion de M1 gauche, ASPECTS 8."
KEY = "SIG-0123456789abcdef"
START_MS = int(make.NIGHT.timestamp() * 1000)


@dataclass(kw_only=True)
class World:
    """Everybody and everything of a test; `expert` and `peer` are on call in `team_id`."""

    database: Database
    settings: Settings
    server: make.TestServer
    requester: Person
    colleague: Person
    technologist: Person
    expert: Person
    peer: Person
    outsider: Person
    team_id: str
    study_id: str

    def close(self) -> None:
        """End the processes that draw."""
        self.server.site.part(Drawers).close()

    @property
    def bus(self) -> Bus:
        return self.server.site.part(Bus)

    @property
    def desk(self) -> Desk:
        site = self.server.site
        return Desk(
            settings=self.settings,
            documents=site.part(Documents),
            render=render_conclusion,
            printer=Printer(drawers=site.part(Drawers), read=lambda _: None),
            live=None,
            bus=self.bus,
        )

    def caller(self, person: Person) -> Caller:
        team_ids = [self.team_id] if person.id in {self.expert.id, self.peer.id} else []
        return make.caller(person, team_ids=team_ids)

    def ask(self, **changes: Any) -> str:
        """A request that was sent to the team; its id."""
        with self.database.transaction() as session:
            return self._ask(session, **changes).id

    def _ask(self, session: Session, **changes: Any) -> ExpertiseRequest:
        asked = msgspec.structs.replace(asking(self), **changes)
        by = self.caller(self.requester)
        return service.ask(session, asked, by=by, at=make.NIGHT, bus=self.bus, demo=True)

    def accept(self, request_id: str, person: Person | None = None) -> None:
        with self.database.transaction() as session:
            rooming.accept(session, request_id, by=self.caller(person or self.expert), at=make.NIGHT, bus=self.bus)

    def accepted(self, **changes: Any) -> str:
        """A request that the expert accepted, with an open room."""
        request_id = self.ask(**changes)
        self.accept(request_id)
        return request_id

    def drafted(self, text: str = TEXT, **changes: Any) -> str:
        """An accepted request with a text in its room, ready to be signed."""
        request_id = self.accepted(**changes)
        self.journal(request_id, [TextUpdated(update) for update in updates(text)])
        return request_id

    def journal(self, request_id: str, done: Sequence[Done], *, actor: str | None = None) -> None:
        """Facts in the request's room, as its hub would have written them."""
        facts = tuple(
            Fact(seq, START_MS + 1000 * seq, actor or self.expert.id, "", 0, each)
            for seq, each in enumerate(done, start=1)
        )
        batch = Batch(room_id=self.room_id(request_id), epoch=0, previous_hash=GENESIS, facts=facts)
        assert commit(self.database, [batch]), "the journal refused"

    def room_id(self, request_id: str) -> str:
        found = self.get(request_id).room_id
        assert found is not None
        return found

    def get(self, request_id: str) -> ExpertiseRequest:
        with self.database.transaction() as session:
            return session.get_one(ExpertiseRequest, request_id)

    def wish(self, request_id: str, **changes: Any) -> SignConclusion:
        """What the expert would send to sign the text that is in the room."""
        with self.database.transaction() as session:
            shown = signing.preview(
                session, request_id, by=self.caller(self.expert), at=make.NIGHT, settings=self.settings
            )
        wish = SignConclusion(
            idempotency_key=KEY,
            text_sha256=shown.text_sha256,
            key_views_sha256=shown.key_views_sha256,
            study_versions={study.study_id: study.version for study in shown.studies},
            answers=STROKE_ANSWERS,
            password=make.PASSWORD,
        )
        return msgspec.structs.replace(wish, **changes)

    def sign(self, request_id: str, asked: SignConclusion, person: Person | None = None) -> Receipt:
        """From step to step, as over HTTP."""
        done = self.start(request_id, asked, person)
        while isinstance(done, Underway):
            done = self.conclude(concluding.proceed(done, self.desk, who="test"), person)
        return done

    def start(self, request_id: str, asked: SignConclusion, person: Person | None = None) -> Receipt | Underway:
        by, address = self.caller(person or self.expert), "address:127.0.0.1"
        with self.database.transaction() as session:
            return concluding.start(session, request_id, asked, by=by, address=address, at=make.NIGHT, desk=self.desk)

    def conclude(self, underway: Underway, person: Person | None = None) -> Receipt | Underway:
        by = self.caller(person or self.expert)
        with self.database.transaction() as session:
            return concluding.conclude(session, underway, by=by, at=make.NIGHT, desk=self.desk)

    def cancel(self, request_id: str) -> None:
        with self.database.transaction() as session:
            by = self.caller(self.requester)
            rooming.cancel(session, request_id, "erreur", by=by, at=make.NIGHT, bus=self.bus, live=None)

    def concluded(self) -> str:
        """A request whose conclusion is signed."""
        request_id = self.drafted()
        self.sign(request_id, self.wish(request_id))
        return request_id

    def change_study(self, version: str = "b" * 64) -> None:
        """Images come in."""
        with self.database.transaction() as session:
            session.get_one(Study, self.study_id).version = version


def asking(world: World, *, key_data: KeyData = STROKE) -> AskExpertise:
    return AskExpertise(
        urgency="immediate",
        question="Thrombolyse ? Thrombectomie ?",
        reason="Hémiparésie droite brutale.",
        callback_phone="+33 1 99 00 00 11",
        patient=PATIENT,
        informed="informed",
        consent_mode="oral",
        study_ids=(world.study_id,),
        key_data=key_data,
        expert_team_id=world.team_id,
    )


def study(session: Session, hospital_id: str, **changes: Any) -> Study:
    """A study of `PATIENT`, without images on the disk."""
    number = len(session.query(Study).all()) + 1
    found = Study(
        id=f"STU-{number:016}",
        hospital_id=hospital_id,
        study_uid=f"2.25.{number}",
        patient_name="MARTIN^Jeanne",
        family_name="MARTIN",
        given_name="Jeanne",
        birth_date="19480312",
        sex="F",
        patient_id="V-001",
        patient_id_issuer="",
        ins="",
        ins_oid="",
        strict_key=None,
        study_date="20261124",
        study_time="015500",
        description="TDM cérébrale",
        accession_number="A-1",
        referring_physician="",
        modalities=["CT"],
        received=120,
        version="a" * 64,
        search_text="",
        created_at=make.NIGHT,
        changed_at=make.NIGHT,
    )
    for name, value in changes.items():
        setattr(found, name, value)
    session.add(found)
    session.flush()
    return found


def world(database: Database, data: Path, **study_changes: Any) -> World:
    """Everybody, and one study of the requesting hospital."""
    settings = Settings(data=data, demo=True)
    with database.transaction() as session:
        home, chu = make.hospital(session), make.hospital(session, "CHU de Montclair")
        away = make.hospital(session, "Hôpital de Belrive")
        people = {
            "requester": make.person(session, home, name="Dr Karim Benali", specialty="emergency_medicine"),
            "colleague": make.person(session, home, name="Dr Claire Aubry"),
            "technologist": make.person(session, home, name="Théo Garnier", role=Role.TECHNOLOGIST),
            "expert": make.person(session, chu, name="Dr Hélène Marchetti", specialty="neuroradiology"),
            "peer": make.person(session, chu, name="Dr Omar Diallo", specialty="neuroradiology"),
            "outsider": make.person(session, away, name="Dr Inès Ferrand", specialty="oncology"),
        }
        for each in people.values():
            session.refresh(each, ["hospital"])
        on_call = [people["expert"], people["peer"]]
        team = accounts.add_team(
            session, hospital_id=chu.id, name="Neuroradiologie d’astreinte", specialty="neuroradiology", members=on_call
        )
        study_id = study(session, home.id, **study_changes).id
        server = serve(database, settings)
        return World(database=database, settings=settings, server=server, team_id=team.id, study_id=study_id, **people)


def serve(database: Database, settings: Settings) -> make.TestServer:
    clock = make.TestClock()
    parts = {
        Bus: Bus(),
        RoomHub: RoomHub(database=database, clock=clock),
        Documents: Documents(BlobStore(settings.data / "documents")),
        Drawers: Drawers(1),
    }
    routes = [
        *accounts_endpoints.routes(),
        *endpoints.routes(render_conclusion=render_conclusion),
        *conclusions_endpoints.routes(),
        *second_reads_endpoints.routes(),
    ]
    return make.server(database, routes, settings=settings, parts=parts)
