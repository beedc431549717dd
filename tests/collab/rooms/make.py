"""Builders for rooms: views, members, a room without I/O, and people with a room in the database."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from msgspec.structs import replace
from pycrdt import Doc, Text
from sqlalchemy import update
from sqlalchemy.orm import Session

from collab.accounts.models import Login, Person
from collab.kit.caller import Caller
from collab.kit.database import Database
from collab.rooms import service, store
from collab.rooms.annotation import Drawing
from collab.rooms.draft import TEXT_NAME
from collab.rooms.frames import Frame
from collab.rooms.models import RoomRecord
from collab.rooms.outbox import Close, Outbox
from collab.rooms.page import RoomLinks, RoomPatient
from collab.rooms.protocol import (
    Act,
    Ask,
    Fact,
    FromRoom,
    Hello,
    Member,
    MemberRole,
    Ping,
    TakeControl,
)
from collab.rooms.registration import How, Registration
from collab.rooms.room import Connection, Message, Room
from collab.rooms.service import NewMember
from collab.rooms.view import Arrangement, LaidObject, Layers, Link, Pane, Pointer, Slab, View, ViewportView, Window
from collab.studies.models import Study
from tests import make
from tests.collab.rooms.hearing import Hearing

# DICOM's root for examples (PS3.5 B.2 leaves 2.25 to UUIDs; these name nothing).
STUDY_UID = "2.25.100000000000000000000000000000000001"
OTHER_STUDY_UID = "2.25.100000000000000000000000000000000002"
START_MS = 1_764_000_000_000


def pane(z_mm: float = 0.0, *, study_uid: str = STUDY_UID) -> Pane:
    viewport = ViewportView(
        id="stack",
        point_world_mm=(0.0, 0.0, z_mm),
        normal=(0.0, 0.0, 1.0),
        up=(0.0, -1.0, 0.0),
        fov_mm=(240.0, 240.0),
        sop_instance_uid="2.25.3",
        frame=1,
    )
    return Pane(
        study_uid=study_uid,
        series_uid="2.25.2",
        stack=0,
        frame_of_reference_uid="2.25.4",
        layout="stack",
        active="stack",
        window=Window(40.0, 80.0, "HU"),
        invert=False,
        viewports=(viewport,),
    )


def one_pane(shown: Pane) -> View:
    return View(Arrangement(1, 1), active=0, panes=(shown,), linked=False, links=())


def view(z_mm: float = 0.0, *, study_uid: str = STUDY_UID) -> View:
    return one_pane(pane(z_mm, study_uid=study_uid))


def grid() -> View:
    """Two by two: a slice, planes through its volume, a prior linked by hand under two objects, an empty place."""
    axial = ViewportView(
        id="axial",
        point_world_mm=(1.0, -2.0, 12.5),
        normal=(0.0, 0.0, -1.0),
        up=(0.0, -1.0, 0.0),
        fov_mm=(240.0, 180.0),
        mirrored=True,
        slab=Slab("mip", 20.0),
    )
    alone = replace(pane(), layout="axial", active="axial", viewports=(axial,))
    layers = Layers(shutters=False, objects=(LaidObject("2.25.9", hidden=(2, 5), opacity=0.4), LaidObject("2.25.10")))
    prior = replace(pane(40.0), series_uid="2.25.7", frame_of_reference_uid="2.25.8", layers=layers)
    link = Link("2.25.4", "2.25.8", (0.0, 1.5, 27.5))
    return View(Arrangement(2, 2), active=1, panes=(pane(12.5), alone, prior, None), linked=True, links=(link,))


def only_viewport(shown: View) -> ViewportView:
    assert shown.only_pane is not None
    (viewport,) = shown.only_pane.viewports
    return viewport


def pointer(x_mm: float = 0.0, frame: int = 1) -> Pointer:
    return Pointer("2.25.2", "2.25.4", (x_mm, 0.0, 0.0), "2.25.3", frame)


def registration(
    by_mm: tuple[float, float, float] = (4.0, -2.5, 30.0),
    *,
    from_frame_of_reference_uid: str = "2.25.7",
    to_frame_of_reference_uid: str = "2.25.8",
    how: How = "points",
) -> Registration:
    return Registration(from_frame_of_reference_uid, to_frame_of_reference_uid, by_mm, how)


def turned_round() -> Registration:
    """Between the same two, from the other side."""
    return registration((-4.0, 2.5, -31.0), from_frame_of_reference_uid="2.25.8", to_frame_of_reference_uid="2.25.7")


def length(x_mm: float = 0.0, *, study_uid: str = STUDY_UID) -> Drawing:
    """A length of 30 mm (20, 20, 10), with its first end at `x_mm`."""
    return Drawing(
        kind="length",
        study_uid=study_uid,
        series_uid="2.25.2",
        stack=0,
        frame_of_reference_uid="2.25.4",
        sop_instance_uid="2.25.3",
        frame=1,
        normal=(0.0, 0.0, -1.0),
        up=(0.0, -1.0, 0.0),
        points=((x_mm, 0.0, 0.0), (x_mm + 20.0, 20.0, 10.0)),
        text="",
    )


def member(actor: str, role: MemberRole = "participant") -> Member:
    return Member(actor, f"Dr {actor}", role, "Centre hospitalier de Valmont", "radiology", 0)


def updates(*edits: str) -> list[str]:
    """Yjs updates that write each piece of text after the one before, base64."""
    written: list[str] = []
    doc: Doc[Text] = Doc()
    doc[TEXT_NAME] = text = Text()
    subscription = doc.observe(lambda event: written.append(base64.b64encode(event.update).decode()))
    for edit in edits:
        text += edit
    doc.unobserve(subscription)
    return written


@dataclass
class Tab:
    """A browser tab as the room sees it, and everything that it has been sent."""

    room: Room
    connection: Connection
    got: list[FromRoom] = field(default_factory=list[FromRoom])
    hearing: Hearing = field(default_factory=Hearing)
    closed: Close | None = None
    n: int = 0

    @property
    def outbox(self) -> Outbox:
        return self.connection.outbox

    def say(self, message: Message, *, at_ms: int = START_MS) -> None:
        self.room.receive(self.connection, message, at_ms=at_ms)

    def ask(self, act: Act, *, at_ms: int = START_MS) -> int:
        """The act under the tab's next number, which is returned."""
        self.n += 1
        self.say(Ask(self.n, act), at_ms=at_ms)
        return self.n

    def read(self, *, at_ms: int = START_MS) -> list[FromRoom]:
        """What the room has for the tab now, as a page understands it; all of it stays in `got`."""
        new: list[FromRoom] = []
        while isinstance(item := self.room.next(self.connection, at_ms=at_ms), Frame):
            new += self.hearing.whole(item.message)
        if isinstance(item, Close):
            self.closed = item
        self.got += new
        return new

    def leave(self, *, at_ms: int = START_MS) -> None:
        self.room.leave(self.connection, at_ms=at_ms)


