"""Planes through a stack of a tilted gantry stand upright, show what was where, and say that they are resampled."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.browser import stage
from tests.browser.conftest import VALMONT
from tests.browser.stage import NEURORADIOLOGIST, Case, Server, Window
from tests.dicom_render import make

pytestmark = pytest.mark.browser

SIZE = (1500, 900)
TILT_DEGREES, SLICES, APART_MM, PIXEL_MM, SIDE = 18.5, 30, 4.0, 1.0, 128
# A wall across the patient, upright along z: a sheared picture of it would lean by the tilt.
WALL_Y_MM, WALL_HALF_MM = -10.0, 8.0


@pytest.fixture(scope="module")
def leaning(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Slices of a CT whose gantry leaned while its table moved along z, as GE writes them."""
    folder: Path = tmp_path_factory.mktemp("leaning")
    lean = np.radians(TILT_DEGREES)
    column = np.array([0.0, np.cos(lean), -np.sin(lean)])
    for number in range(SLICES):
        origin = np.array([-64.0, -64.0, APART_MM * number])
        y = origin[1] + PIXEL_MM * np.arange(SIDE) * column[1]
        wall = np.abs(y - WALL_Y_MM) <= WALL_HALF_MM
        pixels = np.where(wall[:, None], 220, 40) * np.ones((1, SIDE))
        made = make.dataset(
            pixels.astype(np.int16), SOPInstanceUID=f"1.2.3.92.{number}", WindowCenter=128, WindowWidth=256,
            StudyInstanceUID="1.2.3.92", SeriesInstanceUID="1.2.3.92.0", StudyDescription="Statif penché",
            PatientBirthDate="19700101", PatientSex="F", PixelSpacing=[PIXEL_MM, PIXEL_MM], InstanceNumber=number + 1,
            ImageOrientationPatient=[1, 0, 0, *column], ImagePositionPatient=list(origin), SliceThickness=APART_MM,
        )  # fmt: skip
        (folder / f"{number}.dcm").write_bytes(make.file_of(made))
    done = server.command("import", "--finess", VALMONT, str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    stage.wait_until_prepared(server)
    return stage.open_case(server, words="Statif penché")


def shot(window: Window, viewport: str) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(stage.viewport(window, viewport).screenshot())).convert("L"))


def wall_mm(window: Window) -> list[float] | None:
    """Where the middle of the wall stands across the sagittal picture, beside the letters in its middle."""
    picture, view = shot(window, "sagittal"), stage.views(window)["sagittal"]
    height, width = picture.shape
    mm_per_px = view["fov_mm"][1] / height
    found: list[float] = []
    for up_mm in (-30.0, -15.0, 15.0, 30.0):
        bright = np.flatnonzero(picture[round(height / 2 - up_mm / mm_per_px)] > 150)
        if not bright.size:
            return None
        # Seen from the left of the patient, the front is at the left: y grows to the right.
        found.append(view["point_world_mm"][1] + (bright.mean() + 0.5 - width / 2) * mm_per_px)
    return found


@pytest.mark.parametrize("backend", ["cpu", "gpu"])
def test_an_upright_wall_stays_upright_behind_a_tilted_gantry(
    leaning: Case, server: Server, open_as: Callable[..., Window], backend: str
) -> None:
    window = open_as(NEURORADIOLOGIST, size=SIZE)
    stage.enter(window, server, f"{leaning.room_id}?backend={backend}")
    if "stack" in stage.views(window):
        assert "Rééchantillonné" not in words(window, "stack")
        window.page.keyboard.press("l")
    assert stage.eventually(window, lambda: "sagittal" in stage.views(window))
    assert stage.eventually(window, lambda: wall_mm(window) is not None)
    assert stage.eventually(window, lambda: is_upright(wall_mm(window))), wall_mm(window)
    assert "Rééchantillonné" in words(window, "sagittal")


def is_upright(places: list[float] | None) -> bool:
    return places is not None and max(abs(place - WALL_Y_MM) for place in places) < 1.5


def words(window: Window, viewport: str) -> str:
    return window.page.locator(f"[data-viewport={viewport}] .in-layers").text_content() or ""
