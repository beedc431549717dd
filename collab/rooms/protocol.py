"""Every message of the room socket, as types; PROTOCOL.md says under numbered rules when each is sent.

Asks (browser to room) are verbs, facts (room to browsers) are done. The TypeScript twins are generated from here.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from collab.rooms.annotation import Annotation, Drawing, Points, TextPoint, Words
from collab.rooms.registration import Registration, StandingRegistration
from collab.rooms.view import Mm, Pointer, Vector, View

# One more with each change that a page or a server of before would not understand; web/src/wire/socket.ts says it too.
VERSION = 3
SUBPROTOCOL = f"consilium.v{VERSION}"
SUBPROTOCOL_JSON = f"{SUBPROTOCOL}.json"
MAX_FRAME_BYTES = 1 << 16

MemberRole = Literal["requester", "expert", "participant"]
# `partly`: of the shared view just what is followed, its place and layout among it, and not the whole.
Seen = Literal["same", "partly", "coarse", "loading", "elsewhere", "lost"]

# What a browser chooses freely has a bound, so that one frame, and the state that facts build, keep theirs.
_Count = Annotated[int, msgspec.Meta(ge=0, le=(1 << 53) - 1)]  # the whole numbers that JavaScript counts exactly
_Place = tuple[Mm, Mm, Mm]
_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
_Caption = Annotated[str, msgspec.Meta(max_length=500)]
_Line = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
_Update = Annotated[str, msgspec.Meta(min_length=1, max_length=22_000)]  # base64 of 16 KiB, and its padding


class _Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="t"):
    """Base: every message carries its tag in `t`."""


# ---- browser to room -------------------------------------------------------------------------------------------


class Hello(_Message, frozen=True, tag="hello"):
    """First message of a connection: who this browser tab is, and the last fact it has (`seq`, 0 for none).

    `next_n` is the number of the first ask that it has had no answer to: everything before it is done with.
    `attempt`: which of the tab's connections this is; it grows, over a reload too. 0 where the tab does not count.
    """

    client_id: _Id
    seq: _Count
    next_n: _Count = 1
    attempt: _Count = 0


class Ask(_Message, frozen=True, tag="ask"):
    """A durable wish, number `n` of this client, from 1 without holes; sent again until a fact or refusal bears `n`."""

    n: _Count
    act: Act


class MoveView(_Message, frozen=True, tag="view.move"):
    """Ephemeral: the presenter's view while it moves; `n` grows with each."""

    term: _Count
    n: _Count
    view: View


class MovePointer(_Message, frozen=True, tag="pointer.move"):
    """Ephemeral: where I point; None when I stop."""

    n: _Count
    pointer: Pointer | None


class SlidePointer(_Message, frozen=True, tag="pointer.slide"):
    """Ephemeral: where I point now, on the image that my `pointer.move` number `image_n` of this connection named."""

    n: _Count
    image_n: _Count
    point_world_mm: _Place


class MoveAnnotation(_Message, frozen=True, tag="annotation.move"):
    """Ephemeral: what I am drawing, or changing, at this moment; None when I have let go without an ask."""

    n: _Count
    annotation_id: _Id
    drawing: Drawing | None


