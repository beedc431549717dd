"""A study that is read while it still arrives: what comes joins what is on the screen, at its own place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.browser import stage
from tests.browser.conftest import VALMONT
from tests.browser.stage import NEURORADIOLOGIST, Server, Window
from tests.collab.studies import make as make_studies

pytestmark = pytest.mark.browser

COUNT = 24
LOOKED_AT = 13


def test_slices_that_come_while_a_series_is_read_join_it_and_the_reader_stays_at_his(
    server: Server, open_as: Callable[..., Window], tmp_path: Path
) -> None:
    study_uid, series_uid = make_studies.uid(), make_studies.uid()
    names = {number: str(make_studies.uid()) for number in range(1, COUNT + 1)}

    def send(numbers: Iterable[int]) -> None:
        folder = tmp_path / f"part-{min(numbers)}"
        folder.mkdir()
        for number in numbers:
            made = make_studies.dicom(
                study_uid=study_uid,
                series_uid=series_uid,
                number=number,
                sop_instance_uid=names[number],
                StudyDescription="TDM qui arrive",
            )
            (folder / f"{number}.dcm").write_bytes(made)
        done = server.command("import", "--finess", VALMONT, str(folder))
        assert done.returncode == 0, done.stdout + done.stderr

    def shown() -> str:
        return str(stage.views(window)["stack"]["sop_instance_uid"])

    def value() -> str:
        return (window.page.locator("[data-viewport=stack] .in-value").text_content() or "").split(" ")[0]

    def place() -> str:
        return window.page.locator("[data-viewport=stack]").inner_text()

    # Every second slice first, as where two senders share a series.
    send(range(1, COUNT + 1, 2))
    case = stage.open_case(server, words="qui arrive")
    window = open_as(NEURORADIOLOGIST, size=(1280, 800))
    stage.enter(window, server, case.room_id)
    places = {names[number]: number for number in names}
    stage.scroll(window, "stack", (LOOKED_AT - places[shown()]) // 2 * (1 if _goes_up(window, places, shown) else -1))
    assert stage.eventually(window, lambda: shown() == names[LOOKED_AT]), places[shown()]
    before = value()
    assert before != ""
    assert f"/{COUNT // 2}" in place()

    send(range(2, COUNT + 1, 2))
    assert stage.eventually(window, lambda: f"/{COUNT}" in place(), timeout_s=60), place()
    assert shown() == names[LOOKED_AT]
    assert stage.eventually(window, lambda: stage.views(window)["stack"]["quality"] == "full")
    assert value() == before
    assert str(COUNT // 2) in window.page.locator(".toasts").inner_text()

    # Each slice that came lies between those that were there, with its own values: one more than the slice below it.
    for number in range(LOOKED_AT - 3, LOOKED_AT + 4):
        go_to(window, places, shown, number)
        assert stage.eventually(window, lambda number=number: value() == str(int(before) + number - LOOKED_AT)), value()


def go_to(window: Window, places: dict[str, int], shown: Callable[[], str], number: int) -> None:
    for _ in range(3 * COUNT):
        away = number - places[shown()]
        if away == 0:
            return
        now = shown()
        stage.scroll(window, "stack", 1 if (away > 0) == _goes_up(window, places, shown) else -1)
        assert stage.eventually(window, lambda now=now: shown() != now)
    raise AssertionError(f"slice {number} is not reached")


def _goes_up(window: Window, places: dict[str, int], shown: Callable[[], str]) -> bool:
    """Whether a notch of the wheel leads to the next higher slice; leaves the reader where he was."""
    now = shown()
    stage.scroll(window, "stack", 1)
    assert stage.eventually(window, lambda: shown() != now)
    is_up = places[shown()] > places[now]
    stage.scroll(window, "stack", -1)
    assert stage.eventually(window, lambda: shown() == now)
    return is_up
