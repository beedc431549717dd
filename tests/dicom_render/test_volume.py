"""Planes of a prepared stack, against scipy."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from scipy.ndimage import map_coordinates

from dicom_render.headers import Window
from dicom_render.pack import NoSuchPack
from dicom_render.prepare import prepare_series
from dicom_render.prepared_stack import PreparedStack
from dicom_render.refusal import NotAVolume
from dicom_render.slab import Blend, Slab
from dicom_render.volume import PlaneView, render_view
from tests.dicom_render import make

ORIGIN, SPACING_MM, PIXEL_MM = np.array([-20.0, -30.0, 40.0]), 2.0, 0.5
WINDOW = Window(100, 120, "LINEAR_EXACT")
# Seen from the feet and from the front, as radiologists do (PS3.3 C.7.6.2.1.1: +x is left, +y is back, +z is head).
AXIAL: dict[str, Any] = {"normal": (0.0, 0.0, -1.0), "up": (0.0, -1.0, 0.0)}
CORONAL: dict[str, Any] = {"normal": (0.0, -1.0, 0.0), "up": (0.0, 0.0, 1.0)}


@pytest.fixture(scope="module")
def volume() -> np.ndarray:
    random = np.random.default_rng(3)
    return np.stack([make.noise(48, 64, seed=n) + n for n in range(20)]) + random.integers(0, 3, (20, 48, 64))


@pytest.fixture(scope="module")
def stack(volume: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> PreparedStack:
    folder = tmp_path_factory.mktemp("volume")
    paths = [folder / f"{n}.dcm" for n in range(len(volume))]
    for n, path in enumerate(paths):
        position = [float(ORIGIN[0]), float(ORIGIN[1]), float(ORIGIN[2]) + SPACING_MM * n]
        pixels = volume[n].astype(np.int16)
        path.write_bytes(make.image(pixels, SOPInstanceUID=f"1.2.3.4.{n}", ImagePositionPatient=position))
    prepare_series(paths, folder / "out")
    return PreparedStack(folder / "out", 0)


def by_scipy(volume: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Window levels at world points, trilinear."""
    index = (points - ORIGIN) / np.array([PIXEL_MM, PIXEL_MM, SPACING_MM])
    values = map_coordinates(volume.astype(float), [index[..., 2], index[..., 1], index[..., 0]], order=1)
    return np.clip((values - WINDOW.center) / WINDOW.width + 0.5, 0, 1) * 255


def test_an_oblique_cut_is_that_of_scipy(stack: PreparedStack, volume: np.ndarray) -> None:
    centre = ORIGIN + np.array([16.0, 12.0, 19.0])
    normal, up = np.array([1.0, 2.0, 0.5]), np.array([0.0, -0.25, 1.0])
    normal /= np.linalg.norm(normal)
    right = np.cross(up, normal) / np.linalg.norm(np.cross(up, normal))
    upright = np.cross(normal, right)
    view = PlaneView(tuple(centre), tuple(normal), tuple(up), (9.0, 6.0), WINDOW)
    shown = render_view(stack, view, 90, 60)
    across, down = (np.arange(90) + 0.5) / 10 - 4.5, 3.0 - (np.arange(60) + 0.5) / 10
    points = centre + across[None, :, None] * right + down[:, None, None] * upright
    assert np.abs(shown - by_scipy(volume, points)).max() <= 0.6


def test_a_coronal_cut_has_the_head_up_and_the_left_on_the_right(stack: PreparedStack, volume: np.ndarray) -> None:
    centre = ORIGIN + np.array([63 * PIXEL_MM / 2, 20 * PIXEL_MM, 19 * SPACING_MM / 2])
    fov = (64 * PIXEL_MM, 20 * SPACING_MM)
    shown = render_view(stack, PlaneView(tuple(centre), fov_mm=fov, window=WINDOW, **CORONAL), 64, 20)
    levels = np.clip((volume[::-1, 20, :] - WINDOW.center) / WINDOW.width + 0.5, 0, 1) * 255
    assert np.abs(shown - levels).max() <= 0.6