class Facets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which parts of the shared view somebody follows; none of them: they walk freely.

    `window` is the grey scale with all that lies over it; `zoom` where in its plane an image is looked at, and how
    near; `slice` the plane; `layout` which series stand where, and how.
    """

    slice: bool
    window: bool
    zoom: bool
    layout: bool


EVERYTHING = Facets(slice=True, window=True, zoom=True, layout=True)


class Tell(_Message, frozen=True, tag="tell"):
    """Ephemeral: what my screen shows compared with the whole shared view, and what of it I follow."""

    seen: Seen
    follows: Facets


class Signal(_Message, frozen=True, tag="signal"):
    """Call signalling for one other participant (or `server`, the echo); `data` is checked by rtc."""

    to: _Id
    data: str


class Drawn(_Message, frozen=True, tag="drawn"):
    """Credit: the number of the last ephemeral frame that this browser has drawn, and the last fact it applied."""

    frame: _Count
    seq: _Count


class Ping(_Message, frozen=True, tag="ping"):
    """From either side: are you there? Answered by `pong` with the same number."""

    n: _Count


class Pong(_Message, frozen=True, tag="pong"):
    """Answer to ping."""

    n: _Count


FromBrowser = Hello | Ask | MoveView | MovePointer | SlidePointer | MoveAnnotation | Tell | Signal | Drawn | Ping | Pong


# ---- acts: the bodies of asks ------------------------------------------------------------------------------------


class SettleView(_Message, frozen=True, tag="view.settle"):
    """The presenter's view has come to rest."""

    term: _Count
    view: View


class RequestControl(_Message, frozen=True, tag="control.request"):
    """I would like the baton."""


class GiveControl(_Message, frozen=True, tag="control.give"):
    """The holder hands the baton to a member."""

    term: _Count
    to: _Id


class TakeControl(_Message, frozen=True, tag="control.take"):
    """Take the baton, where the role allows; `term` is the one seen, of two takers the first wins."""

    term: _Count


class ReleaseControl(_Message, frozen=True, tag="control.release"):
    """The holder lays the baton down."""

    term: _Count


class GatherEveryone(_Message, frozen=True, tag="gather"):
    """The holder of the baton asks those who walk freely to follow again; nobody's screen is moved by it."""

    term: _Count


class RaiseHand(_Message, frozen=True, tag="hand.raise"):
    """I would like to speak, in my turn."""


class LowerHand(_Message, frozen=True, tag="hand.lower"):
    """Take a raised hand down: mine, or another's where the role or the baton allows."""

    whose: _Id


class AddKeyView(_Message, frozen=True, tag="key_view.add"):
    """Keep this view for the conclusion, under an identifier chosen by the browser."""

    key_view_id: _Id
    viewport: _Id
    view: View
    caption: _Caption


class RemoveKeyView(_Message, frozen=True, tag="key_view.remove"):
    """Take a key view back."""

    key_view_id: _Id


class DrawAnnotation(_Message, frozen=True, tag="annotation.draw"):
    """Let this stand in the room, under an identifier chosen by the browser; who draws is its author."""

    annotation_id: _Id
    drawing: Drawing


class ChangeAnnotation(_Message, frozen=True, tag="annotation.change"):
    """Move my annotation's points or its words, or change these; `version` is the one seen."""

    annotation_id: _Id
    version: _Count
    points: Points
    text: Words
    text_point: TextPoint | None = None


class RemoveAnnotation(_Message, frozen=True, tag="annotation.remove"):
    """Take an annotation away; `version` is the one seen."""

    annotation_id: _Id
    version: _Count


class LayRegistration(_Message, frozen=True, tag="registration.lay"):
    """Lay two frames of reference upon each other; `version` of what I see between them, 0 where there is nothing."""

    registration: Registration
    version: _Count


class RemoveRegistration(_Message, frozen=True, tag="registration.remove"):
    """Take what lies between two frames of reference away, by its version."""

    version: _Count


class UpdateText(_Message, frozen=True, tag="text.update"):
    """A Yjs update of the conclusion's text, base64."""

    update: _Update


class Say(_Message, frozen=True, tag="chat.say"):
    """A line of text chat, with a view that it speaks of where there is one, and what that view shows in words."""

    text: _Line
    view: View | None = None
    caption: _Caption = ""


class MarkView(_Message, frozen=True, tag="view.mark"):
    """Let this view be found again, under the number of the fact that answers."""

    view: View


class ConfirmIdentity(_Message, frozen=True, tag="identity.confirm"):
    """I have read the patient's identity back, aloud."""


