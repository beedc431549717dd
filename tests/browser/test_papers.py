"""Documents that come with a study are read in the room: a PDF's pages, a report and the images that it names."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator
from pydicom.dataset import FileDataset
from pydicom.uid import UID, BasicTextSRStorage, EncapsulatedPDFStorage, generate_uid
from reportlab.pdfgen.canvas import Canvas

from tests.browser import stage
from tests.browser.conftest import VALMONT
from tests.browser.contrast import faint_words
from tests.browser.stage import NEURORADIOLOGIST, Case, Server, Window
from tests.dicom_render import make, states
from tests.dicom_render.states import item

pytestmark = pytest.mark.browser

STUDY, SERIES = generate_uid(), generate_uid()
A4 = (595, 842)


def pdf() -> bytes:
    """Two pages in a font that is not in the file; on the first a red square in the lower left quarter."""
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=A4, invariant=True)
    canvas.drawString(72, 700, "Compte rendu du 23 novembre")
    canvas.setFillColorRGB(1, 0, 0)
    canvas.rect(100, 100, 150, 150, stroke=0, fill=1)
    canvas.showPage()
    canvas.drawString(72, 700, "Seconde page")
    canvas.save()
    return made.getvalue()


def image(number: int) -> FileDataset:
    made = make.dataset(np.full((64, 64), 100 * number, np.int16), WindowCenter=200, WindowWidth=400)
    made.StudyDescription, made.PatientBirthDate, made.PatientSex = "Documents", "19700101", "F"
    made.StudyInstanceUID, made.SeriesInstanceUID, made.SOPInstanceUID = STUDY, SERIES, generate_uid()
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    made.FrameOfReferenceUID, made.InstanceNumber = SERIES, number
    made.ImagePositionPatient, made.PixelSpacing = [0, 0, 2 * number], [1, 1]
    return made


def no_image(of: FileDataset, sop_class: UID, modality: str, **attributes: Any) -> FileDataset:
    made = states.state(of, ReferencedSeriesSequence=None, DisplayedAreaSelectionSequence=None)
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = sop_class
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    made.Modality, made.SeriesInstanceUID = modality, generate_uid()
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def code(meaning: str) -> list[Any]:
    return [item(CodeValue="1", CodingSchemeDesignator="99TEST", CodeMeaning=meaning)]


def report(images: list[FileDataset]) -> FileDataset:
    """A finding that names the third image."""
    seen = item(
        RelationshipType="CONTAINS",
        ValueType="IMAGE",
        ReferencedSOPSequence=[
            item(ReferencedSOPClassUID=images[2].SOPClassUID, ReferencedSOPInstanceUID=images[2].SOPInstanceUID)
        ],
    )
    finding = item(
        RelationshipType="CONTAINS",
        ValueType="TEXT",
        ConceptNameCodeSequence=code("Constat"),
        TextValue="Petite lésion.",
    )
    return no_image(
        images[0],
        BasicTextSRStorage,
        "SR",
        ValueType="CONTAINER",
        ContinuityOfContent="SEPARATE",
        ConceptNameCodeSequence=code("Compte rendu"),
        ContentSequence=[finding, seen],
        CompletionFlag="COMPLETE",
        VerificationFlag="UNVERIFIED",
    )


@pytest.fixture(scope="module")
def case(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("papers")
    images = [image(number) for number in range(1, 6)]
    for number, each in enumerate(images):
        (folder / f"{number}.dcm").write_bytes(make.file_of(each))
    (folder / "report.dcm").write_bytes(states.file_of(report(images)))
    paper = {"MIMETypeOfEncapsulatedDocument": "application/pdf", "EncapsulatedDocument": pdf()}
    (folder / "pdf.dcm").write_bytes(states.file_of(no_image(images[0], EncapsulatedPDFStorage, "DOC", **paper)))
    done = server.command("import", "--finess", VALMONT, str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    stage.wait_until_prepared(server)
    return stage.open_case(server, words="Documents")


def read(window: Window, kind: str) -> None:
    card = window.page.locator(".object-card", has_text=kind)
    card.get_by_role("button", name="Lire").click()


def drawn(canvas: Locator, *, x: float, y: float) -> list[int]:
    """The colour at a place of the page, in points from its lower left corner."""
    pixel = """(canvas, [x, y]) =>
        [...canvas.getContext('2d').getImageData(x * canvas.width, y * canvas.height, 1, 1).data].slice(0, 3)"""
    return canvas.evaluate(pixel, [x / A4[0], 1 - y / A4[1]])


@pytest.mark.parametrize("size", [(1280, 800), (412, 915)])
def test_a_pdf_is_read_page_by_page(case: Case, server: Server, open_as: Any, size: tuple[int, int]) -> None:
    window: Window = open_as(NEURORADIOLOGIST, size=size)
    stage.enter(window, server, case.room_id)
    if size[0] < 600:
        window.page.get_by_role("navigation").get_by_role("button", name="Séries").click()
    read(window, "Document PDF")
    pages = window.page.locator("dialog.paper canvas")
    words = window.page.locator("dialog.paper figcaption")
    assert stage.eventually(window, lambda: "Compte rendu du 23 novembre" in (words.first.text_content() or ""))
    assert pages.count() == 2
    assert drawn(pages.first, x=175, y=175) == [255, 0, 0]
    # The words are drawn as well, in a font that the file leaves out.
    assert any(sum(drawn(pages.first, x=x / 2, y=704)) < 300 for x in range(144, 300))
    width = pages.first.evaluate("canvas => canvas.clientWidth")
    window.page.get_by_role("button", name="Agrandir").click()
    assert stage.eventually(window, lambda: pages.first.evaluate("canvas => canvas.clientWidth") > 1.4 * width)
    assert stage.eventually(window, lambda: "Compte rendu du 23 novembre" in (words.first.text_content() or ""))
    pages.last.scroll_into_view_if_needed()
    assert stage.eventually(window, lambda: "Seconde page" in (words.last.text_content() or ""))
    assert not faint_words(window)
    window.page.keyboard.press("Escape")
    assert not window.page.locator("dialog.paper").is_visible()
    assert window.errors == []


def test_the_image_that_a_report_names_is_opened_by_its_button(case: Case, server: Server, open_as: Any) -> None:
    window: Window = open_as(NEURORADIOLOGIST, size=(1280, 800))
    stage.enter(window, server, case.room_id)
    read(window, "Compte rendu")
    dialog = window.page.locator("dialog.report")
    assert stage.eventually(window, lambda: "Petite lésion." in (dialog.text_content() or ""))
    assert not faint_words(window)
    dialog.locator(".report-items button").click()
    assert stage.eventually(window, lambda: not dialog.is_visible())
    # The third of five.
    assert stage.eventually(window, lambda: "3/5" in (window.page.locator(".in-slice").first.text_content() or ""))