def test_the_exact_instance_is_drawn_as_it_is(stack: PreparedStack, volume: np.ndarray) -> None:
    centre = ORIGIN + np.array([63 * PIXEL_MM / 2, 47 * PIXEL_MM / 2, 7 * SPACING_MM + 0.4])
    fov = (64 * PIXEL_MM, 48 * PIXEL_MM)
    view = PlaneView(tuple(centre), fov_mm=fov, window=WINDOW, sop_instance_uid="1.2.3.4.7", **AXIAL)
    levels = np.clip((volume[7] - WINDOW.center) / WINDOW.width + 0.5, 0, 1) * 255
    # Pixel centres meet: no interpolation, and the 0.4 mm beside the slice do not count.
    assert np.abs(render_view(stack, view, 64, 48) - levels).max() <= 0.6


def turned_by(degrees: float) -> tuple[float, float, float]:
    """Up of an axial picture turned about its normal."""
    return (float(np.sin(np.radians(degrees))), -float(np.cos(np.radians(degrees))), 0.0)


@pytest.mark.parametrize("degrees", [0, 30, 90, 180, 270])
def test_a_turned_and_enlarged_slice_is_that_of_scipy(stack: PreparedStack, volume: np.ndarray, degrees: float) -> None:
    centre, up, normal = ORIGIN + np.array([15.3, 11.2, 14.0]), np.array(turned_by(degrees)), np.array([0.0, 0.0, -1.0])
    view = PlaneView(tuple(centre), (0.0, 0.0, -1.0), turned_by(degrees), (12.0, 8.0), WINDOW, False, "1.2.3.4.7")
    right = np.cross(up, normal)
    across, down = (np.arange(90) + 0.5) * 12 / 90 - 6, 4 - (np.arange(60) + 0.5) * 8 / 60
    points = centre + across[None, :, None] * right + down[:, None, None] * up
    assert np.abs(render_view(stack, view, 90, 60) - by_scipy(volume, points)).max() <= 0.6


def test_a_mirrored_picture_has_left_and_right_changed_over(stack: PreparedStack) -> None:
    centre = tuple(ORIGIN + np.array([3.0, 11.0, 14.0]))
    plain, mirrored = (
        render_view(stack, PlaneView(centre, fov_mm=(12.0, 8.0), window=WINDOW, mirrored=each, **AXIAL), 40, 30)
        for each in (False, True)
    )
    assert plain.any()
    np.testing.assert_array_equal(mirrored, plain[:, ::-1])


def lengthwise(planes: np.ndarray, axis: int) -> np.ndarray:
    """The mean along a line, of which the outer planes have half a part each."""
    return np.trapezoid(planes, axis=axis) / (len(planes) - 1)


