"""OHIF, as its makers publish it, reads studies from our DICOMweb and shows them."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Playwright, Response

from tests.browser import stage
from tests.browser.conftest import VALMONT
from tests.browser.ohif import Pacs, fetch_ohif, find_ohif, serving
from tests.browser.stage import RADIOLOGIST, Server, Window
from tests.conftest import IS_CI, missing

pytestmark = pytest.mark.browser

CT = "01_head_ct/philips_ingenuity_phantom_5mm"
COLOUR_US = "05_us/pydicom_data/US1_J2KR.dcm"
PATIENCE_S = 90
_CANVAS = "() => document.querySelector('canvas.cornerstone-canvas')?.toDataURL() ?? null"
# OHIF shows newcomers around, which lies over the picture.
_NO_TOUR = "localStorage.setItem('shownTours', JSON.stringify(['basicViewerTour']))"


@dataclass(kw_only=True)
class Viewer:
    """A window with OHIF in it, and what it was answered under `/dicomweb`."""

    window: Window
    origin: str
    answers: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])

    def open(self, study_uid: str) -> None:
        self.window.page.add_init_script(_NO_TOUR)
        self.window.page.on("response", self._note)
        self.window.page.goto(f"{self.origin}/viewer?StudyInstanceUIDs={study_uid}")

    def frames(self) -> set[str]:
        """Addresses of the frames that came."""
        return {url for status, url in self.answers if status == 200 and "/frames/" in url}

    def refused(self) -> list[tuple[int, str]]:
        return [(status, url) for status, url in self.answers if status >= 400]

    def picture(self) -> NDArray[np.uint8]:
        """What OHIF drew in its first viewport, without what lies over it, (height, width, 3); black before that."""
        address: str | None = self.window.page.evaluate(_CANVAS)
        if address is None:
            return np.zeros((1, 1, 3), np.uint8)
        drawn = Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))
        return np.asarray(drawn.convert("RGB"))  # pyright: ignore[reportArgumentType]

    def shows(self, check: Callable[[NDArray[np.uint8]], bool]) -> bool:
        return stage.eventually(self.window, lambda: check(self.picture()), timeout_s=PATIENCE_S)

    def _note(self, answer: Response) -> None:
        if "/dicomweb/" in answer.url:
            self.answers.append((answer.status, answer.url))


@pytest.fixture(scope="module")
def pacs(server: Server, test_data: Path) -> Pacs:
    """Our server with both studies, and a token of one of its doctors."""
    done = server.command("import", "--finess", VALMONT, str(test_data / CT), str(test_data / COLOUR_US))
    assert done.returncode == 0, done.stdout + done.stderr
    made = server.command("token", "create", RADIOLOGIST)
    assert made.returncode == 0, made.stdout + made.stderr
    token = made.stdout.split()[-1]
    return Pacs(origin=server.origin, root="/dicomweb", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def viewer(pacs: Pacs, playwright: Playwright, tmp_path: Path) -> Iterator[Viewer]:
    dist = find_ohif() or (fetch_ohif() if IS_CI else None)
    if dist is None:
        missing("OHIF (its built pages' folder in CONSILIUM_OHIF)")
    assert dist is not None
    with serving(dist, pacs) as port:
        at = Server(data=tmp_path, port=port)
        window = stage.open_window(playwright, at, tmp_path, size=(1280, 800))
        yield Viewer(window=window, origin=at.origin)
        window.close()


def test_a_real_ct_opens_and_every_slice_comes(viewer: Viewer, test_data: Path, tmp_path: Path) -> None:
    slices = sorted((test_data / CT).glob("*.dcm"))
    viewer.open(pydicom.dcmread(slices[0], stop_before_pixels=True).StudyInstanceUID)
    assert viewer.shows(lambda picture: picture.std() > 20), viewer.answers
    assert stage.eventually(viewer.window, lambda: len(viewer.frames()) == len(slices), timeout_s=PATIENCE_S)
    viewer.window.page.screenshot(path=str(tmp_path / "ohif-ct.png"))
    assert np.ptp(viewer.picture(), axis=2).max() == 0
    assert viewer.refused() == []


def test_a_colour_ultrasound_has_its_colours(viewer: Viewer, test_data: Path, tmp_path: Path) -> None:
    """The balance of red, green and blue on the canvas, whose margins are black, is that which pydicom decodes."""
    study = pydicom.dcmread(test_data / COLOUR_US)
    expected = study.pixel_array.mean(axis=(0, 1))
    viewer.open(study.StudyInstanceUID)
    assert viewer.shows(lambda picture: picture.std() > 20), viewer.answers
    viewer.window.page.screenshot(path=str(tmp_path / "ohif-us.png"))
    found = viewer.picture().mean(axis=(0, 1))
    assert found / found[1] == pytest.approx(expected / expected[1], rel=0.03)
    assert viewer.refused() == []
