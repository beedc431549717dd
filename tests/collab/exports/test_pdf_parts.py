"""Pieces of a page."""

from __future__ import annotations

from reportlab.pdfbase import pdfmetrics

from collab.conclusions.document import Line
from collab.exports.pdf_parts import BOLD, clean, facts, fit, image, paragraphs
from tests.collab.conclusions.make import key_image


def test_control_characters_do_not_reach_the_paper() -> None:
    assert clean("a\x00b\x1bc\u202ed\nligne") == "abcd\nligne"


def test_a_long_name_is_cut_visibly() -> None:
    cut = fit("MARTIN " * 40, 200)
    assert cut.endswith("…")
    assert pdfmetrics.stringWidth(cut, BOLD, 10) <= 200
    assert fit("MARTIN", 200) == "MARTIN"


def test_an_image_keeps_its_shape() -> None:
    (drawn,) = image(key_image(), None, "aucune")
    assert round(drawn.drawWidth / drawn.drawHeight, 3) == round(64 / 48, 3)  # type: ignore[attr-defined]


def test_no_image_is_said_in_words() -> None:
    (said,) = image(None, None, "aucune & rien")
    assert said.text == "aucune &amp; rien"  # type: ignore[attr-defined]


def test_markup_in_values_stays_text() -> None:
    table = facts([Line("<b>", "a & b")])
    texts = [cell.text for cell in table._cellvalues[0]]  # type: ignore[attr-defined]
    assert texts == ["&lt;b&gt;", "a &amp; b"]


def test_blank_lines_part_paragraphs() -> None:
    assert len(list(paragraphs("un\n\ndeux\ntrois"))) == 2
