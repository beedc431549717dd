"""Series of different frames of reference: what a registration object carries over, and what is refused without one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.browser import stage
from tests.browser.conftest import VALMONT
from tests.browser.stage import NEURORADIOLOGIST, RADIOLOGIST, Server, Window
from tests.collab.studies import make as make_studies
from tests.dicom_render import make as images
from tests.dicom_render import registrations

pytestmark = pytest.mark.browser

SIDE, PIXEL_MM, GAP_MM, COUNT = 96, 2.0, 3.0, 30
A, B, C = "SERIE A", "SERIE B", "SERIE C"
# The head lies 12 degrees further back in B, and elsewhere on the table: p_A = TURN p_B + SHIFT.
ANGLE = math.radians(12)
TURN = np.array(
    [[1, 0, 0], [0, math.cos(ANGLE), -math.sin(ANGLE)], [0, math.sin(ANGLE), math.cos(ANGLE)]], dtype=np.float64
)
SHIFT = np.array([7.0, -12.0, 20.0])
# In A: where a ball lies that both series show.
BALL = np.array([18.0, -10.0, 51.0])
ORIGIN = np.array([-(SIDE - 1) / 2 * PIXEL_MM, -(SIDE - 1) / 2 * PIXEL_MM, 0.0])


def into_b(point: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """The way back: p_B = TURN^T (p_A - SHIFT), a turn's inverse being its transpose."""
    return TURN.T @ (np.asarray(point) - SHIFT)


def slice_at(point: Sequence[float] | NDArray[np.float64]) -> int:
    """Of B: its slices are axial, GAP_MM apart, the first at height 0."""
    return round(float(np.asarray(point)[2]) / GAP_MM)


def pixels_of(height: float, ball: NDArray[np.float64]) -> NDArray[np.int16]:
    """A head of water with a dense ball, as CT."""
    across = ORIGIN[0] + PIXEL_MM * np.arange(SIDE)
    x, y = np.meshgrid(across, across)
    inside = x**2 + y**2 < 80**2
    is_ball = (x - ball[0]) ** 2 + (y - ball[1]) ** 2 + (height - ball[2]) ** 2 < 9**2
    return (np.where(is_ball, 80, np.where(inside, 20 + x / 8, -1000)) + 1024).astype(np.int16)


class Scan:
    """One patient's study of three series, each with a frame of reference of its own, and a registration of two."""

    def __init__(self, folder: Path, *, words: str, is_registered: bool) -> None:
        self.study_uid = str(make_studies.uid())
        self.spaces = {name: str(make_studies.uid()) for name in (A, B, C)}
        self.names: dict[str, list[str]] = {}
        self.words = words
        for number, (name, ball) in enumerate(((A, BALL), (B, into_b(BALL)), (C, BALL)), start=1):
            self.names[name] = [str(make_studies.uid()) for _ in range(COUNT)]
            series_uid = str(make_studies.uid())
            for at, sop_instance_uid in enumerate(self.names[name]):
                made = images.image(
                    pixels_of(GAP_MM * at, ball),
                    StudyInstanceUID=self.study_uid,
                    SeriesInstanceUID=series_uid,
                    SOPInstanceUID=sop_instance_uid,
                    InstanceNumber=at + 1,
                    StudyDate="20240311",
                    FrameOfReferenceUID=self.spaces[name],
                    ImagePositionPatient=[*ORIGIN[:2], GAP_MM * at],
                    PixelSpacing=[PIXEL_MM, PIXEL_MM],
                    SliceThickness=GAP_MM,
                    RescaleIntercept=-1024,
                    WindowCenter=40,
                    WindowWidth=120,
                    SeriesNumber=number,
                    SeriesDescription=name,
                    StudyDescription=words,
                    **patient(words),
                )
                (folder / f"{number}-{at}.dcm").write_bytes(made)
        if is_registered:
            matrix = [*TURN[0], SHIFT[0], *TURN[1], SHIFT[1], *TURN[2], SHIFT[2], 0, 0, 0, 1]
            made = registrations.dataset(
                self.spaces[A],
                [registrations.item(self.spaces[B], matrix)],
                StudyInstanceUID=self.study_uid,
                SeriesInstanceUID=str(make_studies.uid()),
                SOPInstanceUID=str(make_studies.uid()),
                StudyDescription=words,
                **patient(words),
            )
            (folder / "reg.dcm").write_bytes(registrations.file_of(made))

    def shown(self, window: Window, name: str, pane: str) -> int:
        """Which slice of a series stands in a pane; -1 for none of them."""
        at = stage.views(window).get(pane, {}).get("sop_instance_uid")
        return self.names[name].index(at) if at in self.names[name] else -1


def patient(words: str) -> dict[str, str]:
    return {**make_studies.PATIENT, "PatientID": f"REG-{words[-1]}", "PatientName": f"RECALE^{words[-1]}"}