Act = (
    SettleView
    | RequestControl
    | GiveControl
    | TakeControl
    | ReleaseControl
    | GatherEveryone
    | RaiseHand
    | LowerHand
    | AddKeyView
    | RemoveKeyView
    | DrawAnnotation
    | ChangeAnnotation
    | RemoveAnnotation
    | LayRegistration
    | RemoveRegistration
    | UpdateText
    | Say
    | MarkView
    | ConfirmIdentity
)


# ---- room to browser -------------------------------------------------------------------------------------------


class Member(_Message, frozen=True, tag="member"):
    """Somebody who may be in the room; `actor` is stable for the room's life and is what facts name."""

    actor: str
    name: str
    role: MemberRole
    hospital: str
    specialty: str | None
    color: int


class ViewSettled(_Message, frozen=True, tag="view.settled"):
    """The shared view, at rest."""

    term: int
    view: View


class ControlRequested(_Message, frozen=True, tag="control.requested"):
    """The acting member asks for the baton."""


class ControlTaken(_Message, frozen=True, tag="control.taken"):
    """`holder` has the baton under a new `term`: given, taken, or None when laid down or lost."""

    holder: str | None
    term: int
    how: Literal["given", "taken", "released", "lost"]


class Gathered(_Message, frozen=True, tag="gathered"):
    """The acting member, who presents, has asked everybody to follow."""


class HandRaised(_Message, frozen=True, tag="hand.raised"):
    """The acting member waits to speak, behind those who have waited before."""


class HandLowered(_Message, frozen=True, tag="hand.lowered"):
    """`whose` hand is down: by themselves, or by who leads."""

    whose: str


class KeyViewAdded(_Message, frozen=True, tag="key_view.added"):
    """A key view, bound to the conclusion's draft."""

    key_view_id: str
    viewport: str
    view: View
    caption: str


class KeyViewRemoved(_Message, frozen=True, tag="key_view.removed"):
    """A key view was taken back."""

    key_view_id: str


class AnnotationDrawn(_Message, frozen=True, tag="annotation.drawn"):
    """The acting member's annotation stands in the room; its version is the fact's `seq`."""

    annotation_id: str
    drawing: Drawing


class AnnotationChanged(_Message, frozen=True, tag="annotation.changed"):
    """Its author has moved its points or its words, or changed these; `version` is the new one."""

    annotation_id: str
    version: int
    points: Points
    text: Words
    text_point: TextPoint | None = None


class AnnotationRemoved(_Message, frozen=True, tag="annotation.removed"):
    """An annotation was taken away."""

    annotation_id: str


class RegistrationLaid(_Message, frozen=True, tag="registration.laid"):
    """The acting member has laid two frames of reference upon each other; its version is the fact's `seq`."""

    registration: Registration


class RegistrationRemoved(_Message, frozen=True, tag="registration.removed"):
    """What a member had laid was taken away."""

    version: int


class TextUpdated(_Message, frozen=True, tag="text.updated"):
    """A Yjs update of the conclusion's text, base64."""

    update: str


class Said(_Message, frozen=True, tag="chat.said"):
    """A line of text chat, and the view that it speaks of."""

    text: str
    view: View | None = None
    caption: str = ""


class ViewMarked(_Message, frozen=True, tag="view.marked"):
    """A view that is found again under this fact's number; nobody's screen shows it by that."""

    view: View


class IdentityConfirmed(_Message, frozen=True, tag="identity.confirmed"):
    """The acting member has read the patient's identity back."""


class MemberJoined(_Message, frozen=True, tag="member.joined"):
    """A member's first connection, or one after having left."""

    member: Member


class MemberLeft(_Message, frozen=True, tag="member.left"):
    """A member's last connection has been gone for longer than the grace time."""

    actor: str


class DraftLocked(_Message, frozen=True, tag="draft.locked"):
    """The conclusion has been signed: the draft takes no more updates."""

    conclusion_id: str


