"""Two windows and a third: what one measures stands on the others' images, at the same place, with the same number."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Locator

from tests.browser import stage
from tests.browser.conftest import VALMONT
from tests.browser.stage import EMERGENCY_DOCTOR, NEURORADIOLOGIST, RADIOLOGIST, Case, Server, Window

pytestmark = pytest.mark.browser

WIDE, TALL = (1600, 900), (1000, 1100)
Meeting = tuple[Window, Window]
Place = tuple[float, float]


@pytest.fixture
def case(server: Server) -> Case:
    return stage.open_case(server, words="synthetique sans injection", also=[EMERGENCY_DOCTOR])


@pytest.fixture
def meeting(case: Case, server: Server, open_as: Callable[..., Window]) -> Meeting:
    """The expert, who presents, and the requester, who follows."""
    expert, requester = open_as(NEURORADIOLOGIST, size=WIDE), open_as(RADIOLOGIST, size=TALL)
    stage.enter(expert, server, case.room_id)
    stage.enter(requester, server, case.room_id)
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)
    return expert, requester


def size_of(window: Window) -> Place:
    """Of the stack's viewport, in the whole CSS pixels in which its picture is laid out."""
    width, height = stage.viewport(window, "stack").evaluate("element => [element.clientWidth, element.clientHeight]")
    return width, height


class Slice:
    """The image that a window shows whole, from its DICOM attributes alone: screen places to pixels and patient."""

    def __init__(self, server: Server, window: Window) -> None:
        shown = stage.views(window)["stack"]
        uids = (shown["study_uid"], shown["series_uid"], shown["sop_instance_uid"])
        with stage.api(server, RADIOLOGIST) as client:
            path = "/dicomweb/studies/{}/series/{}/instances/{}".format(*uids)
            answer = client.get(path, headers={"accept": "application/dicom"})
            assert answer.status_code == 200, answer.text
        self.dataset = pydicom.dcmread(io.BytesIO(answer.content))

    def values(self) -> NDArray[np.float64]:
        stored = self.dataset.pixel_array.astype(np.float64)
        return stored * float(self.dataset.RescaleSlope) + float(self.dataset.RescaleIntercept)

    def mm_per_px(self, window: Window) -> float:
        """Of a window that shows the whole image and follows nobody."""
        down, across = map(float, self.dataset.PixelSpacing)
        width, height = size_of(window)
        return max(self.dataset.Columns * across / width, self.dataset.Rows * down / height)

    def mm_per_px_behind(self, follower: Window, presenter: Window) -> float:
        """Of a window that shows at least what the presenter's shows, which shows the whole image."""
        scale = self.mm_per_px(presenter)
        (wide, high), (width, height) = size_of(presenter), size_of(follower)
        return max(wide * scale / width, high * scale / height)

    def pixel(self, window: Window, place: Place, *, scale: float) -> Place:
        """Column and row under a place of the viewport; (0, 0) is the middle of the first pixel."""
        down, across = map(float, self.dataset.PixelSpacing)
        width, height = size_of(window)
        column = (place[0] - width / 2) * scale / across + (self.dataset.Columns - 1) / 2
        row = (place[1] - height / 2) * scale / down + (self.dataset.Rows - 1) / 2
        return column, row


def choose(window: Window, name: str) -> None:
    window.page.get_by_role("button", name="Mesurer et annoter").click()
    window.page.locator("#measure-menu").get_by_role("button", name=name, exact=True).click()


def stroke(window: Window, begin: Place, end: Place, *, is_held: bool = False) -> tuple[Place, Place]:
    """Press at one place of the viewport and let go at another, both as parts of its size; where these were, in CSS
    pixels of the viewport. Whole pixels of the page: Chromium gives a press no others."""
    x, y, width, height = stage.box_of(window, "stack")
    (x0, y0), (x1, y1) = ((round(x + part[0] * width), round(y + part[1] * height)) for part in (begin, end))
    window.page.mouse.move(x0, y0)
    window.page.mouse.down()
    for step in range(1, 9):
        window.page.mouse.move(x0 + (x1 - x0) * step / 8, y0 + (y1 - y0) * step / 8)
    if not is_held:
        window.page.mouse.up()
    return (x0 - x, y0 - y), (x1 - x, y1 - y)


def drawn(window: Window) -> Locator:
    return window.page.locator("[data-viewport=stack] .annotation")


def words(window: Window) -> list[str]:
    return drawn(window).locator("tspan").all_text_contents()


