"""Greys on the screen are those of our renderer, within one level: bent curves, tables of the file, several windows."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from dicom_render.grey import Rescale, through_table, through_window, to_8_bits, to_modality
from dicom_render.headers import Window as VoiWindow
from dicom_render.lut import Lut
from tests.browser import stage
from tests.browser.conftest import VALMONT
from tests.browser.stage import NEURORADIOLOGIST, Server, Window
from tests.dicom_render import make

pytestmark = pytest.mark.browser

# Eight by eight squares of 32 pixels, each of one value: what stands between pixels cannot matter in their middles.
SQUARES = np.arange(64, dtype=np.uint16).reshape(8, 8) * 65
PIXELS = np.kron(SQUARES, np.ones((32, 32), np.uint16))
# One square in the middle, whose value lies inside of the window.
PADDED = (3, 3)
NAMES = ("sigmoid", "table", "inverse", "padding")
TABLE = (np.linspace(0, 1, 4096) ** 2.2 * 1023).astype(np.uint16)


def with_table(made: Dataset) -> None:
    item = Dataset()
    item.LUTDescriptor = [4096, 0, 10]
    item.add_new((0x0028, 0x3006), "OW", TABLE.tobytes())
    item.LUTExplanation = "GAMMA"
    made.VOILUTSequence = Sequence([item])


@pytest.fixture(scope="module")
def rooms(server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One room for each image, by the name of what bends its greys."""
    folder = tmp_path_factory.mktemp("bent")
    for number, name in enumerate(NAMES):
        made = make.dataset(
            PIXELS, Modality="DX", StudyDescription=f"Gris {name}", SOPInstanceUID=f"1.2.3.90.{number}.3"
        )
        made.StudyInstanceUID, made.SeriesInstanceUID = f"1.2.3.90.{number}.1", f"1.2.3.90.{number}.2"
        made.PatientBirthDate, made.PatientSex = "19700101", "F"
        made.WindowCenter, made.WindowWidth = [2000, 1000], [1500, 400]
        made.WindowCenterWidthExplanation = ["NORMAL", "DUR"]
        if name in {"sigmoid", "table"}:
            made.VOILUTFunction = "SIGMOID"
        if name == "table":
            with_table(made)
        elif name == "padding":
            made.PixelPaddingValue = int(SQUARES[PADDED])
        elif name == "inverse":
            made.PhotometricInterpretation = "MONOCHROME1"
        (folder / f"{name}.dcm").write_bytes(make.file_of(made))
    done = server.command("import", "--finess", VALMONT, str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    stage.wait_until_prepared(server)
    return {name: stage.open_case(server, words=f"Gris {name}").room_id for name in NAMES}


def middles(window: Window) -> NDArray[np.int32]:
    """What is seen in the middle of each square, letters and captions being drawn elsewhere."""
    view = stage.views(window)["stack"]
    x, y, width, height = stage.box_of(window, "stack")
    seen = np.asarray(Image.open(io.BytesIO(window.page.screenshot())).convert("L")).astype(np.int32)
    scale = min(width / view["fov_mm"][0], height / view["fov_mm"][1])
    side = scale * 32 * 0.5
    places = (np.arange(8) - 3.5) * side
    rows = np.rint(y + height / 2 + places).astype(int)
    columns = np.rint(x + width / 2 + places).astype(int)
    return seen[np.ix_(rows, columns)]


def off(window: Window, wanted: NDArray[np.uint8]) -> int:
    """By how many levels the screen is off at worst. Squares at the edges are left out: words lie over them."""
    return int(np.abs(middles(window) - wanted.astype(np.int32))[1:7, 1:7].max())


@pytest.mark.parametrize("backend", ["cpu", "gpu"])
def test_a_sigmoid_window_is_bent(
    rooms: dict[str, str], server: Server, open_as: Callable[..., Window], backend: str
) -> None:
    window = open_as(NEURORADIOLOGIST, size=(1280, 800))
    stage.enter(window, server, f"{rooms['sigmoid']}?backend={backend}")
    window.page.keyboard.press("r")
    values = to_modality(SQUARES, Rescale())
    for chosen, center, width in ((None, 2000, 1500), ("DUR", 1000, 400)):
        if chosen:
            choose(window, chosen)
        wanted = to_8_bits(through_window(values, VoiWindow(center, width, "SIGMOID")), invert=False)
        assert stage.eventually(window, lambda wanted=wanted: off(window, wanted) <= 1), off(window, wanted)


@pytest.mark.parametrize("backend", ["cpu", "gpu"])
def test_the_table_of_the_file_is_drawn_until_a_window_is_set(
    rooms: dict[str, str], server: Server, open_as: Callable[..., Window], backend: str
) -> None:
    window = open_as(NEURORADIOLOGIST, size=(1280, 800))
    stage.enter(window, server, f"{rooms['table']}?backend={backend}")
    window.page.keyboard.press("r")
    values = to_modality(SQUARES, Rescale())
    through = to_8_bits(through_table(values, Lut(0, TABLE, 10)), invert=False)
    assert stage.eventually(window, lambda: off(window, through) <= 1), off(window, through)
    words = window.page.locator("[data-viewport=stack] .in-window")
    assert "courbe de gris du fichier GAMMA" in (words.text_content() or "")

    choose(window, "DUR")
    # Beside a table the file's windows keep the file's own function.
    curved = to_8_bits(through_window(values, VoiWindow(1000, 400, "SIGMOID")), invert=False)
    assert stage.eventually(window, lambda: off(window, curved) <= 1), off(window, curved)
    assert "GAMMA" not in (words.text_content() or "")

    window.page.keyboard.press("r")
    assert stage.eventually(window, lambda: off(window, through) <= 1), off(window, through)


def test_what_the_file_shows_inverted_is_inverted(
    rooms: dict[str, str], server: Server, open_as: Callable[..., Window]
) -> None:
    window = open_as(NEURORADIOLOGIST, size=(1280, 800))
    stage.enter(window, server, rooms["inverse"])
    values = to_modality(SQUARES, Rescale())
    wanted = to_8_bits(through_window(values, VoiWindow(2000, 1500)), invert=True)
    assert stage.eventually(window, lambda: off(window, wanted) <= 1), off(window, wanted)


def test_the_lens_shows_what_is_under_the_hand_in_its_own_grey_and_only_while_it_is_held(
    rooms: dict[str, str], server: Server, open_as: Callable[..., Window]
) -> None:
    window = open_as(NEURORADIOLOGIST, size=(1280, 800))
    stage.enter(window, server, rooms["inverse"])
    wanted = to_8_bits(through_window(to_modality(SQUARES, Rescale()), VoiWindow(2000, 1500)), invert=True)
    assert stage.eventually(window, lambda: off(window, wanted) <= 1), off(window, wanted)
    before = stage.views(window)
    x, y, width, height = stage.box_of(window, "stack")
    side = min(width / before["stack"]["fov_mm"][0], height / before["stack"]["fov_mm"][1]) * 32 * 0.5
    window.page.keyboard.press("v")
    # Just inside the square of row 4, column 4: the lens shows it on its right half, larger, its neighbour on the left.
    at = (x + width / 2 + 3, y + height / 2 + side / 2)
    window.page.mouse.move(*at)
    window.page.mouse.down()
    window.page.mouse.move(at[0], at[1] + 1)
    seen = np.asarray(Image.open(io.BytesIO(window.page.screenshot())).convert("L")).astype(np.int32)
    assert abs(seen[int(at[1]), int(at[0]) + 30] - int(wanted[4, 4])) <= 1
    assert abs(seen[int(at[1]), int(at[0]) - 30] - int(wanted[4, 3])) <= 1
    # 3 px from the edge, 2.5 times larger: the edge stands about 7 px to the left of the middle, not 3.
    assert abs(seen[int(at[1]) + 20, int(at[0]) - 5] - int(wanted[4, 4])) <= 1
    window.page.mouse.up()
    assert window.page.locator(".lens").count() == 0
    assert stage.views(window) == before


def choose(window: Window, explanation: str) -> None:
    """A window of the file, by its name there."""
    choice = window.page.get_by_label("Préréglage de fenêtre")
    choice.select_option(choice.locator("option").filter(has_text=explanation).get_attribute("value"))


@pytest.mark.parametrize("backend", ["cpu", "gpu"])
def test_padding_is_black_whatever_the_window_and_inverted(
    rooms: dict[str, str], server: Server, open_as: Callable[..., Window], backend: str
) -> None:
    window = open_as(NEURORADIOLOGIST, size=(1280, 800))
    stage.enter(window, server, f"{rooms['padding']}?backend={backend}")
    window.page.keyboard.press("r")
    levels = through_window(to_modality(SQUARES, Rescale()), VoiWindow(2000, 1500, "LINEAR"))
    for invert in (False, True):
        wanted = to_8_bits(levels, invert=invert)
        # PS3.3 C.7.5.1.1.2: it is no part of the image.
        wanted[PADDED] = 0
        assert stage.eventually(window, lambda wanted=wanted: off(window, wanted) <= 1), off(window, wanted)
        window.page.keyboard.press("i")
    window.page.keyboard.press("r")
