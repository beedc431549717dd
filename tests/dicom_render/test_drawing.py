"""Pictures as bytes, and what they say that they show."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dicom_render.drawing import NotThisPlane, OwnPlane, draw_picture
from dicom_render.headers import Window
from dicom_render.pack import NoSuchPack
from dicom_render.prepare import prepare_series
from dicom_render.prepared_stack import PreparedStack
from dicom_render.refusal import NotAVolume
from dicom_render.slab import Slab
from dicom_render.volume import PlaneView
from tests.dicom_render import make

WINDOW = Window(100, 120, "LINEAR_EXACT")
CENTRE = (-4.25, -18.25, 46.0)


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    return np.stack([make.noise(48, 64, seed=n) for n in range(6)])


@pytest.fixture(scope="module")
def stack(pixels: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> PreparedStack:
    """Six slices of 64 x 48 pixels of half a millimetre, 2 mm apart."""
    folder = tmp_path_factory.mktemp("drawing")
    paths = [folder / f"{n}.dcm" for n in range(len(pixels))]
    for n, path in enumerate(paths):
        image = make.image(
            pixels[n].astype(np.int16), SOPInstanceUID=f"1.2.3.4.{n}", ImagePositionPatient=[-20.0, -30.0, 40.0 + 2 * n]
        )
        path.write_bytes(image)
    prepare_series(paths, folder / "out")
    return PreparedStack(folder / "out", 0)


def own(sop: str = "1.2.3.4.3", *, quarters: int = 0, mirrored: bool = False) -> OwnPlane:
    return OwnPlane(sop, 1, quarters, WINDOW, invert=False, mirrored=mirrored, markings=True)


def levels(values: np.ndarray) -> np.ndarray:
    return np.clip((values - WINDOW.center) / WINDOW.width + 0.5, 0, 1) * 255


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_an_image_is_drawn_whole_and_turned_clockwise(
    stack: PreparedStack, pixels: np.ndarray, quarters: int, mirrored: bool
) -> None:
    turned = np.rot90(pixels[3], -quarters)
    view, size = own(quarters=quarters, mirrored=mirrored), (turned.shape[1], turned.shape[0])
    done = draw_picture(stack, view, version="v", size=size, quality="lossless")
    shown = np.asarray(Image.open(io.BytesIO(done.picture)))
    assert np.abs(shown - levels(turned[:, ::-1] if mirrored else turned)).max() <= 0.6
    assert (done.drawn.sop_instance_uid, done.drawn.frame) == ("1.2.3.4.3", 1)
    assert done.drawn.point_world_mm == CENTRE
    assert done.drawn.mm_per_px == pytest.approx(0.5)


def test_what_was_drawn_draws_the_same_again(stack: PreparedStack) -> None:
    first = draw_picture(stack, own(quarters=1), version="v", size=(300, 200), quality="lossless")
    said = first.drawn
    view = PlaneView(
        said.point_world_mm,
        said.normal,
        said.up,
        (said.width * said.mm_per_px, said.height * said.mm_per_px),
        WINDOW,
        sop_instance_uid=said.sop_instance_uid,
    )
    assert draw_picture(stack, view, version="v", size=(300, 200), quality="lossless") == first


def test_a_cut_through_the_volume_names_no_image(stack: PreparedStack) -> None:
    slab = PlaneView(CENTRE, (0.0, 0.0, -1.0), (0.0, -1.0, 0.0), (32.0, 24.0), WINDOW, slab=Slab("mip", 4.0))
    coronal = PlaneView(CENTRE, (0.0, -1.0, 0.0), (0.0, 0.0, 1.0), (32.0, 10.0), WINDOW)
    for view in (slab, coronal):
        drawn = draw_picture(stack, view, version="v", size=(64, 20), quality=80).drawn
        assert (drawn.sop_instance_uid, drawn.frame) == (None, None)


def test_an_image_is_never_drawn_in_a_plane_that_is_not_its_own(stack: PreparedStack) -> None:
    view = PlaneView(CENTRE, (0.0, -1.0, 0.0), (0.0, 0.0, 1.0), (32.0, 10.0), WINDOW, sop_instance_uid="1.2.3.4.3")
    with pytest.raises(NotThisPlane):
        draw_picture(stack, view, version="v", size=(64, 20), quality=80)


def test_an_image_of_another_stack_is_refused(stack: PreparedStack) -> None:
    with pytest.raises(NoSuchPack):
        draw_picture(stack, own("9.9"), version="v", size=(64, 48), quality=80)


def test_quality_is_that_of_a_jpeg(stack: PreparedStack) -> None:
    small, large = (draw_picture(stack, own(), version="v", size=(256, 192), quality=q).picture for q in (20, 95))
    assert small[:3] == large[:3] == b"\xff\xd8\xff"
    assert len(small) < len(large)


def test_a_stack_that_cannot_be_cut_has_no_slab(test_data: Path, tmp_path: Path) -> None:
    prepare_series(sorted((test_data / "01_head_ct" / "ge_hispeed_tilt18_varspacing").glob("*.dcm"))[:2], tmp_path)
    view = PlaneView((0.0, 0.0, 60.0), (0.0, 0.0, -1.0), (0.0, -1.0, 0.0), (9.0, 9.0), slab=Slab("mean", 5.0))
    with pytest.raises(NotAVolume):
        draw_picture(PreparedStack(tmp_path, 0), view, version="v", size=(64, 64), quality=80)


def test_a_tilted_stack_is_drawn_as_a_slab_of_its_resampled_volume(test_data: Path, tmp_path: Path) -> None:
    prepare_series(sorted((test_data / "01_head_ct" / "ge_hispeed_tilt18_varspacing").glob("*.dcm")), tmp_path)
    view = PlaneView((0.0, 0.0, 60.0), (0.0, 0.0, -1.0), (0.0, -1.0, 0.0), (200.0, 200.0), slab=Slab("mean", 5.0))
    drawn = draw_picture(PreparedStack(tmp_path, 0), view, version="v", size=(64, 64), quality=80).drawn
    assert drawn.sop_instance_uid is None


def test_pixels_of_another_shape_without_a_size_are_drawn_in_their_shape(tmp_path: Path) -> None:
    """PS3.3 C.7.6.3.1.7: Pixel Aspect Ratio is vertical over horizontal: 2:1 of 20 rows by 40 columns is a square."""
    pixels = np.zeros((20, 40), np.uint8)
    pixels[5:15, 10:30] = 255
    made = make.dataset(
        pixels, Modality="XA", PixelAspectRatio=[2, 1], WindowCenter=128, WindowWidth=256,
        PixelSpacing=None, ImagePositionPatient=None, ImageOrientationPatient=None,
    )  # fmt: skip
    (tmp_path / "one.dcm").write_bytes(make.file_of(made))
    prepare_series([tmp_path / "one.dcm"], tmp_path / "out")
    stack = PreparedStack(tmp_path / "out", 0)
    header = stack.header
    assert (header.pixel_aspect, header.pixel_spacing_mm) == (2.0, None)
    view = OwnPlane("1.2.3.4.1", 1, 0, None, invert=False, mirrored=False, markings=True)
    drawn = draw_picture(stack, view, version="1", size=(80, 80), quality="lossless")
    shown = np.asarray(Image.open(io.BytesIO(drawn.picture)))
    bright = np.argwhere(shown > 128)
    assert [tuple(bright.min(axis=0)), tuple(bright.max(axis=0))] == [(20, 20), (59, 59)]
    assert Image.open(io.BytesIO((tmp_path / "out" / "stack-0.jpg").read_bytes())).size == (128, 128)
