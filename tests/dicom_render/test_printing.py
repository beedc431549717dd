"""Views for paper: the same picture as on a screen, what lay over it, and what could not."""

from pathlib import Path

import numpy as np
import pytest

from dicom_render.drawers import AskedPrint, Drawers
from dicom_render.headers import Window
from dicom_render.laying import Stroke
from dicom_render.picture import to_jpeg
from dicom_render.prepare import prepare_series
from dicom_render.prepared_stack import PreparedStack
from dicom_render.printing import Laid, Over, half_slice_mm, print_view
from dicom_render.structure_set import Contour, Structure, StructureSet
from dicom_render.volume import PlaneView, render_view
from tests.dicom_render import make

SPACE = "1.2.3.9"
# The whole of a slice of 64 x 48 pixels of 1 mm, seen from the feet.
VIEW = PlaneView((31.5, 23.5, 2.0), (0.0, 0.0, -1.0), (0.0, -1.0, 0.0), (64.0, 48.0), Window(2000, 4000))
SIZE = (64, 48)
SQUARE = (10.0, 10.0, 2.0, 40.0, 10.0, 2.0, 40.0, 40.0, 2.0, 10.0, 40.0, 2.0)
PLAN = StructureSet("PLAN", (Structure(1, "GTV", (255, 0, 0), SPACE, (Contour("CLOSED_PLANAR", None, SQUARE),)),))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("printing")
    paths = [place / f"{n}.dcm" for n in range(4)]
    for n, path in enumerate(paths):
        pixels = make.noise(48, 64, seed=n).astype(np.int16)
        path.write_bytes(
            make.image(
                pixels, SOPInstanceUID=f"1.2.3.4.{n}", ImagePositionPatient=[0.0, 0.0, 2.0 * n], PixelSpacing=[1, 1]
            )
        )
    prepare_series(paths, place / "out")
    return place / "out"


def test_a_view_with_nothing_over_it_is_the_picture_itself(folder: Path) -> None:
    source = PreparedStack(folder, 0)
    printed = print_view(source, VIEW, Over(), SIZE, 92)
    assert printed.jpeg == to_jpeg(render_view(source, VIEW, *SIZE), 92)
    assert (printed.is_laid, printed.is_resampled) == ((), False)


def test_it_says_for_each_object_whether_it_could_lie_there(folder: Path) -> None:
    source = PreparedStack(folder, 0)
    here = print_view(source, VIEW, Over(SPACE, (Laid(PLAN), Laid(PLAN, hidden=(1,)))), SIZE, 92)
    assert here.is_laid == (True, True)
    assert print_view(source, VIEW, Over(None, (Laid(PLAN),)), SIZE, 92).is_laid == (False,)


def test_a_process_prints_what_this_one_prints(folder: Path) -> None:
    stroke = Stroke(((5.0, 5.0, 2.0), (50.0, 30.0, 2.0)), (76, 201, 240), words="12.0 mm")
    over = Over(SPACE, (Laid(PLAN),), (stroke,))
    drawers = Drawers(1)
    asked = AskedPrint(str(folder), 0, VIEW, over, SIZE, 92, "Anne")
    assert drawers.ask_print(asked).result(60) == print_view(PreparedStack(folder, 0), VIEW, over, SIZE, 92)
    drawers.close()


def test_without_a_spacing_a_slice_is_a_millimetre_thick() -> None:
    assert (half_slice_mm(None), half_slice_mm(3.0)) == (0.5, 1.5)
