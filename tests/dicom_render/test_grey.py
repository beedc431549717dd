"""Grey levels against DCMTK where it is right, and against the formulas of PS3.3 where it is not."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.sequence import Sequence

from dicom_render.decoding import decode_frame
from dicom_render.grey import (
    Rescale,
    grey_steps_of,
    robust_window,
    through_window,
    to_8_bits,
    to_grey,
    to_modality,
)
from dicom_render.headers import Window
from tests.dicom_render import make
from tests.dicom_render.reference import Tool, picture_by_dcmtk


def ours(file: Path, window: Window) -> NDArray[np.int32]:
    data = file.read_bytes()
    steps = grey_steps_of(pydicom.dcmread(file))
    modality = to_modality(decode_frame(data, 1), steps.modality)
    return to_8_bits(through_window(modality, window), invert=steps.invert).astype(np.int32)


@pytest.mark.parametrize(
    ("name", "center", "width"),
    [
        ("01_head_ct/ge_hispeed_tilt18_varspacing/0014.dcm", 40, 80),
        ("01_head_ct/ge_hispeed_tilt18_varspacing/0014.dcm", 500, 2000),
        ("01_head_ct/ge_hispeed_tilt18_varspacing/0014.dcm", 40.5, 79.5),
        ("01_head_ct/ge_hispeed_tilt18_varspacing/0014.dcm", 40, 1),
        ("01_head_ct/ge_hispeed_tilt18_varspacing/0014.dcm", 40, 2),
        ("02_body_ct/philips_brilliance_chest_abdomen_1mm/0006.dcm", 40, 400),
        ("03_mr_brain/siemens_trio_T2_FSE/0004.dcm", 636, 1358),
        ("04_pet/qin_headneck_pet/0050.dcm", 2500, 5000),
        ("06_xray/dx_small/dx_image.dcm", 128, 256),
    ],
)
def test_linear_windows_are_within_one_level_of_dcmtk(
    test_data: Path, tool: Tool, tmp_path: Path, name: str, center: float, width: float
) -> None:
    theirs = picture_by_dcmtk(tool, test_data / name, tmp_path, "+Ww", str(center), str(width))
    assert np.abs(ours(test_data / name, Window(center, width)) - theirs).max() <= 1


def test_sigmoid_is_within_one_level_of_dcmtk(tool: Tool, tmp_path: Path) -> None:
    file = tmp_path / "sigmoid.dcm"
    attributes: dict[str, Any] = {"WindowCenter": 100, "WindowWidth": 80, "VOILUTFunction": "SIGMOID"}
    file.write_bytes(make.image(make.noise(), **attributes))
    theirs = picture_by_dcmtk(tool, file, tmp_path, "+Wi", "1")
    assert np.abs(ours(file, Window(100, 80, "SIGMOID")) - theirs).max() <= 1


@pytest.mark.parametrize("name", ["vlut_04.dcm", "mlut_18.dcm"])
def test_look_up_tables_are_within_one_level_of_dcmtk(test_data: Path, tool: Tool, tmp_path: Path, name: str) -> None:
    file = test_data / "11_malformed" / "pydicom_data_odd" / name
    read = pydicom.dcmread(file)
    options = ["+Wl", "1"] if "VOILUTSequence" in read else []
    theirs = picture_by_dcmtk(tool, file, tmp_path, *options)
    shown = to_grey(decode_frame(file.read_bytes(), 1), grey_steps_of(read)).astype(int)
    assert np.abs(shown - theirs).max() <= 1


def test_linear_exact_is_the_formula_of_the_standard() -> None:
    """PS3.3 C.11.2.1.3.2 with c 40, w 80, y 0..255; DCMTK 3.6.7 draws LINEAR instead."""
    values = np.array([-1, 0, 20, 40, 60, 80, 81], np.float32)
    expected = [0, 0, 63.75, 127.5, 191.25, 255, 255]
    np.testing.assert_allclose(through_window(values, Window(40, 80, "LINEAR_EXACT")), expected, atol=1e-4)


def test_linear_is_the_formula_of_the_standard() -> None:
    """PS3.3 C.11.2.1.2.1: ((x - (c - 0.5)) / (w - 1) + 0.5) * 255 with c 2048, w 4096: its own example."""
    values = np.array([0, 1, 2047, 2048, 4095], np.float32)
    expected = [((x - 2047.5) / 4095 + 0.5) * 255 for x in (0, 1, 2047, 2048, 4095)]
    np.testing.assert_allclose(through_window(values, Window(2048, 4096)), expected, atol=1e-3)
    assert [expected[0], expected[-1]] == [0, 255]


def test_width_one_is_a_threshold() -> None:
    """PS3.3 C.11.2.1.2.1: x <= c - 0.5 is black, x above is white."""
    shown = through_window(np.array([39, 39.5, 39.6, 40], np.float32), Window(40, 1))
    assert shown.tolist() == [0, 0, 255, 255]


def test_sigmoid_far_below_its_window_is_black_without_a_warning() -> None:
    assert through_window(np.array([-1e6], np.float32), Window(0, 1, "SIGMOID")).tolist() == [0]


def test_monochrome1_shows_low_values_white() -> None:
    assert to_8_bits(np.array([0, 255], np.float32), invert=True).tolist() == [255, 0]


def test_rescale_is_applied_before_the_window() -> None:
    """PS3.3 C.11.1.1.2: output = m * stored + b."""
    np.testing.assert_array_equal(to_modality(np.array([0, 10], np.uint16), Rescale(2.0, -1024.0)), [-1024, -1004])


def test_padding_does_not_rule_the_robust_window() -> None:
    values = np.concatenate([np.full(5000, -1500), np.linspace(0, 100, 1000)]).astype(np.float32)
    window = robust_window(values, padding=(-1500, -1500))
    assert window.center == pytest.approx(50, abs=1)
    assert window.width == pytest.approx(98, abs=2)


def test_a_flat_picture_has_a_window() -> None:
    assert robust_window(np.zeros((4, 4), np.float32)).width > 0
    assert robust_window(np.full((4, 4), -1500, np.float32), padding=(-1500, -1500)).width > 0


def test_a_modality_table_maps_signed_values() -> None:
    """PS3.3 C.11.1.1: the first value mapped has the sign of the pixels, whatever VR carried it."""
    made = make.dataset(np.array([[-2, -1], [0, 5]], np.int16), RescaleSlope=None, RescaleIntercept=None)
    item = pydicom.Dataset()
    item.add_new("LUTDescriptor", "US", [3, 65534, 16])
    item.ModalityLUTType = "HU"
    item.add_new("LUTData", "US", [100, 200, 300])
    made.ModalityLUTSequence = Sequence([item])
    read = pydicom.dcmread(BytesIO(make.file_of(made)))
    np.testing.assert_array_equal(
        to_modality(decode_frame(make.file_of(made), 1), grey_steps_of(read).modality), [[100, 200], [300, 300]]
    )