def has(window: Window, count: int) -> bool:
    """So many annotations stand, none of them under way any more."""
    standing = window.page.locator("[data-viewport=stack] .annotation:not([data-sketch])")
    return stage.eventually(window, lambda: standing.count() == count and drawn(window).count() == count)


def ends(window: Window) -> list[Place]:
    """Places of the points of the first line drawn."""
    path = drawn(window).first.locator("path.mark").get_attribute("d") or ""
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)]


def number_in(text: str) -> float:
    found = re.search(r"-?\d+(\.\d+)?", text)
    assert found, text
    return float(found[0])


def test_a_length_is_the_same_on_both_screens_and_where_it_was_drawn(meeting: Meeting, server: Server) -> None:
    expert, requester = meeting
    image = Slice(server, expert)
    choose(expert, "Longueur")
    begin, end = stroke(expert, (0.4, 0.4), (0.55, 0.6))
    assert has(expert, 1)
    assert has(requester, 1)
    scale = image.mm_per_px(expert)
    assert abs(number_in(words(expert)[0]) - math.dist(begin, end) * scale) < 0.06
    assert words(requester) == words(expert)
    wanted = [image.pixel(expert, place, scale=scale) for place in (begin, end)]
    behind = image.mm_per_px_behind(requester, expert)
    assert np.allclose([image.pixel(expert, place, scale=scale) for place in ends(expert)], wanted, atol=0.05)
    assert np.allclose([image.pixel(requester, place, scale=behind) for place in ends(requester)], wanted, atol=0.05)


def test_others_see_it_while_it_is_drawn_and_a_late_joiner_and_a_reload_when_it_stands(
    meeting: Meeting, case: Case, server: Server, open_as: Callable[..., Window]
) -> None:
    expert, requester = meeting
    choose(expert, "Longueur")
    stroke(expert, (0.4, 0.4), (0.5, 0.5), is_held=True)
    assert stage.eventually(requester, lambda: drawn(requester).count() == 1)
    assert drawn(requester).get_attribute("data-sketch") is not None
    expert.page.mouse.up()
    assert has(requester, 1)
    stage.enter(requester, server, case.room_id)
    assert has(requester, 1)
    late = open_as(EMERGENCY_DOCTOR, size=TALL)
    stage.enter(late, server, case.room_id)
    assert has(late, 1)
    assert words(late) == words(expert)


@pytest.mark.parametrize("name", ["Rectangle", "Ellipse"])
def test_statistics_are_those_of_the_source_image(meeting: Meeting, server: Server, name: str) -> None:
    expert, requester = meeting
    image = Slice(server, expert)
    choose(expert, name)
    places = stroke(expert, (0.43, 0.36), (0.52, 0.57))
    assert has(requester, 1)
    scale = image.mm_per_px(expert)
    (left, top), (right, bottom) = (image.pixel(expert, place, scale=scale) for place in places)
    values = image.values()
    rows, columns = np.mgrid[: values.shape[0], : values.shape[1]]
    x = (columns - (left + right) / 2) / ((right - left) / 2)
    y = (rows - (top + bottom) / 2) / ((bottom - top) / 2)
    inside = (np.abs(x) <= 1) & (np.abs(y) <= 1) if name == "Rectangle" else x * x + y * y <= 1
    found = values[inside]
    told = words(expert)
    mean, sd = re.findall(r"-?[\d.]+\d", told[0].replace("Moy.", ""))
    least, most = re.findall(r"-?[\d.]+\d", told[1].replace("Min.", "").replace("max.", ""))
    assert float(mean) == pytest.approx(found.mean(), abs=0.06)
    assert float(sd) == pytest.approx(found.std(), abs=0.06)
    assert (float(least), float(most)) == (pytest.approx(found.min()), pytest.approx(found.max()))
    assert words(requester) == told


def test_only_its_author_moves_it_and_undoes_it(meeting: Meeting) -> None:
    expert, requester = meeting
    choose(expert, "Longueur")
    stroke(expert, (0.4, 0.4), (0.5, 0.5))
    assert has(requester, 1)
    before = words(requester)
    # Another's hand on its end draws a new one; the first stays as it was.
    choose(requester, "Longueur")
    grip = ends(requester)[0]
    _, _, width, height = stage.box_of(requester, "stack")
    stroke(requester, (grip[0] / width, grip[1] / height), (0.3, 0.3))
    assert has(expert, 2)
    assert before[0] in words(expert)
    requester.page.keyboard.press("Control+z")
    assert has(expert, 1)
    assert words(expert) == before
    # Its author drags an end, takes that back, and does it again.
    stroke(expert, (0.5, 0.5), (0.6, 0.6))
    assert stage.eventually(requester, lambda: words(requester) != before and has(requester, 1))
    moved = words(requester)
    expert.page.keyboard.press("Control+z")
    assert stage.eventually(requester, lambda: words(requester) == before)
    expert.page.keyboard.press("Control+Shift+z")
    assert stage.eventually(requester, lambda: words(requester) == moved)