def new_room(facts: Sequence[Fact] = (), *, epoch: int = 1, at_ms: int = START_MS) -> Room:
    return Room(facts, epoch=epoch, study_uids=frozenset({STUDY_UID}), at_ms=at_ms)


def enter(
    room: Room,
    actor: str,
    *,
    role: MemberRole = "requester",
    client_id: str | None = None,
    seq: int = 0,
    attempt: int = 0,
    at_ms: int = START_MS,
    is_json: bool = False,
) -> Tab:
    """A tab that has said hello; its welcome comes when what is under way is saved."""
    outbox = Outbox(is_json=is_json, wake=lambda: None)
    tab = Tab(room, Connection(member=member(actor, role), outbox=outbox))
    room.hello(tab.connection, Hello(client_id or f"tab-{actor}", seq, attempt=attempt), at_ms=at_ms)
    return tab


def take_over(session: Session, room_id: str, *, owner: str = "http://new.example") -> int:
    """Another owner has the room now, whosever it was; the new epoch."""
    session.execute(update(RoomRecord).where(RoomRecord.id == room_id).values(owner=None))
    until = make.NIGHT + timedelta(seconds=10)
    epoch = store.take_room(session, room_id, owner=owner, now=make.NIGHT, until=until)
    assert epoch is not None
    return epoch


def pass_by(room: Room, seconds: float, *, after_ms: int = START_MS, heard: Sequence[Tab] = ()) -> int:
    """Let time pass a quarter of a second a tick, as the hub does, while those in `heard` ping; the new instant."""
    at_ms = after_ms
    while at_ms < after_ms + seconds * 1000:
        at_ms += 250
        for tab in heard:
            tab.say(Ping(0), at_ms=at_ms)
        room.tick(at_ms)
    return at_ms


