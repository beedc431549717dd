"""The page on which an expert signs: the text as it is in the room, the answers, and the password."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from starlette.responses import Response
from starlette.routing import BaseRoute

from collab.accounts.service import WrongPassword
from collab.conclusions.answers import Answers
from collab.conclusions.sections import Words, lack_line, view_line
from collab.conclusions.service import Receipt, RenderConclusion
from collab.expertise import service, signing, signing_pictures
from collab.expertise.answering import COMMON, TOLD_HOW, decision_choices, read_answers
from collab.expertise.concluding import RoomRestless
from collab.expertise.printing import KeyImagesBusy
from collab.expertise.signing import (
    DraftChanged,
    EmptyDraft,
    KeyViewsChanged,
    Preview,
    SignConclusion,
    StudyChanged,
)
from collab.expertise.signing_steps import shown_to, sign
from collab.kit.refusals import BadInput, Refusal, TooMany
from collab.kit.web import Answer, Call, page, refusal_sentence, see_other
from collab.studies.objects import ObjectsBusy

_VERSION = "version_"
_SHOWN_IN_FORM = (
    WrongPassword,
    TooMany,
    BadInput,
    EmptyDraft,
    DraftChanged,
    StudyChanged,
    KeyViewsChanged,
    RoomRestless,
    KeyImagesBusy,
    ObjectsBusy,
)


def routes(*, render_conclusion: RenderConclusion) -> Sequence[BaseRoute]:
    path = "/expertise/{request_id}/conclude"
    send = partial(send_form, render_conclusion)
    return [page(path, show_form), page(path, send, methods=["POST"]), *signing_pictures.routes()]


@dataclass(frozen=True, kw_only=True)
class _Typed:
    """What the page shows again after a refusal."""

    given: Mapping[str, str]
    wrong: Mapping[str, str]
    refused: str | None = None
    may_sign_earlier: bool = False
    status: int = 200


def show_form(call: Call) -> Response:
    shown = shown_to(call)
    return _form(call, shown, _Typed(given={}, wrong={}))


def send_form(render_conclusion: RenderConclusion, call: Call) -> Answer:
    given = {name: value for name, value in call.fields.items() if isinstance(value, str)}
    request, _ = signing.access_to_sign(call.session, call.path("request_id"), call.caller)
    zone, at = ZoneInfo(call.site.settings.time_zone), call.site.clock()
    answers, wrong = read_answers(request.pathway, given, zone=zone, at=at)
    if answers is None:
        return _again(call, _Typed(given=given, wrong=wrong, status=422))

    def outcome(call: Call, found: Receipt | Refusal) -> Response:
        if isinstance(found, Receipt):
            return see_other(f"/conclusions/{found.conclusion_id}")
        # These come before anything is written but the trace of a wrong password, which must stay.
        if isinstance(found, _SHOWN_IN_FORM):
            return _refused(call, given, found)
        raise found

    asked = _asked(given, answers)
    return sign(call, request.id, asked, render_conclusion=render_conclusion, outcome=outcome)


def _refused(call: Call, given: Mapping[str, str], refusal: Refusal) -> Response:
    typed = _Typed(
        given=given,
        wrong={"password": "wrong"} if isinstance(refusal, WrongPassword) else {},
        refused=refusal_sentence(call.language, refusal),
        may_sign_earlier=isinstance(refusal, StudyChanged),
        status=refusal.status,
    )
    return _again(call, typed)


def _again(call: Call, typed: _Typed) -> Response:
    shown = shown_to(call)
    return _form(call, shown, typed)


def _asked(given: Mapping[str, str], answers: Answers) -> SignConclusion:
    key = given.get("idempotency_key", "")
    if not 16 <= len(key) <= 100:
        raise BadInput(field="idempotency_key")
    shown = {name.removeprefix(_VERSION): text for name, text in given.items() if name.startswith(_VERSION)}
    return SignConclusion(
        idempotency_key=key,
        text_sha256=given.get("text_sha256", ""),
        key_views_sha256=given.get("key_views_sha256", ""),
        study_versions=shown,
        answers=answers,
        password=given.get("password", ""),
        accept_earlier_set=given.get("accept_earlier_set") == "yes",
    )


def _form(call: Call, shown: Preview, typed: _Typed) -> Response:
    request = service.access_request(call.session, shown.request_id, call.caller)
    # Signing on an earlier set must name that set: the hashes of the first showing stay in the form.
    earlier = {name: text for name, text in typed.given.items() if name.startswith(_VERSION)}
    versions = {f"{_VERSION}{study.study_id}": study.version for study in shown.studies}
    words = Words(language=call.language, time_zone=call.site.settings.time_zone)
    return call.page(
        "expertise/conclude.html",
        status=typed.status,
        request=request,
        patient=service.patient_of(request),
        shown=shown,
        lack_lines={study.study_id: [lack_line(lack, words) for lack in study.lacks] for study in shown.studies},
        key_views=[(view.caption, view_line(view, words)) for view in shown.key_views],
        versions=earlier if typed.may_sign_earlier else versions,
        given={name: text for name, text in typed.given.items() if name != "password"},
        wrong=typed.wrong,
        refused=typed.refused,
        may_sign_earlier=typed.may_sign_earlier,
        decisions=decision_choices(shown.pathway),
        common=COMMON,
        told_how=TOLD_HOW,
    )