Done = (
    ViewSettled
    | ControlRequested
    | ControlTaken
    | Gathered
    | HandRaised
    | HandLowered
    | KeyViewAdded
    | KeyViewRemoved
    | AnnotationDrawn
    | AnnotationChanged
    | AnnotationRemoved
    | RegistrationLaid
    | RegistrationRemoved
    | TextUpdated
    | Said
    | ViewMarked
    | IdentityConfirmed
    | MemberJoined
    | MemberLeft
    | DraftLocked
)


class Fact(_Message, frozen=True, tag="fact"):
    """A journaled change: contiguous `seq`; `client_id` and `n` tell the asking browser which ask it answers."""

    seq: int
    at_ms: int
    actor: str
    client_id: str
    n: int
    done: Done


class Refused(_Message, frozen=True, tag="refused"):
    """The answer to an ask that could not be carried out; nothing changed. `code` is in the catalogues."""

    n: int
    code: str


class Presence(_Message, frozen=True, tag="presence"):
    """Ephemeral: one member's connection and what they see; `connected` False since `lost_ms` ago."""

    actor: str
    connected: bool
    seen: Seen
    follows: Facets
    lost_ms: int


class ChatLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of chat in the state: said by fact `seq`. `caption`: of the view that the fact holds, None where none."""

    seq: int
    actor: str
    at_ms: int
    text: str
    caption: str | None


class RoomState(_Message, frozen=True, tag="state"):
    """Everything that facts have built: the fold of the journal up to `seq`.

    `members` keeps whoever has ever joined (facts name them), `present` those who have not left since.
    `hands` are raised, the first of them first. `gathered` is the fact by which the holder has last asked everybody to
    follow, None where that holder has not. `chat` holds the last lines, without their views.
    """

    seq: int
    members: tuple[Member, ...]
    present: tuple[str, ...]
    holder: str | None
    term: int
    requested: tuple[str, ...]
    hands: tuple[str, ...]
    gathered: int | None
    view: View | None
    key_views: tuple[KeyViewAdded, ...]
    annotations: tuple[Annotation, ...]
    registrations: tuple[StandingRegistration, ...]
    text: str
    chat: tuple[ChatLine, ...]
    identity_confirmed: tuple[str, ...]
    conclusion_id: str | None


class Welcome(_Message, frozen=True, tag="welcome"):
    """Answer to hello: either `state` (a snapshot) or, when None, the facts after the `seq` said follow as facts."""

    actor: str
    epoch: int
    acked: int
    state: RoomState | None
    presences: tuple[Presence, ...]


class ViewMoved(_Message, frozen=True, tag="view.moved"):
    """Ephemeral: the presenter's view while it moves; `frame` is what `drawn` gives back."""

    frame: int
    actor: str
    term: int
    n: int
    view: View


class PointerMoved(_Message, frozen=True, tag="pointer.moved", omit_defaults=True):
    """Ephemeral: where a member points; `image_n` numbers the image, for those that follow."""

    frame: int
    actor: str
    n: int
    pointer: Pointer | None
    image_n: int = 0


class PointerSlid(_Message, frozen=True, tag="pointer.slid"):
    """Ephemeral: where a member points now, on the image that this connection knows by the number `image_n`."""

    frame: int
    actor: str
    image_n: int
    point_world_mm: Vector


class AnnotationMoved(_Message, frozen=True, tag="annotation.moved"):
    """Ephemeral: what a member is drawing, or changing, at this moment; None when they have let go."""

    frame: int
    actor: str
    n: int
    annotation_id: str
    drawing: Drawing | None


Moved = ViewMoved | PointerMoved | PointerSlid | AnnotationMoved


class Movements(_Message, frozen=True, tag="movements"):
    """Ephemeral: all that has moved meanwhile, as one frame; `drawn` gives back the highest of its numbers."""

    moved: tuple[Moved, ...]


class Signalled(_Message, frozen=True, tag="signalled"):
    """Call signalling from another participant or the server's echo."""

    sender: str
    data: str


FromRoom = Welcome | Fact | Refused | Presence | Moved | Movements | Signalled | Ping | Pong
