"""Pieces of a printed page: fonts, escaped paragraphs, tables of facts, images; they know no conclusion."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor, black, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Image, Paragraph, Table, TableStyle

from collab.conclusions.document import Edges, KeyImage, Line

REGULAR, BOLD = "DejaVuSans", "DejaVuSans-Bold"
_FONTS = Path(__file__).parent / "fonts"
for _name in (REGULAR, BOLD):
    pdfmetrics.registerFont(TTFont(_name, str(_FONTS / f"{_name}.ttf")))

_WIDTH = A4[0] - 36 * mm
# What is left takes a SHA-256 in one line.
_LABEL_WIDTH = 41 * mm
_IMAGE_WIDTH = 110 * mm
_IMAGE_HEIGHT = 110 * mm
_INK = HexColor("#111418")
_SOFT = HexColor("#4a525a")
_EXPERTISE = HexColor("#0b4f8a")

_BODY = ParagraphStyle("body", fontName=REGULAR, fontSize=9.5, leading=13, textColor=_INK)
_STRONG = ParagraphStyle("strong", parent=_BODY, fontSize=10.5, leading=15)
_LABEL = ParagraphStyle("label", parent=_BODY, fontSize=8.5, leading=12, textColor=_SOFT)
_VALUE = ParagraphStyle("value", parent=_BODY, fontSize=9, leading=12, wordWrap="CJK")
_TITLE = ParagraphStyle("title", parent=_BODY, fontName=BOLD, fontSize=17, leading=21, textColor=_EXPERTISE)
_NATURE = ParagraphStyle("nature", parent=_BODY, fontSize=9, leading=12, textColor=_EXPERTISE, spaceAfter=2 * mm)
_HEADING = ParagraphStyle(
    "heading",
    parent=_BODY,
    fontName=BOLD,
    fontSize=11,
    leading=14,
    spaceBefore=4 * mm,
    spaceAfter=1 * mm,
    keepWithNext=1,
)


def clean(text: str) -> str:
    """Text without control characters, which have no place on paper and confuse readers of PDF."""
    return "".join(c for c in text if c == "\n" or c.isprintable())


def _say(text: str) -> str:
    """The one way from people's words into a paragraph: raw markup there opens files and links (measured)."""
    return escape(clean(text)).replace("\n", "<br/>")


def title(text: str) -> Flowable:
    return Paragraph(_say(text), _TITLE)


def nature(text: str) -> Flowable:
    return Paragraph(_say(text), _NATURE)


def heading(text: str) -> Flowable:
    return Paragraph(_say(text), _HEADING)


def paragraphs(text: str, *, strong: bool = False) -> Iterator[Flowable]:
    for block in text.split("\n\n"):
        yield Paragraph(_say(block), _STRONG if strong else _BODY)


def caption(lines: Iterable[str]) -> Iterator[Flowable]:
    for line in lines:
        yield Paragraph(_say(line), _LABEL)


def facts(lines: Sequence[Line]) -> Flowable:
    """Labels on the left, values on the right."""
    rows: list[list[Any]] = [
        [Paragraph(_say(each.label), _LABEL), Paragraph(_say(each.value), _VALUE)] for each in lines
    ]
    table = Table(rows, colWidths=[_LABEL_WIDTH, _WIDTH - _LABEL_WIDTH], hAlign="LEFT")
    style = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, -1), 0)]
    style += [("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]
    table.setStyle(TableStyle(style))
    return table


def image(key_image: KeyImage | None, edges: Edges | None, instead: str) -> Iterator[Flowable]:
    """The JPEG as it is with the patient's sides at its edges, or words where there is none."""
    if key_image is None:
        yield Paragraph(_say(instead), _BODY)
        return
    yield _MarkedImage(key_image.jpeg, edges)


class _MarkedImage(Image):
    """A picture with letters drawn over it, not into it: the JPEG keeps the hash that was signed."""

    def __init__(self, jpeg: bytes, edges: Edges | None) -> None:
        super().__init__(io.BytesIO(jpeg), hAlign="LEFT")
        self._edges = edges
        scale = min(_IMAGE_WIDTH / self.imageWidth, _IMAGE_HEIGHT / self.imageHeight)
        self.drawWidth, self.drawHeight = self.imageWidth * scale, self.imageHeight * scale

    def draw(self) -> None:
        super().draw()
        if self._edges is None:
            return
        width, height, edges = self.drawWidth, self.drawHeight, self._edges
        self._mark(edges.left, 4 * mm, height / 2)
        self._mark(edges.right, width - 4 * mm, height / 2)
        self._mark(edges.top, width / 2, height - 5 * mm)
        self._mark(edges.bottom, width / 2, 2 * mm)

    def _mark(self, letters: str, x: float, y: float) -> None:
        """White on a black ground, so that it is read on bone and on air."""
        half = pdfmetrics.stringWidth(letters, BOLD, 10) / 2 + 1
        self.canv.setFillColor(black)
        self.canv.rect(x - half, y - 2, 2 * half, 11, stroke=0, fill=1)
        self.canv.setFillColor(white)
        self.canv.setFont(BOLD, 10)
        self.canv.drawCentredString(x, y, letters)


def fit(text: str, width: float) -> str:
    """The text, cut with an ellipsis where 10 points of the bold font would pass `width`."""
    text = clean(text)
    if pdfmetrics.stringWidth(text, BOLD, 10) <= width:
        return text
    while text and pdfmetrics.stringWidth(f"{text}…", BOLD, 10) > width:
        text = text[:-1]
    return f"{text}…"
