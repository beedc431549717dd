"""Pictures of instances: in the size, window and format asked for, and only where there is something to draw."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from collab.dicomweb.refusals import BadRequest
from collab.dicomweb.rendering import JPEG, drawing_of
from dicom_render.headers import Window
from dicom_render.rendering import Viewport
from tests.collab.dicomweb.conftest import Pacs
from tests.collab.dicomweb.test_retrieving import parts, path_of
from tests.collab.studies import make as make_studies


@pytest.fixture
def path(pacs: Pacs, tmp_path: Path) -> str:
    files = make_studies.series(3)
    pacs.bring(tmp_path, files)
    return path_of(files["0002.dcm"])


def test_an_instance_and_a_frame_are_drawn_as_asked(pacs: Pacs, path: str) -> None:
    asked = "?window=129,256,linear&viewport=8,8"
    for place in (f"{path}/rendered", f"{path}/frames/1/rendered"):
        answer = pacs.get(place + asked, accept="image/png")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
        shown = np.asarray(Image.open(io.BytesIO(answer.content)))
        assert shown.shape == (8, 8)
        assert shown[0, 0] < 30 < 225 < shown[-1, -1]
    plain = pacs.get(f"{path}/rendered")
    assert plain.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(plain.content)).size == (16, 16)


def test_the_library_reads_what_is_drawn(pacs: Pacs, path: str) -> None:
    drawn = pacs.library().retrieve_instance_rendered(*path.split("/")[2::2], media_types=("image/png",))
    assert Image.open(io.BytesIO(drawn)).size == (16, 16)


def test_thumbnails_are_small_at_every_level(pacs: Pacs, path: str) -> None:
    study, series = path.split("/series")[0], path.split("/instances")[0]
    for place in (study, series, path, f"{path}/frames/1"):
        answer = pacs.get(f"{place}/thumbnail")
        assert answer.status_code == 200, place
        assert Image.open(io.BytesIO(answer.content)).size == (128, 128)


def test_a_study_and_a_series_are_drawn_as_parts(pacs: Pacs, path: str) -> None:
    for place in (path.split("/series")[0], path.split("/instances")[0]):
        answer = pacs.get(f"{place}/rendered?viewport=8,8", accept='multipart/related; type="image/png"')
        assert answer.status_code == 200
        shown = [Image.open(io.BytesIO(body)).size for kind, body in parts(answer) if kind == "image/png"]
        assert shown == [(8, 8)] * 3
    # The library takes one picture for all: it gets that in the middle.
    drawn = pacs.library().retrieve_series_rendered(*path.split("/")[2:5:2], media_types=("image/png",))
    assert Image.open(io.BytesIO(drawn)).size == (16, 16)


def test_documents_have_no_pictures(pacs: Pacs, tmp_path: Path) -> None:
    study_uid = str(make_studies.uid())
    pacs.bring(tmp_path, {"a.dcm": make_studies.document(study_uid=study_uid)})
    answer = pacs.get(f"/studies/{study_uid}/rendered")
    assert (answer.status_code, answer.json()["facts"]) == (406, {"reason": "missing_pixels"})


def test_what_cannot_be_drawn_is_refused(pacs: Pacs, path: str) -> None:
    assert pacs.get(f"{path}/rendered", accept="image/gif").status_code == 406
    assert pacs.get(f"{path}/frames/2/rendered").status_code == 404
    assert pacs.get(f"{path}/frames/1,1/rendered").status_code == 400
    assert pacs.get(f"{path}/rendered?viewport=8,8,10,10,10,10").status_code == 406


@pytest.mark.parametrize(
    "asked",
    [
        "window=1",
        "window=1,0,linear",
        "window=a,b",
        "window=nan,1",
        "window=1,2,log",
        "window=1,2,linear,4",
        "viewport=0,1",
        "viewport=1",
        "viewport=99999,1",
        "viewport=1,1,1",
        "quality=0",
        "quality=101",
        "quality=x",
    ],
)
def test_parameters_without_their_form_are_refused(asked: str) -> None:
    name, _, value = asked.partition("=")
    with pytest.raises(BadRequest, match=name):
        drawing_of({name: value}, JPEG)


def test_parameters_are_read_as_the_standard_writes_them() -> None:
    drawing = drawing_of({"window": "40,80,sigmoid", "viewport": "8,9,1,2,3,4", "quality": "50"}, JPEG)
    assert drawing.window == Window(center=40, width=80, function="SIGMOID")
    assert (drawing.viewport, drawing.quality) == (Viewport(8, 9, (1, 2, 3, 4)), 50)