@pytest.mark.parametrize(("blend", "reduced"), [("mip", np.max), ("minip", np.min), ("mean", lengthwise)])
def test_a_slab_is_the_blend_of_its_planes(
    stack: PreparedStack,
    volume: np.ndarray,
    blend: Blend,
    reduced: Callable[..., np.ndarray],
) -> None:
    centre = ORIGIN + np.array([63 * PIXEL_MM / 2, 47 * PIXEL_MM / 2, 7 * SPACING_MM])
    view = PlaneView(tuple(centre), fov_mm=(32.0, 24.0), window=WINDOW, slab=Slab(blend, 8.0), **AXIAL)
    # Slices 5 to 9 and the planes half-way between them.
    planes = np.stack([(volume[n // 2] + volume[(n + 1) // 2]) / 2 for n in range(10, 19)])
    levels = np.clip((reduced(planes, axis=0) - WINDOW.center) / WINDOW.width + 0.5, 0, 1) * 255
    assert np.abs(render_view(stack, view, 64, 48) - levels).max() <= 0.6


@pytest.mark.parametrize(("blend", "reduced"), [("mip", np.max), ("minip", np.min), ("mean", lengthwise)])
def test_the_highest_of_a_slab_is_that_of_the_modality_values(
    volume: np.ndarray, blend: Blend, reduced: Callable[..., np.ndarray], tmp_path: Path
) -> None:
    paths = [tmp_path / f"{n}.dcm" for n in range(8)]
    for n, path in enumerate(paths):
        position = [float(ORIGIN[0]), float(ORIGIN[1]), float(ORIGIN[2]) + SPACING_MM * n]
        path.write_bytes(
            make.image(
                volume[n].astype(np.int16),
                SOPInstanceUID=f"1.2.3.4.{n}",
                ImagePositionPatient=position,
                RescaleSlope=-1,
                RescaleIntercept=250,
            )
        )
    prepare_series(paths, tmp_path / "out")
    centre = ORIGIN + np.array([63 * PIXEL_MM / 2, 47 * PIXEL_MM / 2, 4 * SPACING_MM])
    view = PlaneView(tuple(centre), fov_mm=(32.0, 24.0), window=WINDOW, slab=Slab(blend, 4.0), **AXIAL)
    planes = 250 - np.stack([(volume[n // 2] + volume[(n + 1) // 2]) / 2 for n in range(6, 11)])
    levels = np.clip((reduced(planes, axis=0) - WINDOW.center) / WINDOW.width + 0.5, 0, 1) * 255
    assert np.abs(render_view(PreparedStack(tmp_path / "out", 0), view, 64, 48) - levels).max() <= 0.6


def test_what_a_slab_has_outside_of_the_volume_does_not_count(stack: PreparedStack, volume: np.ndarray) -> None:
    centre = ORIGIN + np.array([63 * PIXEL_MM / 2, 47 * PIXEL_MM / 2, -2 * SPACING_MM])
    view = PlaneView(tuple(centre), fov_mm=(32.0, 24.0), window=WINDOW, slab=Slab("mean", 8.0), **AXIAL)
    # Of slices -4 to 0 only the last, and the half voxel before it, are inside: both are the first slice.
    levels = np.clip((volume[0] - WINDOW.center) / WINDOW.width + 0.5, 0, 1) * 255
    assert np.abs(render_view(stack, view, 64, 48) - levels).max() <= 0.6


def test_outside_is_black_even_inverted(stack: PreparedStack) -> None:
    above_all, uid = Window(5000, 10), "1.2.3.4.0"
    view = PlaneView(tuple(ORIGIN), fov_mm=(40.0, 40.0), window=above_all, invert=True, sop_instance_uid=uid, **AXIAL)
    shown = render_view(stack, view, 40, 40)
    assert not shown[:19, :].any()
    assert not shown[:, :19].any()
    assert (shown[20:, 20:] == 255).all()


@pytest.mark.parametrize("invert", [False, True])
def test_padding_is_black_in_any_window_and_inverted(tmp_path: Path, *, invert: bool) -> None:
    # PS3.3 C.7.5.1.1.2: padding is no part of the image; here it lies in the middle of the window.
    pixels = make.noise(48, 64, seed=1).astype(np.int16)
    pixels[:, :20] = 100
    paths = [tmp_path / f"{n}.dcm" for n in range(3)]
    for n, path in enumerate(paths):
        position = [float(ORIGIN[0]), float(ORIGIN[1]), float(ORIGIN[2]) + SPACING_MM * n]
        uid = f"1.2.3.4.{n}"
        path.write_bytes(make.image(pixels, SOPInstanceUID=uid, ImagePositionPatient=position, PixelPaddingValue=100))
    prepare_series(paths, tmp_path / "out")
    centre = tuple(ORIGIN + np.array([63 * PIXEL_MM / 2, 47 * PIXEL_MM / 2, SPACING_MM]))
    for uid in ("1.2.3.4.1", None):
        view = PlaneView(centre, fov_mm=(32.0, 24.0), window=WINDOW, invert=invert, sop_instance_uid=uid, **AXIAL)
        shown = render_view(PreparedStack(tmp_path / "out", 0), view, 64, 48)
        assert not shown[:, :20].any()
        levels = np.clip((pixels[:, 20:] - WINDOW.center) / WINDOW.width + 0.5, 0, 1) * 255
        expected = 255 - levels if invert else levels
        is_image = pixels[:, 20:] != 100
        assert np.abs(shown[:, 20:] - expected)[is_image].max() <= 0.6


def test_invert_turns_the_grey_scale_round(stack: PreparedStack) -> None:
    centre = tuple(ORIGIN + np.array([10.0, 10.0, 10.0]))
    plain, turned = (
        render_view(stack, PlaneView(centre, fov_mm=(8.0, 8.0), window=WINDOW, invert=invert, **CORONAL), 32, 32)
        for invert in (False, True)
    )
    assert np.abs(plain.astype(int) + turned - 255).max() <= 1


def test_a_stack_without_a_grid_is_never_cut(tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.dcm" for n in range(2)]
    for n, path in enumerate(paths):
        position = [0.0, 0.0, 5.0 * n]
        path.write_bytes(make.image(make.noise(), SOPInstanceUID=f"1.2.3.4.{n}", ImagePositionPatient=position))
    prepare_series(paths, tmp_path / "out")
    view, stack = PlaneView((10.0, 10.0, 2.0), fov_mm=(20.0, 20.0), **CORONAL), PreparedStack(tmp_path / "out", 0)
    with pytest.raises(NotAVolume) as refused:
        render_view(stack, view, 64, 64)
    assert refused.value.code == "too_few"


def test_the_slices_of_a_tilted_stack_are_drawn_as_they_are(test_data: Path, tmp_path: Path) -> None:
    files = sorted((test_data / "01_head_ct" / "ge_hispeed_tilt18_varspacing").glob("*.dcm"))
    prepare_series(files, tmp_path)
    stack = PreparedStack(tmp_path, 0)
    frame = stack.header.frames[10]
    assert frame.position_mm is not None
    assert frame.orientation is not None
    row, column = np.array(frame.orientation[:3]), np.array(frame.orientation[3:])
    centre = np.array(frame.position_mm) + 125 * row + 125 * column
    view = PlaneView(
        tuple(centre),
        tuple(-np.cross(row, column)),
        tuple(-column),
        (250.0, 250.0),
        None,
        False,
        frame.sop_instance_uid,
    )
    assert render_view(stack, view, 128, 128)[40:90, 40:90].mean() > 60


def test_a_slice_of_a_tilted_stack_is_that_of_scipy(test_data: Path, tmp_path: Path) -> None:
    files = sorted((test_data / "01_head_ct" / "ge_hispeed_tilt18_varspacing").glob("*.dcm"))
    prepare_series(files, tmp_path)
    stack = PreparedStack(tmp_path, 0)
    uid = stack.header.frames[10].sop_instance_uid
    file = next(each for each in map(pydicom.dcmread, files) if each.SOPInstanceUID == uid)
    along, down = np.array(file.ImageOrientationPatient[:3]), np.array(file.ImageOrientationPatient[3:])
    row_mm, column_mm = map(float, file.PixelSpacing)
    centre = np.array(file.ImagePositionPatient) + 250.3 * column_mm * along + 260.7 * row_mm * down
    shown = render_view(
        stack,
        PlaneView(
            tuple(centre),
            tuple(-np.cross(along, down)),
            tuple(-down),
            (60.0, 60.0),
            Window(40, 400, "LINEAR_EXACT"),
            sop_instance_uid=uid,
        ),
        100,
        100,
    )
    steps = (np.arange(100) + 0.5) * 0.6 - 30
    places = np.meshgrid(260.7 + steps / row_mm, 250.3 + steps / column_mm, indexing="ij")
    pixels = file.pixel_array * float(file.RescaleSlope) + float(file.RescaleIntercept)
    levels = np.clip((map_coordinates(pixels, places, order=1) - 40) / 400 + 0.5, 0, 1) * 255
    assert np.abs(shown - levels).max() <= 0.6


def test_colour_is_drawn_in_colour(test_data: Path, tmp_path: Path) -> None:
    prepare_series([test_data / "05_us" / "pydicom_examples" / "examples_ybr_color.dcm"], tmp_path)
    stack = PreparedStack(tmp_path, 0)
    uid = stack.header.frames[4].sop_instance_uid
    # Without geometry a picture lies at the origin, one pixel a millimetre.
    view = PlaneView((159.5, 119.5, 0.0), fov_mm=(320.0, 240.0), sop_instance_uid=uid, frame=5, **AXIAL)
    np.testing.assert_array_equal(render_view(stack, view, 320, 240), stack.values(4))


def test_an_instance_of_another_stack_is_refused(stack: PreparedStack) -> None:
    with pytest.raises(NoSuchPack):
        render_view(stack, PlaneView((0.0, 0.0, 0.0), fov_mm=(1.0, 1.0), sop_instance_uid="9.9", **AXIAL), 8, 8)