def save(room: Room, *, at_ms: int = START_MS) -> list[Fact]:
    """Let the journal take everything that is under way."""
    facts = room.unsaved(10_000)
    if facts:
        room.saved(facts[-1].seq, at_ms=at_ms)
    return list(facts)


def meeting(*people: tuple[str, MemberRole]) -> tuple[Room, list[Tab]]:
    """A room with these people in it, welcomed, and their greetings read."""
    room = new_room()
    tabs = [enter(room, actor, role=role) for actor, role in people]
    save(room)
    for tab in tabs:
        tab.read()
    return room, tabs


def present(room: Room, tab: Tab) -> int:
    """The tab takes the baton; the term that it then holds."""
    tab.ask(TakeControl(room.state.term))
    save(room)
    return room.state.term


# ---- in the database


@dataclass(kw_only=True)
class Case:
    """A room in the database with an expert, a requester and an outsider, each signed in by a token."""

    room_id: str
    expert: Person
    requester: Person
    guest: Person
    outsider: Person

    def people(self) -> Iterator[Person]:
        yield from (self.expert, self.requester, self.guest, self.outsider)


def other_room(database: Database) -> Case:
    """Another room, of other people and another study."""
    return case(database, OTHER_STUDY_UID)


def case(database: Database, study_uid: str = STUDY_UID) -> Case:
    with database.transaction() as session:
        home, other = make.hospital(session), make.hospital(session, "Hôpital de Montrelais")
        expert = make.person(session, other, name="Dr Hélène Vasseur", specialty="neuroradiology")
        requester = make.person(session, home, name="Dr Claire Aubry")
        guest = make.person(session, home, name="Dr Paul Renaud", specialty="neurology")
        outsider = make.person(session, other, name="Dr Omar Diallo")
        found = study(session, home.id, study_uid)
        record = room(session, [found.id], {expert: "expert", requester: "requester", guest: "participant"})
        for person in (expert, requester, guest, outsider):
            login(session, person)
        return Case(room_id=record.id, expert=expert, requester=requester, guest=guest, outsider=outsider)


def room(session: Session, study_ids: Sequence[str], members: dict[Person, MemberRole]) -> RoomRecord:
    return service.open_room(
        session,
        patient=patient(),
        study_ids=study_ids,
        members=[NewMember(person_id=person.id, role=role) for person, role in members.items()],
        subject=("expertise_request", "EXR-0000000000000001"),
        links=RoomLinks(brief="/expertise/EXR-0000000000000001", phone="+33 1 99 00 00 11", modules=("abc2",)),
        at=make.NIGHT,
        by="test",
    )


def patient() -> RoomPatient:
    return RoomPatient(
        name="MARTIN Jeanne",
        family_name="MARTIN",
        given_name="Jeanne",
        birth_date="19480312",
        sex="F",
        ins="248037512345678",
        ins_oid="1.2.250.1.213.1.4.11",
        identity_status="qualified",
        local_id="IPP-1",
    )


def study(session: Session, hospital_id: str, study_uid: str = STUDY_UID) -> Study:
    texts = dict.fromkeys(
        (
            "patient_name",
            "family_name",
            "given_name",
            "birth_date",
            "sex",
            "patient_id",
            "patient_id_issuer",
            "ins",
            "ins_oid",
            "study_date",
            "study_time",
            "description",
            "accession_number",
            "referring_physician",
            "version",
            "search_text",
        ),
        "",
    )
    found = Study(
        id=f"STU-{study_uid[-4:]}",
        hospital_id=hospital_id,
        study_uid=study_uid,
        strict_key=None,
        modalities=["CT"],
        received=1,
        created_at=make.NIGHT,
        changed_at=make.NIGHT,
        **texts,
    )
    session.add(found)
    session.flush()
    return found


def token_of(person: Person) -> str:
    return f"token-{person.id}"


def login(session: Session, person: Person) -> Login:
    found = Login(
        id=f"LOG-{person.id}",
        token_digest=hmac.new(make.SECRET, token_of(person).encode(), hashlib.sha256).hexdigest(),
        person_id=person.id,
        created_at=make.NIGHT,
        seen_at=make.NIGHT,
        ended_at=None,
        user_agent="test",
    )
    session.add(found)
    session.flush()
    return found


def caller(session: Session, person: Person) -> Caller:
    """The caller that a person's request would have, in a new transaction."""
    return make.caller(session.get_one(Person, person.id))