def test_all_of_it_is_moved_by_its_line_and_its_words_aside_and_others_see_both(meeting: Meeting) -> None:
    expert, requester = meeting
    choose(expert, "Longueur")
    stroke(expert, (0.3, 0.4), (0.5, 0.4))
    assert has(requester, 1)
    before, length = ends(expert), words(expert)
    (x0, y0), (x1, y1) = stroke(expert, (0.4, 0.4), (0.45, 0.5))
    assert has(requester, 1)
    by = (x1 - x0, y1 - y0)
    wanted = [(x + by[0], y + by[1]) for x, y in before]
    assert stage.eventually(expert, lambda: np.allclose(ends(expert), wanted, atol=0.1)), (ends(expert), wanted)
    assert words(expert) == words(requester) == length
    # Held by its line it is selected: its words may be taken now.
    places = expert.page.locator("[data-viewport=stack] .annotation text").bounding_box()
    theirs = drawn(requester).locator("text").bounding_box()
    assert places
    assert theirs
    mouse = expert.page.mouse
    mouse.move(places["x"] + places["width"] / 2, places["y"] + places["height"] / 2)
    mouse.down()
    mouse.move(places["x"] + 60, places["y"] + 150, steps=6)
    mouse.up()
    assert has(requester, 1)
    assert drawn(requester).locator("path.leader").count() == 1
    there = drawn(requester).locator("text").bounding_box()
    assert there
    assert there["y"] > theirs["y"] + 40
    assert words(requester) == length
    expert.page.keyboard.press("Control+z")
    assert stage.eventually(requester, lambda: drawn(requester).locator("path.leader").count() == 0)


def test_keys_move_what_is_selected_and_one_of_its_points(meeting: Meeting) -> None:
    expert, requester = meeting
    choose(expert, "Longueur")
    stroke(expert, (0.3, 0.4), (0.5, 0.4))
    assert has(requester, 1)
    (x0, y0), (x1, y1) = ends(expert)
    expert.page.locator(".annotations li .annotation").click()
    assert has(expert, 1)
    keyboard = expert.page.keyboard
    keyboard.press("Alt+Shift+ArrowDown")
    keyboard.press("Alt+ArrowRight")
    moved = [(x0 + 1, y0 + 10), (x1 + 1, y1 + 10)]
    assert stage.eventually(expert, lambda: np.allclose(ends(expert), moved, atol=0.1)), (ends(expert), moved)
    assert has(requester, 1)
    keyboard.press("q")
    held = drawn(expert).locator("circle[data-held]")
    assert stage.eventually(expert, lambda: held.count() == 1)
    keyboard.press("Alt+Shift+ArrowLeft")
    lengthened = [(x0 - 9, y0 + 10), moved[1]]
    assert stage.eventually(expert, lambda: np.allclose(ends(expert), lengthened, atol=0.1))
    assert has(requester, 1)
    assert stage.eventually(expert, lambda: words(expert) == words(requester))
    # Both presses before were one step; the point is another.
    keyboard.press("Control+z")
    assert stage.eventually(requester, lambda: np.allclose(ends(expert), moved, atol=0.1))
    keyboard.press("Control+z")
    assert stage.eventually(requester, lambda: np.allclose(ends(expert), [(x0, y0), (x1, y1)], atol=0.1))


def test_a_double_click_measures_nothing_and_the_next_place_ends_it(meeting: Meeting) -> None:
    expert, requester = meeting
    choose(expert, "Longueur")
    x, y, width, height = stage.box_of(expert, "stack")
    expert.page.mouse.dblclick(x + width * 0.4, y + height * 0.4)
    expert.page.mouse.move(x + width * 0.5, y + height * 0.4, steps=4)
    assert stage.eventually(requester, lambda: drawn(requester).count() == 1)
    assert drawn(requester).get_attribute("data-sketch") is not None
    expert.page.mouse.click(x + width * 0.5, y + height * 0.4)
    assert has(requester, 1)
    assert number_in(words(requester)[0]) > 10


