"""Projections hang as on a viewing box, by what their files say of side and view; letters stand at their edges."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.browser import stage
from tests.browser.conftest import VALMONT
from tests.browser.stage import NEURORADIOLOGIST, RADIOLOGIST, Case, Server, Window
from tests.dicom_render import make

pytestmark = pytest.mark.browser

# As they were sent: the right oblique view looks to the right of the screen, as the left one does.
SENT = (("L", "MLO", ["A", "F"]), ("R", "MLO", ["A", "FL"]), ("L", "CC", ["A", "R"]), ("R", "CC", ["P", "L"]))


@pytest.fixture(scope="module")
def mammograms(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("mammograms")
    for number, (side, view, orientation) in enumerate(SENT):
        made = make.dataset(
            np.full((96, 64), 1000 + number, np.uint16), Modality="MG", SOPInstanceUID=f"1.2.3.91.{number}",
            ImagePositionPatient=None, ImageOrientationPatient=None,
        )  # fmt: skip
        made.StudyInstanceUID, made.SeriesInstanceUID = "1.2.3.91.10", "1.2.3.91.11"
        made.StudyDescription, made.InstanceNumber = "Mammographie", number + 1
        made.PatientBirthDate, made.PatientSex = "19600102", "F"
        made.ImageLaterality, made.ViewPosition, made.PatientOrientation = side, view, orientation
        (folder / f"{number}.dcm").write_bytes(make.file_of(made))
    done = server.command("import", "--finess", VALMONT, str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    stage.wait_until_prepared(server)
    return stage.open_case(server, words="Mammographie")


def test_mammograms_hang_back_to_back_on_all_screens(
    mammograms: Case, server: Server, open_as: Callable[..., Window]
) -> None:
    expert = open_as(NEURORADIOLOGIST, size=(1280, 800))
    stage.enter(expert, server, mammograms.room_id)
    requester = open_as(RADIOLOGIST, size=(1000, 800))
    stage.enter(requester, server, mammograms.room_id)
    for window in (expert, requester):
        assert stage.eventually(window, lambda window=window: len(stage.views(window)) == 4)
        titles = window.page.locator(".pane:not([hidden]) .pane-title").all_text_contents()
        assert [title.split(" · ")[-1] for title in titles] == [
            "côté droit CC", "côté gauche CC", "côté droit MLO", "côté gauche MLO"
        ]  # fmt: skip
        right = window.page.locator(".pane:not([hidden]) [data-viewport=stack] .at-right")
        assert right.all_text_contents() == ["P", "A", "P", "A"]
        top = window.page.locator(".pane:not([hidden]) [data-viewport=stack] .at-top").all_text_contents()
        assert [letters[0] for letters in top] == ["R", "L", "H", "H"]
    assert stage.views(expert)["3:stack"]["mirrored"]
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)