def room(server: Server, folder: Path, open_as: Callable[..., Window], **scan: object) -> tuple[Scan, Window, Window]:
    """The expert, who presents A beside B, and the requester, who follows."""
    folder.mkdir()
    found = Scan(folder, **scan)  # pyright: ignore[reportArgumentType]
    done = server.command("import", "--finess", VALMONT, str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    case = stage.open_case(server, words=found.words)
    expert, requester = open_as(NEURORADIOLOGIST, size=(1600, 900)), open_as(RADIOLOGIST, size=(1400, 1000))
    for window in (expert, requester):
        stage.enter(window, server, case.room_id)
    arrange(expert, 1, 2)
    fill(expert, 2, B)
    fill(expert, 1, A)
    assert stage.eventually(requester, lambda: found.shown(requester, B, "2:stack") >= 0)
    return found, expert, requester


def arrange(window: Window, rows: int, columns: int) -> None:
    window.page.locator("[popovertarget=arrangement]").click()
    window.page.locator(".picker .square").nth(3 * (rows - 1) + columns - 1).click()


def fill(window: Window, pane: int, name: str) -> None:
    empty = window.page.locator(f".pane[data-pane='{pane}'] .pane-empty")
    if empty.is_visible():
        empty.click()
    else:
        window.page.locator(f".pane[data-pane='{pane}'] .pane-head").click(position={"x": 20, "y": 8})
    window.page.locator(".series-card", has_text=name).first.click()
    head = window.page.locator(f".pane[data-pane='{pane}'] .pane-head", has_text=name)
    assert stage.eventually(window, lambda: head.count() == 1)


def go_to(window: Window, found: Scan, wanted: int, *, name: str = A, pane: str = "stack") -> None:
    """Scrolls a series, whichever way its wheel goes."""

    def at() -> int:
        return found.shown(window, name, pane)

    for notch in (1, -1):
        for _ in range(COUNT):
            before = at()
            if before == wanted:
                return
            stage.scroll(window, pane, notch)
            stage.eventually(window, lambda before=before: at() != before, timeout_s=2)
            if abs(at() - wanted) > abs(before - wanted):
                break
    assert at() == wanted


def notes(window: Window, pane: int) -> str:
    return " | ".join(window.page.locator(f".pane[data-pane='{pane}'] .pane-note").all_inner_texts())


def place_of(window: Window, name: str, point: NDArray[np.float64]) -> tuple[float, float]:
    """CSS pixels in the viewport: right is up x normal (PS3.3 C.7.6.2.1.1), and its whole height is visible."""
    view = stage.views(window)[name]
    _, _, width, height = stage.box_of(window, name)
    up, normal = np.array(view["up"]), np.array(view["normal"])
    off = point - np.array(view["point_world_mm"])
    mm_per_px = view["fov_mm"][1] / height
    return width / 2 + off @ np.cross(up, normal) / mm_per_px, height / 2 - off @ up / mm_per_px


def test_a_registration_leads_scrolling_and_pointers_to_the_same_place_of_the_patient(
    server: Server, open_as: Callable[..., Window], tmp_path: Path
) -> None:
    found, expert, requester = room(server, tmp_path / "in", open_as, words="TDM recalee 1", is_registered=True)
    for window in (expert, requester):
        for pane in (1, 2):
            assert stage.eventually(window, lambda w=window, p=pane: "12/03/2024" in notes(w, p)), notes(window, pane)
            assert "Recalé : REG" in notes(window, pane)
            assert "Fusion 4.2" in notes(window, pane)
    expert.page.keyboard.press("j")
    for at in (17, 12, 21):
        go_to(expert, found, at)
        # The middle of A's slice, carried over by hand.
        wanted = slice_at(into_b([0.0, 0.0, GAP_MM * at]))
        assert stage.eventually(expert, lambda w=wanted: found.shown(expert, B, "2:stack") == w), (
            at, wanted, found.shown(expert, B, "2:stack"),
        )  # fmt: skip
        assert stage.show_the_same(expert, requester), stage.differences(expert, requester)
    assert stage.eventually(expert, lambda: "12°" in notes(expert, 2)), notes(expert, 2)

    # The ball's own slice: pointed at in A, the others see it on the ball of B.
    go_to(expert, found, round(BALL[2] / GAP_MM))
    left, top, _, _ = stage.box_of(expert, "stack")
    x_px, y_px = place_of(expert, "stack", BALL)
    expert.page.mouse.move(left + x_px, top + y_px)
    mark = requester.page.locator(".pane[data-pane='2'] [data-viewport=stack] g.pointer")
    assert stage.eventually(requester, lambda: mark.count() == 1)
    x, y = place_of(requester, "2:stack", into_b(BALL))

    def is_there() -> bool:
        drawn = (mark.get_attribute("transform") or "").removeprefix("translate(").removesuffix(")").split()
        return len(drawn) == 2 and math.dist([float(part) for part in drawn], (x, y)) < 2

    assert stage.eventually(requester, is_there), (mark.get_attribute("transform"), x, y)
    assert "recalé" in (mark.text_content() or "")


def test_without_a_registration_nothing_is_carried_over_and_the_screen_says_so(
    server: Server, open_as: Callable[..., Window], tmp_path: Path
) -> None:
    found, expert, requester = room(server, tmp_path / "in", open_as, words="TDM separee 2", is_registered=False)
    before = found.shown(expert, B, "2:stack")
    expert.page.keyboard.press("j")
    go_to(expert, found, 20 if found.shown(expert, A, "stack") != 20 else 10)
    for window in (expert, requester):
        assert stage.eventually(window, lambda w=window: "sans recalage" in notes(w, 2)), notes(window, 2)
    assert found.shown(expert, B, "2:stack") == before
    left, top, width, height = stage.box_of(expert, "stack")
    expert.page.mouse.move(left + width / 2, top + height / 2)
    own = requester.page.locator(".pane[data-pane='1'] [data-viewport=stack] g.pointer")
    assert stage.eventually(requester, lambda: own.count() == 1)
    assert requester.page.locator(".pane[data-pane='2'] [data-viewport=stack] g.pointer").count() == 0


def test_two_points_that_a_person_shows_lay_two_series_upon_each_other_by_their_name(
    server: Server, open_as: Callable[..., Window], tmp_path: Path
) -> None:
    found, expert, requester = room(server, tmp_path / "in", open_as, words="TDM main 4", is_registered=False)
    go_to(expert, found, round(BALL[2] / GAP_MM))
    in_b = into_b(BALL)
    go_to(expert, found, slice_at(in_b), name=B, pane="2:stack")

    expert.page.locator("[popovertarget=arrangement]").click()
    expert.page.locator("#arrangement button", has_text="points").click()
    for name, point in (("stack", BALL), ("2:stack", in_b)):
        left, top, _, _ = stage.box_of(expert, name)
        x_px, y_px = place_of(expert, name, point)
        expert.page.mouse.click(left + x_px, top + y_px)
    by_whom = f"Recalage manuel par {stage.NAMES[NEURORADIOLOGIST]}"
    for window in (expert, requester):
        for pane in (1, 2):
            assert stage.eventually(window, lambda w=window, p=pane: by_whom in notes(w, p)), notes(window, pane)

    # A shift carries the ball upon the ball, whatever the turn that nobody has set.
    left, top, _, _ = stage.box_of(expert, "stack")
    x_px, y_px = place_of(expert, "stack", BALL)
    expert.page.mouse.move(left + x_px, top + y_px)
    mark = requester.page.locator(".pane[data-pane='2'] [data-viewport=stack] g.pointer")
    assert stage.eventually(requester, lambda: mark.count() == 1)
    x, y = place_of(requester, "2:stack", in_b)

    def is_there() -> bool:
        drawn = (mark.get_attribute("transform") or "").removeprefix("translate(").removesuffix(")").split()
        # Two presses, each within a pixel.
        return len(drawn) == 2 and math.dist([float(part) for part in drawn], (x, y)) < 4

    assert stage.eventually(requester, is_there), (mark.get_attribute("transform"), x, y)

    # It outlasts a reload, and who answers for the case takes it away.
    requester.page.reload()
    assert stage.eventually(requester, lambda: by_whom in notes(requester, 1), timeout_s=60)
    requester.page.locator("[popovertarget=arrangement]").click()
    requester.page.locator(".registrations button").click()
    for window in (expert, requester):
        assert stage.eventually(window, lambda w=window: by_whom not in notes(w, 1)), notes(window, 1)
        assert "sans recalage" in notes(window, 1) + notes(window, 2)


def test_whoever_follows_with_a_series_of_their_own_is_led_through_the_registration_or_told_why_not(
    server: Server, open_as: Callable[..., Window], tmp_path: Path
) -> None:
    found, expert, requester = room(server, tmp_path / "in", open_as, words="TDM suivie 5", is_registered=True)
    arrange(expert, 1, 1)
    assert stage.eventually(requester, lambda: stage.views(requester).keys() == {"stack"})
    requester.page.get_by_label("Séries et disposition").uncheck()
    fill(requester, 1, B)
    for at in (12, 21):
        go_to(expert, found, at)
        wanted = slice_at(into_b([0.0, 0.0, GAP_MM * at]))
        assert stage.eventually(requester, lambda w=wanted: found.shown(requester, B, "stack") == w), (
            at, wanted, found.shown(requester, B, "stack"),
        )  # fmt: skip
    fill(requester, 1, C)
    before = found.shown(requester, C, "stack")
    go_to(expert, found, 15)
    bar = requester.page.locator(".bar", has_text="sans recalage avec cette série")
    assert stage.eventually(requester, lambda: bar.count() == 1)
    assert found.shown(requester, C, "stack") == before
