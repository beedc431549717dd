"""What stands in `tests/golden/room`: examples of every message, of every fact's effect, and of what is refused.

`python -m tests.collab.rooms.golden` writes the files; the tests of both languages read them. Whoever changes them sees
in the difference what every browser that is open at that moment will meet.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import msgspec

from collab.rooms.fold import EMPTY, Fold
from collab.rooms.protocol import (
    EVERYTHING,
    Act,
    AddKeyView,
    AnnotationChanged,
    AnnotationDrawn,
    AnnotationMoved,
    AnnotationRemoved,
    Ask,
    ChangeAnnotation,
    ConfirmIdentity,
    ControlRequested,
    ControlTaken,
    Done,
    DraftLocked,
    DrawAnnotation,
    Drawn,
    Facets,
    Fact,
    FromBrowser,
    FromRoom,
    Gathered,
    GatherEveryone,
    GiveControl,
    HandLowered,
    HandRaised,
    Hello,
    IdentityConfirmed,
    KeyViewAdded,
    KeyViewRemoved,
    LayRegistration,
    LowerHand,
    MarkView,
    Member,
    MemberJoined,
    MemberLeft,
    MoveAnnotation,
    Movements,
    MovePointer,
    MoveView,
    Ping,
    PointerMoved,
    PointerSlid,
    Pong,
    Presence,
    RaiseHand,
    Refused,
    RegistrationLaid,
    RegistrationRemoved,
    ReleaseControl,
    RemoveAnnotation,
    RemoveKeyView,
    RemoveRegistration,
    RequestControl,
    RoomState,
    Said,
    Say,
    SettleView,
    Signal,
    Signalled,
    SlidePointer,
    TakeControl,
    Tell,
    TextUpdated,
    UpdateText,
    ViewMarked,
    ViewMoved,
    ViewSettled,
    Welcome,
)
from tests.collab.rooms import make

GOLDEN = Path(__file__).parents[2] / "golden" / "room"

EXPERT = Member("PER-1", "Dr Hélène Vasseur", "expert", "Hôpital de Montrelais", "neuroradiology", 0)
REQUESTER = Member("PER-2", "Dr Claire Aubry", "requester", "Centre hospitalier de Valmont", None, 1)
# As Yjs 13.6 writes it: `new Y.Doc()` with clientID 1, "Pas" inserted in the text "conclusion".
YJS_UPDATE = base64.b64encode(bytes([1, 1, 1, 0, 4, 1, 10, *b"conclusion", 3, *b"Pas", 0])).decode()

OWN_WINDOW = Facets(slice=True, window=False, zoom=True, layout=True)

ACTS: tuple[Act, ...] = (
    SettleView(3, make.view(12.5)),
    RequestControl(),
    GiveControl(3, "PER-2"),
    TakeControl(3),
    ReleaseControl(3),
    AddKeyView("kv-1", "stack", make.view(12.5), "hyperdensité de l’artère cérébrale moyenne gauche"),
    RemoveKeyView("kv-1"),
    DrawAnnotation("an-1", make.length()),
    ChangeAnnotation("an-1", 10, make.length(2.5).points, "épaisseur", (30.0, 12.5, 10.0)),
    RemoveAnnotation("an-1", 11),
    UpdateText(YJS_UPDATE),
    Say("Je vois un signe de la corde."),
    Say("Ici ?", make.view(12.5), "CÉRÉBRAL 1.0 mm · coupe 85/160"),
    MarkView(make.view(12.5)),
    ConfirmIdentity(),
    RaiseHand(),
    LowerHand("PER-1"),
    GatherEveryone(3),
    LayRegistration(make.registration(), 0),
    RemoveRegistration(31),
)

# In an order in which they may happen.
DONE: tuple[tuple[str, Done], ...] = (
    ("PER-1", MemberJoined(EXPERT)),
    ("PER-2", MemberJoined(REQUESTER)),
    ("PER-2", ControlTaken("PER-2", 1, "taken")),
    ("PER-2", ViewSettled(1, make.view(12.5))),
    ("PER-1", ControlRequested()),
    ("PER-2", ControlTaken("PER-1", 2, "given")),
    ("PER-1", KeyViewAdded("kv-1", "stack", make.view(12.5), "hyperdensité")),
    ("PER-1", KeyViewAdded("kv-2", "axial", make.view(13.5), "")),
    ("PER-1", KeyViewRemoved("kv-1")),
    ("PER-2", AnnotationDrawn("an-1", make.length())),
    ("PER-1", AnnotationDrawn("an-2", make.length(5.0))),
    ("PER-2", AnnotationChanged("an-1", 11, make.length(2.5).points, "épaisseur", (30.0, 12.5, 10.0))),
    ("PER-1", AnnotationRemoved("an-2")),
    ("PER-1", TextUpdated(YJS_UPDATE)),
    ("PER-2", Said("Merci.")),
    ("PER-2", Said("Ici ?", make.view(12.5), "CÉRÉBRAL 1.0 mm · coupe 85/160")),
    ("PER-1", ViewMarked(make.grid())),
    ("PER-2", IdentityConfirmed()),
    ("PER-1", IdentityConfirmed()),
    ("PER-2", ControlRequested()),
    ("PER-2", MemberLeft("PER-2")),
    ("PER-1", ControlTaken(None, 3, "lost")),
    ("PER-2", MemberJoined(msgspec.structs.replace(REQUESTER, role="participant"))),
    ("PER-1", DraftLocked("EXC-1")),
    ("PER-2", HandRaised()),
    ("PER-1", HandRaised()),
    ("PER-1", HandLowered("PER-2")),
    ("PER-1", ControlTaken("PER-1", 4, "taken")),
    ("PER-2", HandRaised()),
    ("PER-1", Gathered()),
    ("PER-1", MemberLeft("PER-2")),
    ("PER-2", MemberJoined(msgspec.structs.replace(REQUESTER, role="participant"))),
    ("PER-1", RegistrationLaid(make.registration())),
    ("PER-2", RegistrationLaid(make.registration(from_frame_of_reference_uid="2.25.9", how="slices"))),
    # The other way round between the same two: it takes the place of the first.
    ("PER-2", RegistrationLaid(make.turned_round())),
    ("PER-1", RegistrationRemoved(32)),
)


def facts() -> list[Fact]:
    """The story of `DONE` as facts."""
    return [
        Fact(number, make.START_MS + number, actor, "tab-1" if isinstance(done, Said) else "", 0, done)
        for number, (actor, done) in enumerate(DONE, 1)
    ]


def state() -> RoomState:
    """What that story builds."""
    folded = Fold()
    for fact in facts():
        folded.add(fact)
    return folded.snapshot()


def from_browser() -> list[FromBrowser]:
    return [
        Hello("4f0c9d2e-tab", 0),
        Hello("4f0c9d2e-tab", 41, 7, 3),
        *(Ask(number, act) for number, act in enumerate(ACTS, 1)),
        MoveView(3, 1041, make.view(-3.25)),
        MoveView(3, 1042, make.grid()),
        MovePointer(17, make.pointer(1.5)),
        MovePointer(18, None),
        MoveAnnotation(19, "an-1", make.length(1.5)),
        MoveAnnotation(20, "an-1", None),
        Tell("coarse", EVERYTHING),
        Tell("partly", OWN_WINDOW),
        Signal("PER-2", '{"type":"bye","reason":"left"}'),
        Signal("server", '{"type":"bye","reason":"left"}'),
        Drawn(4294967300, 41),
        Ping(12),
        Pong(0),
        SlidePointer(21, 17, (2.5, 0.0, 0.0)),
    ]


def from_room() -> list[FromRoom]:
    presences = (Presence("PER-1", True, "partly", OWN_WINDOW, 0), Presence("PER-2", False, "lost", EVERYTHING, 4200))
    return [
        Welcome("PER-1", 1, 0, EMPTY, ()),
        Welcome("PER-1", 2, 6, state(), presences),
        Welcome("PER-1", 2, 6, None, presences),
        *facts(),
        Refused(8, "control_moved"),
        *presences,
        ViewMoved(4294967300, "PER-2", 3, 4294967300, make.view(-3.25)),
        ViewMoved(4294967301, "PER-2", 3, 4294967301, make.grid()),
        PointerMoved(4294967301, "PER-2", 4294967301, make.pointer(1.5)),
        PointerMoved(4294967302, "PER-2", 4294967302, None),
        AnnotationMoved(4294967303, "PER-2", 4294967303, "an-1", make.length(1.5)),
        AnnotationMoved(4294967304, "PER-2", 4294967304, "an-1", None),
        Signalled("PER-2", '{"type":"bye","reason":"left"}'),
        Pong(12),
        Ping(0),
        PointerMoved(4294967305, "PER-2", 4294967305, make.pointer(1.5), 4294967303),
        PointerSlid(4294967306, "PER-2", 4294967303, (2.5, 0.0, 0.0)),
        Movements(
            (
                ViewMoved(4294967307, "PER-1", 3, 4294967307, make.view(-3.25)),
                PointerSlid(4294967308, "PER-2", 4294967303, (3.5, 0.0, 0.0)),
            )
        ),
    ]


def frames(messages: list[Any]) -> list[dict[str, Any]]:
    named: list[dict[str, Any]] = []
    for number, message in enumerate(messages):
        plain = msgspec.to_builtins(message)
        inner = plain.get("act") or plain.get("done") or {}
        name = " ".join(filter(None, (f"{number}", plain["t"], inner.get("t"))))
        named.append({"name": name, "message": plain, "msgpack": msgspec.msgpack.encode(message).hex()})
    return named


def steps() -> list[dict[str, Any]]:
    """Each fact with the state before and after it; `text` is left to Yjs and stays empty here."""
    folded, before = Fold(), EMPTY
    told: list[dict[str, Any]] = []
    for fact in facts():
        folded.add(fact)
        named = {"name": f"{fact.seq} {msgspec.to_builtins(fact.done)['t']}"}
        told.append(
            named
            | {
                "state": msgspec.to_builtins(before),
                "fact": msgspec.to_builtins(fact),
                "after": msgspec.to_builtins(folded.state),
            }
        )
        before = folded.state
    return told


# What a browser might send in error or in malice, as JSON; the room closes the connection on each.
def _solo(**pane: Any) -> dict[str, Any]:
    return msgspec.to_builtins(make.view()) | {"panes": [pane]}


REFUSED: dict[str, str] = {
    "no type": '{"n": 1}',
    "an unknown type": '{"t": "view.moved", "frame": 1}',
    "an unknown field": '{"t": "ping", "n": 1, "at": 2}',
    "a missing field": '{"t": "drawn", "frame": 1}',
    "a number as text": '{"t": "ping", "n": "1"}',
    "a negative number": '{"t": "ping", "n": -1}',
    "a number beyond what JavaScript counts": '{"t": "ping", "n": 9007199254740992}',
    "an empty client_id": '{"t": "hello", "client_id": "", "seq": 0}',
    "a client_id without end": json.dumps({"t": "hello", "client_id": "x" * 65, "seq": 0}),
    "an act that is a fact": '{"t": "ask", "n": 1, "act": {"t": "draft.locked", "conclusion_id": "EXC-1"}}',
    "an act that is none": '{"t": "ask", "n": 1, "act": null}',
    "an empty line of chat": '{"t": "ask", "n": 1, "act": {"t": "chat.say", "text": ""}}',
    "a line of chat without end": json.dumps({"t": "ask", "n": 1, "act": {"t": "chat.say", "text": "x" * 2001}}),
    "a caption without end": json.dumps(
        {
            "t": "ask",
            "n": 1,
            "act": {
                "t": "key_view.add",
                "key_view_id": "k",
                "viewport": "stack",
                "view": msgspec.to_builtins(make.view()),
                "caption": "x" * 501,
            },
        }
    ),
    "a place outside of any patient": json.dumps(
        {"t": "pointer.move", "n": 1, "pointer": msgspec.to_builtins(make.pointer(1e6))}
    ),
    "a view without a series": json.dumps(
        {"t": "view.move", "term": 1, "n": 1, "view": _solo(study_uid="2.25.1", layout="stack")}
    ),
    "a view with fewer panes than its arrangement has places": json.dumps(
        {
            "t": "view.move",
            "term": 1,
            "n": 1,
            "view": msgspec.to_builtins(make.view()) | {"arrangement": {"rows": 1, "columns": 2}},
        }
    ),
    "an active pane that there is not": json.dumps(
        {"t": "view.move", "term": 1, "n": 1, "view": msgspec.to_builtins(make.view()) | {"active": 1}}
    ),
    "a viewport that is none": json.dumps(
        {
            "t": "view.move",
            "term": 1,
            "n": 1,
            "view": _solo(**msgspec.to_builtins(make.pane()) | {"active": "oblique"}),
        }
    ),
    "an object that lies over a pane twice": json.dumps(
        {
            "t": "view.move",
            "term": 1,
            "n": 1,
            "view": _solo(
                **msgspec.to_builtins(make.pane()) | {"layers": {"objects": [{"sop_instance_uid": "2.25.9"}] * 2}}
            ),
        }
    ),
    "a length between three points": json.dumps(
        {
            "t": "annotation.move",
            "n": 1,
            "annotation_id": "a",
            "drawing": msgspec.to_builtins(make.length()) | {"points": [[0, 0, 0]] * 3},
        }
    ),
    "a frame of reference laid upon itself": json.dumps(
        {
            "t": "ask",
            "n": 1,
            "act": {
                "t": "registration.lay",
                "version": 0,
                "registration": msgspec.to_builtins(make.registration()) | {"to_frame_of_reference_uid": "2.25.7"},
            },
        }
    ),
    "a registration that names its author": json.dumps(
        {
            "t": "ask",
            "n": 1,
            "act": {
                "t": "registration.lay",
                "version": 0,
                "author": "PER-1",
                "registration": msgspec.to_builtins(make.registration()),
            },
        }
    ),
    "an image without its frame": json.dumps(
        {
            "t": "ask",
            "n": 1,
            "act": {
                "t": "annotation.draw",
                "annotation_id": "a",
                "drawing": msgspec.to_builtins(make.length()) | {"frame": None},
            },
        }
    ),
    "an annotation that names its author": json.dumps(
        {
            "t": "ask",
            "n": 1,
            "act": {
                "t": "annotation.draw",
                "annotation_id": "a",
                "author": "PER-1",
                "drawing": msgspec.to_builtins(make.length()),
            },
        }
    ),
    "an annotation whose words have no end": json.dumps(
        {
            "t": "ask",
            "n": 1,
            "act": {
                "t": "annotation.change",
                "annotation_id": "a",
                "version": 1,
                "points": [[0, 0, 0]],
                "text": "x" * 201,
            },
        }
    ),
    "an annotation outside of any patient": json.dumps(
        {
            "t": "ask",
            "n": 1,
            "act": {
                "t": "annotation.change",
                "annotation_id": "a",
                "version": 1,
                "points": [[0, 0, 1e6]],
                "text": "",
            },
        }
    ),
    "a list": "[]",
    "not JSON": "{",
    "nothing": "",
}


def files() -> dict[str, Any]:
    return {
        "from_browser.json": frames(from_browser()),
        "from_room.json": frames(from_room()),
        "fold.json": steps(),
        "refused.json": [{"name": name, "frame": frame} for name, frame in REFUSED.items()],
    }


def text_of(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        (GOLDEN / name).write_text(text_of(content), "utf-8")


if __name__ == "__main__":
    main()
