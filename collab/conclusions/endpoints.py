"""The page of a signed conclusion and its document; signing is the request's matter."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute

from collab.conclusions import service
from collab.conclusions.document import ConclusionContent, read_content
from collab.conclusions.models import ExpertConclusion
from collab.conclusions.rules import may_acknowledge
from collab.conclusions.sections import (
    identity_line,
    professional_line,
    sections_after_answer,
    sections_before_answer,
    study_lines,
    view_line,
    words_of,
)
from collab.conclusions.service import Documents
from collab.kit.web import Call, api, json_answer, page


def routes() -> Sequence[BaseRoute]:
    return [
        page("/conclusions/{conclusion_id}", show_conclusion),
        page("/conclusions/{conclusion_id}/document.pdf", send_document),
        api("/api/conclusions/{conclusion_id}", get_conclusion, gives=ConclusionContent),
    ]


def show_conclusion(call: Call) -> Response:
    found = _read(call)
    content = read_content(found.content)
    words = words_of(content, call.language)
    return call.page(
        "conclusions/conclusion.html",
        conclusion=found,
        content=content,
        identity=identity_line(content.patient, words),
        before=sections_before_answer(content, words),
        after=sections_after_answer(content, words),
        studies=[tuple(study_lines(study, words)) for study in content.studies],
        key_views=[(view.caption, view_line(view, words)) for view in content.key_views],
        signed_by=professional_line(content.expert, words),
        signed_at=words.moment(content.signed_at),
        acknowledgement=service.find_acknowledgement(call.session, found.id),
        may_acknowledge=may_acknowledge(
            call.caller, author_id=found.author_id, requesting_hospital_id=found.requesting_hospital_id
        ),
    )


def send_document(call: Call) -> Response:
    at, documents = call.site.clock(), call.site.part(Documents)
    sha256, document = service.deliver_document(
        call.session, call.path("conclusion_id"), call.caller, documents=documents, at=at
    )
    # Inline, so that a telephone opens it; the policy of the page forbids it any script.
    name = f'inline; filename="{call.path("conclusion_id")}.pdf"'
    headers = {"Content-Disposition": name, "ETag": f'"{sha256}"', "Cache-Control": "no-store"}
    return Response(document, headers=headers, media_type="application/pdf")


def get_conclusion(call: Call) -> Response:
    return json_answer(read_content(_read(call).content))


def _read(call: Call) -> ExpertConclusion:
    return service.read_conclusion(call.session, call.path("conclusion_id"), call.caller, at=call.site.clock())
