"""The PDF of an expert conclusion (LOINC 85208-7): pure, so the same bundle gives the same bytes; it signs nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, SimpleDocTemplate, Spacer

from collab.conclusions.document import ConclusionBundle, Line
from collab.conclusions.sections import (
    Section,
    Words,
    identity_line,
    layer_lines,
    professional_line,
    sections_after_answer,
    sections_before_answer,
    study_lines,
    view_line,
    words_of,
)
from collab.exports import pdf_parts as parts

_MARGIN = 18 * mm
# Head and foot of every page lie outside the frame of the text.
_HEAD = 30 * mm
_FOOT = 24 * mm


def render_conclusion(bundle: ConclusionBundle) -> bytes:
    """The document as it is delivered. Times stand in the content's own time zone, words in its language."""
    words = words_of(bundle.content)
    written = io.BytesIO()
    document = SimpleDocTemplate(
        written,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_HEAD,
        bottomMargin=_FOOT,
        title=f"{words.phrase('document_title')} {bundle.content.conclusion_id}",
        subject=words.phrase("nature"),
        author=parts.clean(bundle.content.expert.name),
        creator="Consilium",
        producer="Consilium",
        lang="fr-FR" if words.language == "fr" else "en-GB",
        # Without it every run writes its own date and identifier.
        invariant=1,
    )
    document.build(list(_story(bundle, words)), canvasmaker=_canvas_maker(bundle, words))
    return written.getvalue()


def _story(bundle: ConclusionBundle, words: Words) -> Iterator[Flowable]:
    content = bundle.content
    yield parts.title(words.phrase("title"))
    yield parts.nature(words.phrase("nature"))
    for section in sections_before_answer(content, words):
        yield from _section(section)
    yield from _text(words.phrase("question"), content.question)
    yield from _text(words.phrase("answer"), content.text, strong=True)
    after = sections_after_answer(content, words)
    for section in after:
        yield from _section(section)
    yield from _key_views(bundle, words)
    for number, study in enumerate(content.studies):
        head = [parts.heading(words.phrase("studies"))] if number == 0 else []
        yield KeepTogether([*head, parts.facts(list(study_lines(study, words))), Spacer(0, 2 * mm)])
    yield KeepTogether([parts.heading(words.phrase("signature")), parts.facts(list(_signature_lines(bundle, words)))])


def _section(section: Section) -> Iterator[Flowable]:
    if section.lines:
        yield parts.heading(section.title)
        yield parts.facts(section.lines)


def _text(title: str, text: str, *, strong: bool = False) -> Iterator[Flowable]:
    yield parts.heading(title)
    yield from parts.paragraphs(text, strong=strong)


def _key_views(bundle: ConclusionBundle, words: Words) -> Iterator[Flowable]:
    if not bundle.content.key_views:
        return
    yield parts.heading(words.phrase("key_views"))
    for number, (view, image) in enumerate(zip(bundle.content.key_views, bundle.images, strict=True), start=1):
        caption = [
            f"{number}. {view.caption}".strip(),
            view_line(view, words),
            *layer_lines(view, words),
            f"SOP {view.sop_instance_uid} / {view.frame or 1}" if view.sop_instance_uid else "",
        ]
        drawn = parts.image(image, view.edges, words.phrase("no_image"))
        yield KeepTogether([*drawn, *parts.caption(filter(None, caption)), Spacer(0, 3 * mm)])


def _signature_lines(bundle: ConclusionBundle, words: Words) -> Sequence[Line]:
    content = bundle.content
    return [
        words.line("signed_by", professional_line(content.expert, words)),
        words.line("signed_at", words.moment(content.signed_at)),
        words.line("signed_how", words.phrase("signed_how.password")),
        words.line("document_type", words.phrase("document_type.value", code=content.document_type)),
        words.line("conclusion_id", f"{content.conclusion_id} (v{content.version})"),
        words.line("content_sha256", bundle.content_sha256),
    ]


def _canvas_maker(bundle: ConclusionBundle, words: Words) -> type[Canvas]:
    """A canvas that knows, at its end, how many pages there are."""

    class NumberedCanvas(Canvas):
        def __init__(self, *arguments: Any, **options: Any) -> None:  # Any: reportlab passes its own
            super().__init__(*arguments, **options)
            self._pages: list[dict[str, Any]] = []
            _date(self, bundle.content.signed_at)

        def showPage(self) -> None:  # noqa: N802 - reportlab's name
            self._pages.append(dict(self.__dict__))
            self._startPage()  # pyright: ignore[reportAttributeAccessIssue] - reportlab's recipe for page totals

        def save(self) -> None:
            for number, page in enumerate(self._pages, start=1):
                self.__dict__.update(page)
                _draw_frame(self, bundle, words, page=number, pages=len(self._pages))
                super().showPage()
            super().save()

    return NumberedCanvas


def _date(canvas: Any, at: datetime) -> None:  # Any: reportlab has no types for what lies inside a canvas
    """The file's dates are the signature's, not the year 2000 that reportlab writes in place of the clock."""
    stamp = canvas._doc._timeStamp
    stamp.t, stamp.lt, stamp.YMDhms = at.timestamp(), at.utctimetuple(), tuple(at.utctimetuple())[:6]


def _draw_frame(canvas: Canvas, bundle: ConclusionBundle, words: Words, *, page: int, pages: int) -> None:
    content = bundle.content
    width, height = A4
    canvas.setFont(parts.BOLD, 10)
    canvas.drawString(_MARGIN, height - 14 * mm, parts.fit(identity_line(content.patient, words), width - 2 * _MARGIN))
    canvas.setFont(parts.REGULAR, 8)
    canvas.drawString(_MARGIN, height - 19 * mm, f"{words.phrase('title')} · {content.conclusion_id}")
    canvas.drawRightString(width - _MARGIN, height - 19 * mm, words.moment(content.signed_at))
    canvas.setLineWidth(0.5)
    canvas.line(_MARGIN, height - 22 * mm, width - _MARGIN, height - 22 * mm)
    canvas.line(_MARGIN, 19 * mm, width - _MARGIN, 19 * mm)
    canvas.drawString(_MARGIN, 15 * mm, words.phrase("nature"))
    canvas.drawRightString(width - _MARGIN, 15 * mm, words.phrase("page", page=page, pages=pages))
    canvas.setFont(parts.REGULAR, 6.5)
    canvas.drawString(_MARGIN, 11 * mm, f"SHA-256 {bundle.content_sha256}")
