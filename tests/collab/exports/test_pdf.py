"""The printed conclusion, read back with another program."""

from __future__ import annotations

import io

import msgspec
import pytest
from pypdf import PdfReader

from collab.conclusions.document import Edges, LaidOver, SlabSeen
from collab.exports.pdf import render_conclusion
from tests.collab.conclusions.make import ANSWERS, bundle, content, key_image, key_view, professional

# What a document that anybody opens must not hold (research/security T20).
ACTIVE = ("/JS", "/JavaScript", "/Launch", "/URI", "/EmbeddedFile", "/OpenAction", "/AcroForm", "/Annots")


def read(document: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(document))


def text_of(document: bytes) -> str:
    """The words on the paper, with lines joined."""
    pages = [page.extract_text() for page in read(document).pages]
    return " ".join(" ".join(pages).split())


def names_in(document: bytes) -> set[str]:
    """Every name that stands in any object of the file, compressed or not."""
    found: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            for key, each in value.items():
                found.add(str(key))
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)
        elif isinstance(value, str):
            found.add(str(value))

    reader = read(document)
    for number in range(1, len(reader.xref[0]) + 1):
        walk(reader.get_object(number))
    walk(reader.trailer)
    return found


def test_the_same_content_gives_the_same_bytes() -> None:
    assert render_conclusion(bundle(content())) == render_conclusion(bundle(content()))


def test_it_says_who_asked_what_and_what_the_answer_is() -> None:
    found = bundle(content())
    words = text_of(render_conclusion(found))
    for said in (
        "MARTIN Jeanne, né(e) le 12/03/1948",
        "248037512345678",
        "Faut-il transférer ?",
        "Hématome sous-dural aigu gauche de 6 mm.",
        "pas de transfert : surveillance sur place",
        "baisse de 2 points",
        "Dr Paul Vasseur, Neurochirurgie",
        "RPPS 10100000024",
        "5. Incidents techniques",
        "LOINC 85208-7",
        "Ce n’est pas une seconde lecture",
        "a" * 60,
        f"SHA-256 {found.content_sha256}",
    ):
        assert said in words, said


def test_it_is_written_in_the_expert_s_language() -> None:
    words = text_of(render_conclusion(bundle(content(language="en"))))
    assert "no transfer: local surveillance" in words
    assert "It is not a second read" in words


def test_every_page_bears_the_patient_the_number_and_the_total() -> None:
    document = render_conclusion(bundle(content(text="Une ligne de plus.\n" * 200)))
    pages = read(document).pages
    assert len(pages) > 3
    for number, page in enumerate(pages, start=1):
        words = page.extract_text()
        assert "MARTIN Jeanne" in words
        assert f"Page {number} / {len(pages)}" in words


def test_key_images_are_printed_and_a_missing_one_is_said() -> None:
    images = (key_image(10), None, key_image(200))
    views = tuple(key_view(f"vue {number}", image) for number, image in enumerate(images, start=1))
    document = render_conclusion(bundle(content(key_views=views), *images))
    assert sum(len(page.images) for page in read(document).pages) == 2
    words = text_of(document)
    assert "Image non imprimée" in words
    assert "fenêtre : centre 75, largeur 200 HU" in words


def test_the_patient_s_sides_stand_at_the_edges_of_a_key_image() -> None:
    image = key_image()
    view = msgspec.structs.replace(key_view("vue", image), edges=Edges("RA", "LP", "HR", "FL"))
    words = text_of(render_conclusion(bundle(content(key_views=(view,)), image))).split()
    assert {"RA", "LP", "HR", "FL"} <= set(words)


def test_a_layer_that_the_experts_saw_and_the_page_does_not_show_is_said() -> None:
    image = key_image()
    laid_over = (LaidOver("2.25.1", is_drawn=True), LaidOver("2.25.2", is_drawn=False))
    view = msgspec.structs.replace(key_view("vue", image), laid_over=laid_over)
    assert "absentes de cette image : 1" in text_of(render_conclusion(bundle(content(key_views=(view,)), image)))
    drawn = msgspec.structs.replace(view, laid_over=laid_over[:1])
    assert "absentes" not in text_of(render_conclusion(bundle(content(key_views=(drawn,)), image)))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "Coupe épaisse de 12.5 mm, valeur maximale (MIP) · fenêtre"),
        ("en", "Slab of 12.5 mm, highest value (MIP) · window"),
    ],
)
def test_a_thick_plane_is_said_with_its_kind_and_thickness(language: str, said: str) -> None:
    image = key_image()
    view = msgspec.structs.replace(key_view("vue", image), slab=SlabSeen("mip", 12.5))
    words = text_of(render_conclusion(bundle(content(language=language, key_views=(view,)), image)))
    assert said in words.replace("Window", "window")


def test_a_key_image_stands_in_the_file_as_the_very_jpeg() -> None:
    image = key_image()
    document = render_conclusion(bundle(content(key_views=(key_view("vue", image),)), image))
    (found,) = [each for page in read(document).pages for each in page.images]
    assert found.image is not None
    assert found.image.size == (64, 48)


@pytest.mark.parametrize(
    "hostile",
    [
        '<a href="javascript:alert(1)">clic</a>',
        '<img src="/etc/passwd"/>',
        "<b>gras</b> & fils",
        "<onDraw name='x'/>]]>",
        "\x00\x1b[31m\u202e",
    ],
)
def test_what_people_wrote_is_text_and_nothing_else(hostile: str) -> None:
    patient = content().patient.__class__(family_name=hostile, given_name="x", birth_date="19480312", sex="F")
    whole = content(
        patient=patient,
        question=hostile,
        text=hostile,
        reason=hostile,
        expert=professional(hostile, hostile),
        answers=ANSWERS.__class__(
            decision=ANSWERS.decision, local_agreement="concordant", certainty="low", limits=hostile
        ),
    )
    image = key_image()
    document = render_conclusion(bundle(content(**{**fields(whole), "key_views": (key_view(hostile, image),)}), image))
    assert not names_in(document) & set(ACTIVE)
    assert sum(len(page.images) for page in read(document).pages) == 1
    if "<" in hostile:
        assert hostile.split(">")[0][:12] in text_of(document)


def fields(whole: object) -> dict[str, object]:
    return {name: getattr(whole, name) for name in whole.__struct_fields__}  # type: ignore[attr-defined]


def test_names_of_all_of_europe_are_printed() -> None:
    words = text_of(
        render_conclusion(bundle(content(expert=professional("Dr Łucja Škvorecký-Ñandú Œuvré", "radiology"))))
    )
    assert "Dr Łucja Škvorecký-Ñandú Œuvré" in words


def test_the_file_is_dated_by_the_signature() -> None:
    information = read(render_conclusion(bundle(content()))).metadata
    assert information is not None
    assert information.creation_date == content().signed_at
    assert "MARTIN" not in str(information)
