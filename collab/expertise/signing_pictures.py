"""The pictures of key views beside what is to be signed: drawn as the conclusion will print them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import BaseRoute

from collab.expertise import signing
from collab.expertise.picturing import AskedImage, Pictured
from collab.expertise.printing import print_images
from collab.expertise.signing import KeyViewsChanged
from collab.expertise.signing_steps import printer_of
from collab.kit.refusals import BadInput, NotFound, Refusal
from collab.kit.web import Answer, Call, Later, page


class KeyViewNotDrawn(NotFound):
    """There is no picture of this key view; the conclusion will say so in its place."""

    code = "key_view_not_drawn"


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """Which key view, from 1, of which showing: another set's picture would stand under the wrong words."""

    number: int
    key_views_sha256: str


def routes() -> Sequence[BaseRoute]:
    return [page("/expertise/{request_id}/conclude/key-views/{key_view}", send_picture)]


def send_picture(call: Call) -> Answer:
    """JPEG. Raises `KeyViewsChanged`, `KeyViewNotDrawn`, `KeyImagesBusy`."""
    image = _image(call, _read_asked(call))
    printer, who = printer_of(call.site), f"preview {call.caller.login_id}"

    def work() -> Pictured | Refusal | None:
        try:
            (pictured,) = print_images(printer, [image], who=who)
        except Refusal as refusal:
            return refusal
        return pictured

    return Later(work=work, then=_answer)


def _answer(_call: Call, found: Pictured | Refusal | None) -> Response:
    if isinstance(found, Refusal):
        raise found
    if found is None:
        raise KeyViewNotDrawn
    return Response(found.image.jpeg, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


def _read_asked(call: Call) -> _Asked:
    number = call.path("key_view")
    if not (number.isascii() and number.isdigit() and len(number) <= 3):
        raise BadInput(field="key_view")
    return _Asked(number=int(number), key_views_sha256=call.request.query_params.get("shown", ""))


def _image(call: Call, asked: _Asked) -> AskedImage:
    request, room_id = signing.access_to_sign(call.session, call.path("request_id"), call.caller)
    shown = signing.shown_key_views(
        call.session, request, room_id, by=call.caller, at=call.site.clock(), settings=call.site.settings
    )
    if shown.sha256 != asked.key_views_sha256:
        raise KeyViewsChanged
    image = shown.images[asked.number - 1] if 1 <= asked.number <= len(shown.images) else None
    if image is None:
        raise KeyViewNotDrawn
    return image
