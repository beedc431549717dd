"""1,500 slices on a device with little memory: they open, are read in full, and keep within what is stated."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian

from tests.browser import stage
from tests.browser.conftest import VALMONT
from tests.browser.stage import NEURORADIOLOGIST, Server, Window
from tests.collab.studies import make as make_studies

pytestmark = pytest.mark.browser

COUNT, SIDE = 1500, 512
# web/src/viewer/budget.ts, for a device that tells 2 GB; the program with its decoders and pictures takes the rest.
DEVICE_GB, BUDGET_MB, PROGRAM_MB = 2, 300, 200


def write_series(folder: Path) -> None:
    """Slices whose values go from their number to their number + 1,022, each with its own: files of a few kilobytes."""
    study_uid, series_uid = make_studies.uid(), make_studies.uid()
    ramp = (np.arange(SIDE)[:, None] + np.arange(SIDE)[None, :]).astype("<i2")
    for number in range(1, COUNT + 1):
        made = make_studies.dicom(
            study_uid=study_uid, series_uid=series_uid, number=number, StudyDescription="TDM longue"
        )
        ds = pydicom.dcmread(io.BytesIO(made))
        ds.Rows = ds.Columns = SIDE
        ds.PixelData = (ramp + number).tobytes()
        ds.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
        ds.save_as(folder / f"{number:04}.dcm")


def renderer_mb(window: Window) -> float:
    """What the page's process holds of the machine's memory for itself: the browser's own files are shared by all."""
    session = window.browser.new_browser_cdp_session()
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    pids = [process["id"] for process in found if process["type"] == "renderer"]
    return max(_own_mb(pid) for pid in pids)


def _own_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(("RssAnon:", "RssShmem:"))) / 1024


def test_a_series_larger_than_the_budget_is_read_in_full_within_it(
    server: Server, open_as: Callable[..., Window], tmp_path: Path
) -> None:
    write_series(tmp_path)
    done = server.command("import", "--finess", VALMONT, str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    case = stage.open_case(server, words="longue")
    window = open_as(NEURORADIOLOGIST, size=(1280, 800))
    window.context.add_init_script(f"Object.defineProperty(navigator, 'deviceMemory', {{ get: () => {DEVICE_GB} }})")
    window.page.goto(f"{server.origin}/rooms/{case.room_id}")
    most_mb = 0.0

    def is_full() -> bool:
        nonlocal most_mb
        most_mb = max(most_mb, renderer_mb(window))
        shown = window.page.evaluate("window.consilium?.view() ?? []")
        return bool(shown) and shown[0]["quality"] == "full"

    def value() -> int | None:
        told = (window.page.locator("[data-viewport=stack] .in-value").text_content() or "").split(" ")[0]
        return int(told) if told.isdigit() else None

    def place() -> int:
        text = window.page.locator("[data-viewport=stack]").inner_text()
        return int(text.split(f"/{COUNT}")[0].split(" ")[-1])

    def scroll(notches: int) -> None:
        x, y, width, height = stage.box_of(window, "stack")
        window.page.mouse.move(x + width / 2, y + height / 2)
        for _ in range(10):
            window.page.mouse.wheel(0, 10 * notches)

    assert stage.eventually(window, is_full, timeout_s=60)
    coarse = "() => window.consilium.timings().coarse_volume"
    assert stage.eventually(window, lambda: is_full() and window.page.evaluate(coarse) is not None, timeout_s=120)
    # To both ends and back: what had to leave comes again, in full, and each slice is still itself.
    offset: set[int] = set()
    for notches in (-COUNT, COUNT, -COUNT // 2):
        scroll(notches)
        assert stage.eventually(window, lambda: is_full() and value() is not None, timeout_s=120), place()
        found = value()
        assert found is not None
        offset.add(found - place())
    assert len(offset) == 1
    assert most_mb < BUDGET_MB + PROGRAM_MB