def test_those_of_others_are_hidden_on_one_screen_only(meeting: Meeting) -> None:
    expert, requester = meeting
    choose(expert, "Longueur")
    stroke(expert, (0.4, 0.4), (0.5, 0.5))
    choose(requester, "Longueur")
    stroke(requester, (0.3, 0.6), (0.5, 0.7))
    assert has(expert, 2)
    assert has(requester, 2)
    hers = words(requester)
    requester.page.get_by_label("Masquer celles des autres").check()
    assert has(requester, 1)
    assert words(requester) != hers
    assert has(expert, 2)
    # What comes while they are hidden is hidden too, also while it is drawn.
    stroke(expert, (0.6, 0.6), (0.7, 0.5))
    assert has(expert, 3)
    assert stage.eventually(requester, lambda: requester.page.locator(".annotations li").count() == 3)
    assert drawn(requester).count() == 1
    requester.page.get_by_label("Masquer celles des autres").uncheck()
    assert has(requester, 3)


def test_it_lies_on_its_slice_and_on_no_other(meeting: Meeting) -> None:
    expert, requester = meeting
    choose(expert, "Longueur")
    stroke(expert, (0.4, 0.4), (0.5, 0.5))
    assert has(requester, 1)
    stage.scroll(expert, "stack", 1)
    assert stage.eventually(requester, lambda: drawn(requester).count() == 0)
    assert drawn(expert).count() == 0
    expert.page.locator(".annotations li .annotation").click()
    assert has(expert, 1)
    assert has(requester, 1)


def test_an_arrow_is_given_its_words_and_a_key_removes_it(meeting: Meeting) -> None:
    expert, requester = meeting
    choose(expert, "Flèche")
    stroke(expert, (0.5, 0.5), (0.6, 0.4))
    expert.page.get_by_label("Ce que l’on voit ici").fill("signe de la corde")
    expert.page.keyboard.press("Enter")
    assert has(requester, 1)
    assert words(requester) == ["signe de la corde"]
    expert.page.locator(".annotations li .annotation").click()
    expert.page.keyboard.press("Delete")
    assert stage.eventually(requester, lambda: drawn(requester).count() == 0)


def test_images_of_unknown_pixel_size_are_not_measured_and_the_reason_is_said(
    server: Server, test_data: Path, open_as: Callable[..., Window]
) -> None:
    ultrasound = test_data / "05_us" / "pydicom_data" / "US1_J2KR.dcm"
    done = server.command("import", "--finess", VALMONT, str(ultrasound))
    assert done.returncode == 0, done.stdout + done.stderr
    case = stage.open_case(server, words="13us1")
    expert = open_as(NEURORADIOLOGIST, size=WIDE)
    stage.enter(expert, server, case.room_id)
    choose(expert, "Longueur")
    stroke(expert, (0.4, 0.4), (0.55, 0.6))
    expert.page.get_by_text("Ces images ne disent pas la taille de leurs pixels").wait_for()
    assert drawn(expert).count() == 0
    choose(expert, "Texte")
    stroke(expert, (0.5, 0.5), (0.5, 0.5))
    expert.page.get_by_label("Ce que l’on voit ici").fill("valve")
    expert.page.keyboard.press("Enter")
    assert has(expert, 1)
    assert words(expert) == ["valve"]


def test_an_ultrasound_is_measured_inside_its_calibrated_region_and_not_beside_it(
    server: Server, test_data: Path, open_as: Callable[..., Window]
) -> None:
    ultrasound = test_data / "05_us" / "acuson_65f_ybr422_jpeg" / "DIRW0007.dcm"
    done = server.command("import", "--finess", VALMONT, str(ultrasound))
    assert done.returncode == 0, done.stdout + done.stderr
    case = stage.open_case(server, words="12975")
    expert = open_as(NEURORADIOLOGIST, size=WIDE)
    stage.enter(expert, server, case.room_id)
    file = pydicom.dcmread(ultrasound, stop_before_pixels=True)
    tissue = file.SequenceOfUltrasoundRegions[1]
    assert (tissue.RegionLocationMinX0, tissue.RegionLocationMinY0) == (27, 48)
    choose(expert, "Longueur")
    # Above row 48 the picture is no longer tissue.
    stroke(expert, (0.5, 0.05), (0.55, 0.07))
    expert.page.get_by_text("n’est pas étalonnée en longueur").wait_for()
    assert drawn(expert).count() == 0
    begin, end = stroke(expert, (0.45, 0.4), (0.55, 0.6))
    assert has(expert, 1)
    width, height = size_of(expert)
    pixels = math.dist(begin, end) * max(file.Columns / width, file.Rows / height)
    assert number_in(words(expert)[0]) == pytest.approx(pixels * 10 * tissue.PhysicalDeltaY, abs=0.06)
