"""Presentation states as DCMTK's `dcmp2pgm` applies them: it truncates where we round, so within one level."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from dicom_render.headers import Window
from dicom_render.opening import open_dataset
from dicom_render.presentation_state import presentation_state_of
from dicom_render.state_applying import grey_of_state, state_levels, turned
from tests.dicom_render import make, states
from tests.dicom_render.reference import Tool
from tests.dicom_render.states import item, table

# Stored values from -1000 to 1400 over 40 rows of 60 pixels; +1024 as CT scanners rescale.
STORED = np.linspace(-1000, 1400, 2400).round().astype(np.int16).reshape(40, 60)
ANY = Window(0.0, 1.0)


def image(**attributes: Any) -> Any:
    return make.dataset(STORED, RescaleSlope=1, RescaleIntercept=-24, **attributes)


def both(tool: Tool, scratch: Path, **changes: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    shown = image()
    state = states.state(shown, **changes)
    (scratch / "image.dcm").write_bytes(make.file_of(shown))
    (scratch / "state.dcm").write_bytes(states.file_of(state))
    command = [tool("dcmp2pgm"), "-p", scratch / "state.dcm", scratch / "image.dcm", scratch / "shown.pgm"]
    subprocess.run(command, check=True, capture_output=True)
    theirs = np.asarray(Image.open(scratch / "shown.pgm"), int)
    read = presentation_state_of(open_dataset(states.file_of(state)))
    grey = grey_of_state(read, shown.SOPInstanceUID, 1)
    assert grey is not None
    ours = turned(state_levels(STORED, grey, window=ANY), read)
    return np.asarray(ours, int), theirs


GAMMA = (np.linspace(0, 1, 256) ** 0.5 * 65535).round()
STEPS = np.repeat([0, 60, 200, 255], 200)
CASES: dict[str, dict[str, Any]] = {
    "a window of stored values, since it names no rescale": {},
    "a window of the values of its own rescale": {
        "RescaleSlope": "2", "RescaleIntercept": "100", "RescaleType": "US",
        "SoftcopyVOILUTSequence": [item(WindowCenter="300", WindowWidth="900")],
    },
    "an inverse shape": {"PresentationLUTShape": "INVERSE"},
    "a presentation table": {
        "PresentationLUTShape": None, "PresentationLUTSequence": [table(GAMMA, first=0, bits=16)],
    },
    "a VOI table over values with a sign": {
        "SoftcopyVOILUTSequence": [item(VOILUTSequence=[table(STEPS, first=-300, bits=8, vr="SS")])],
    },
    "a quarter to the right": {"ImageRotation": 90, "ImageHorizontalFlip": "N"},
    "half a turn, then flipped": {"ImageRotation": 180, "ImageHorizontalFlip": "Y"},
    "a quarter to the left, then flipped": {"ImageRotation": 270, "ImageHorizontalFlip": "Y"},
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_state_shows_what_dcmtk_shows(case: str, tool: Tool, tmp_path: Path) -> None:
    ours, theirs = both(tool, tmp_path, **CASES[case])
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() <= 1


def test_a_state_of_other_images_makes_nothing_of_this_one() -> None:
    shown = image()
    read = presentation_state_of(open_dataset(states.file_of(states.state(shown))))
    assert grey_of_state(read, "1.2.3.4.5", 1) is None
    assert grey_of_state(read, shown.SOPInstanceUID, 1) is not None


def test_an_item_that_names_images_is_for_these_only() -> None:
    shown = image()
    other = item(ReferencedSOPClassUID=shown.SOPClassUID, ReferencedSOPInstanceUID="1.2.3.4.5")
    windows = [
        item(WindowCenter="1", WindowWidth="2", ReferencedImageSequence=[other]),
        item(WindowCenter="3", WindowWidth="4"),
    ]
    read = presentation_state_of(open_dataset(states.file_of(states.state(shown, SoftcopyVOILUTSequence=windows))))
    grey = grey_of_state(read, shown.SOPInstanceUID, 1)
    assert grey is not None
    assert grey.voi == Window(3.0, 4.0, "LINEAR")


def test_overlays_are_shown_where_the_state_activates_them() -> None:
    state = states.state(image())
    state.add_new((0x6000, 0x1001), "CS", "LAYER1")
    state.add_new((0x6002, 0x1001), "CS", "")
    read = presentation_state_of(open_dataset(states.file_of(state)))
    assert [(each.group, each.layer, each.plane) for each in read.overlays] == [(0x6000, "LAYER1", None)]
