"""Planes through tilted, uneven and gapped stacks, with expected values from the true place of every pixel."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from dicom_render.geometry import arrange
from dicom_render.headers import Window
from dicom_render.prepare import prepare_series
from dicom_render.prepared_stack import PreparedStack
from dicom_render.refusal import NotAVolume
from dicom_render.volume import PlaneView, render_view
from tests.dicom_render import make

PIXEL_MM, ROWS, COLUMNS = 2.0, 40, 32
SAGITTAL: dict[str, Any] = {"normal": (1.0, 0.0, 0.0), "up": (0.0, 0.0, 1.0)}
AXIAL: dict[str, Any] = {"normal": (0.0, 0.0, -1.0), "up": (0.0, -1.0, 0.0)}
# One level a unit, over the values of `field`.
WINDOW = Window(127.5, 255, "LINEAR_EXACT")


def field(points: np.ndarray) -> np.ndarray:
    """A value that rises evenly in the patient: any linear interpolation at true places gives it back exactly."""
    return 100 + points @ np.array([0.3, 0.7, 0.9])


def series(folder: Path, places: Sequence[tuple[float, float, float]], tilt_degrees: float, **more: Any) -> list[Path]:
    """Slices of the field; rows lie across the patient, columns lean by the tilt (PS3.3 C.7.6.2.1.1)."""
    lean = np.radians(tilt_degrees)
    row, column = np.array([1.0, 0.0, 0.0]), np.array([0.0, np.cos(lean), -np.sin(lean)])
    paths: list[Path] = []
    for number, place in enumerate(places, start=1):
        grid = np.array(place) + PIXEL_MM * (
            np.arange(COLUMNS)[None, :, None] * row + np.arange(ROWS)[:, None, None] * column
        )
        pixels = np.rint(field(grid)).astype(np.int16)
        attributes = {key: value[number - 1] if isinstance(value, list) else value for key, value in more.items()}
        data = make.image(
            pixels,
            SOPInstanceUID=f"1.2.3.4.{number}",
            InstanceNumber=number,
            ImagePositionPatient=list(place),
            ImageOrientationPatient=[*row, *column],
            PixelSpacing=[PIXEL_MM, PIXEL_MM],
            **attributes,
        )
        paths.append(folder / f"{number}.dcm")
        paths[-1].write_bytes(data)
    return paths


def prepared(folder: Path, paths: list[Path]) -> PreparedStack:
    prepare_series(paths, folder / "out")
    return PreparedStack(folder / "out", 0)


def cut(stack: PreparedStack, centre: tuple[float, float, float], **plane: Any) -> np.ndarray:
    """40 x 40 mm at half a millimetre."""
    return render_view(stack, PlaneView(centre, fov_mm=(40.0, 40.0), window=WINDOW, **plane), 80, 80).astype(int)


def points_of(centre: tuple[float, float, float], *, normal: Any, up: Any) -> np.ndarray:
    """Where the pixels of a cut lie in the patient."""
    right = np.cross(up, normal)
    along = (np.arange(80) + 0.5) / 2 - 20
    return np.array(centre) + along[None, :, None] * right - along[:, None, None] * np.array(up)


def expected(centre: tuple[float, float, float], **plane: Any) -> np.ndarray:
    return np.clip(field(points_of(centre, **plane)), 0, 255)


def agree(shown: np.ndarray, wanted: np.ndarray) -> float:
    """Share of the picture that shows something; that something is right within rounding of the pixels."""
    seen = shown > 0
    assert np.abs(shown - wanted)[seen].max() <= 1.6
    return float(seen.mean())


TILTED = [(-30.0, -30.0, 4.0 * n) for n in range(20)]


@pytest.mark.parametrize("plane", [SAGITTAL, AXIAL], ids=["sagittal", "axial"])
def test_a_tilted_stack_is_cut_at_true_places(tmp_path: Path, plane: dict[str, Any]) -> None:
    stack = prepared(tmp_path, series(tmp_path, TILTED, 18.5))
    assert (stack.header.kind, stack.header.reason) == ("stack", "gantry_tilt")
    centre = (0.0, 0.0, 30.0)
    assert agree(cut(stack, centre, **plane), expected(centre, **plane)) > 0.95


def test_taken_for_a_box_the_same_stack_would_be_far_off(tmp_path: Path) -> None:
    """The positive control: without the shifts the comparison fails by more than it allows."""
    stack = prepared(tmp_path, series(tmp_path, TILTED, 18.5))
    grid = stack.header.resampling
    assert grid is not None
    sheared_mm = PIXEL_MM * (max(row for row, _ in grid.shifts) - min(row for row, _ in grid.shifts))
    # 76 mm of table under 18.5 degrees: 76 sin(18.5).
    assert sheared_mm == pytest.approx(76 * np.sin(np.radians(18.5)), abs=0.01)


def test_two_distances_between_slices_are_one_grid(tmp_path: Path) -> None:
    places = [(-30.0, -30.0, z) for z in (*range(0, 40, 4), *range(40, 90, 7))]
    thick = [4.0] * 10 + [7.0] * 8
    stack = prepared(tmp_path, series(tmp_path, places, 0, SliceThickness=thick))
    assert (stack.header.kind, stack.header.reason) == ("stack", "uneven_spacing")
    for centre in ((0.0, 0.0, 21.0), (0.0, 0.0, 55.0)):
        for plane in (SAGITTAL, AXIAL):
            assert agree(cut(stack, centre, **plane), expected(centre, **plane)) > 0.95


@pytest.mark.parametrize("tilt", [0.0, 15.0])
def test_a_gap_stays_a_gap(tmp_path: Path, tilt: float) -> None:
    """Two slices between the fifth and the eighth did not come: there is nothing to show from one to the other."""
    places = [(-30.0, -30.0, 4.0 * n) for n in range(16) if n not in {5, 6}]
    stack = prepared(tmp_path, series(tmp_path, places, tilt, SliceThickness=4.0))
    centre = (0.0, -8.0, 24.0)
    # The corners of the picture lie beside leaning slices.
    shown, points = (each[:, 20:60] for each in (cut(stack, centre, **SAGITTAL), points_of(centre, **SAGITTAL)))
    lean = np.radians(tilt)
    steps = (points - places[0]) @ [0, np.sin(lean), np.cos(lean)] / (4 * np.cos(lean))
    assert shown[(steps > 4.1) & (steps < 6.9)].max() == 0
    assert shown[(steps > 1) & (steps < 3.9)].min() > 0
    assert shown[(steps > 8.1) & (steps < 10)].min() > 0


def test_a_stack_that_no_grid_helps_says_why(tmp_path: Path) -> None:
    twice = [(-30.0, -30.0, z) for z in (0.0, 4.0, 4.0, 8.0, 12.0)]
    stack = prepared(tmp_path, series(tmp_path, twice, 0))
    assert stack.header.resampling is None
    with pytest.raises(NotAVolume) as refused:
        cut(stack, (0.0, 0.0, 6.0), **SAGITTAL)
    assert refused.value.code == "duplicate_positions"


def test_slices_beside_each_other_are_no_tilt() -> None:
    places = [(300.0 * n, 0.0, 1.0 * n) for n in range(5)]
    headers = [make.instance(make.frame_header(image_position_mm=place), number=n) for n, place in enumerate(places)]
    (stack,) = arrange(headers)
    assert (stack.reason, stack.resampling) == ("gantry_tilt", None)


def test_the_real_tilted_head_is_cut_where_its_pixels_were(test_data: Path, tmp_path: Path) -> None:
    """From the files alone: the two slices around a point along the normal, bilinear in each."""
    folder = test_data / "01_head_ct" / "ge_hispeed_tilt18_varspacing"
    paths = sorted(folder.glob("*.dcm"))
    stack = prepared(tmp_path, paths)
    grid = stack.header.resampling
    assert grid is not None
    reads = sorted(map(pydicom.dcmread, paths), key=lambda read: float(read.ImagePositionPatient[2]))
    orientation = np.array(reads[0].ImageOrientationPatient, float)
    row, column = orientation[:3] / np.linalg.norm(orientation[:3]), orientation[3:] / np.linalg.norm(orientation[3:])
    normal = np.cross(row, column)
    origins = np.array([read.ImagePositionPatient for read in reads], float)
    pixels = [read.pixel_array.astype(float) for read in reads]
    heights = origins @ normal
    random = np.random.default_rng(8)
    volume = stack.voxels().values
    for layer in random.integers(2, len(grid.layers) - 2, 12):
        # A voxel of the grid, its place in the patient, and what the files say of that place.
        at = (random.integers(200, 360), random.integers(150, 360))
        point = (
            np.array(grid.origin_mm)
            + layer * grid.spacing_mm * normal
            + at[0] * 0.4882812 * column
            + at[1] * 0.4882812 * row
        )
        above = int(np.searchsorted(heights, point @ normal))
        share = (point @ normal - heights[above - 1]) / (heights[above] - heights[above - 1])
        sides = [
            bilinear(picture, (point - origin) @ column / 0.4882812, (point - origin) @ row / 0.4882812)
            for picture, origin in zip(pixels[above - 1 : above + 1], origins[above - 1 : above + 1], strict=True)
        ]
        found = float(volume[layer, at[0], at[1]])
        assert found == pytest.approx((1 - share) * sides[0] + share * sides[1], abs=0.6)


def bilinear(picture: np.ndarray, down: float, across: float) -> float:
    r, c = int(down), int(across)
    fr, fc = down - r, across - c
    return float(
        (1 - fr) * ((1 - fc) * picture[r, c] + fc * picture[r, c + 1])
        + fr * ((1 - fc) * picture[r + 1, c] + fc * picture[r + 1, c + 1])
    )
