"""How soon a real browser that follows a presenter shows the right slice, the coarse and the full series.

Chromium through tests/link.py, a link of 20 Mbit/s and 50 ms; the page's own marks (`window.consilium.timings()`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Page, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from collab.kit.settings import Settings
from collab.rooms.view import View
from tests.bench import seed
from tests.bench.images_seed import ImagesSeed, seed_images
from tests.bench.machine import this_machine
from tests.bench.percentiles import median
from tests.bench.presenter import Presenter
from tests.bench.processes import Running, free_port, running
from tests.bench.report import Cell, NotMeasured, Report, Table
from tests.browser.stage import Server, Window, open_window
from tests.link import Shape

MBIT_S, RTT_MS = 20.0, 50.0
SLOW_MBIT_S = 2.0
RUNS, QUICK_RUNS = 3, 1
LOAD_TIMEOUT_MS = 120_000
SIZE = (1280, 800)

# Both ends of a switch are marked by the same page, so its clock need only be tied to ours once.
_COMPLETE = (
    "since => { const t = window.consilium?.timings(); return t && t.first_image > since && t.full_series > since }"
)
# When the first thing about the study was asked for, and what had come in by then.
_METADATA = """() => {
  const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
  const begun = all.find((entry) => entry.name.includes('/api/studies/')).startTime;
  const before = all.filter((entry) => entry.responseEnd <= begun);
  return [begun, before.reduce((sum, entry) => sum + entry.transferSize, 0)];
}"""


class WrongPicture(NotMeasured):
    """The follower does not show the slice that the presenter does: its times mean nothing."""


class NotComplete(NotMeasured):
    """The series was not all there in time."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """One series coming in; times from `what`'s beginning, bytes of everything that passed the link meanwhile."""

    what: str
    first_ms: float
    coarse_ms: float
    full_ms: float
    size: int

    @property
    def line_ms(self) -> float:
        """What the bytes alone take at the line's rate."""
        return self.size * 8 / (MBIT_S * 1000)


# The image shared last stands there in full.
_SHARP = """sop => window.consilium?.view()
  .some((one) => one.sop_instance_uid === sop && one.quality === 'full') ? performance.now() : null"""
_COARSE = "() => (window.consilium?.timings().coarse_volume ?? 0) > 0"


@dataclass(frozen=True, kw_only=True)
class Leap:
    """The slice farthest from the one asked for, shared as soon as the coarse volume was there."""

    sharp_ms: float
    behind: int
    """bytes of the series that had not come: the slice is the last of its pack"""


COLD, DATA, SWITCH = "cold, from navigation", "cold, from metadata request", "page open, series switched"
# DESIGN 10: first slice, coarse volume, and the full series as a multiple of the line.
TARGETS_MS: Mapping[str, tuple[float | None, float | None]] = {
    COLD: (1500, 1500),
    DATA: (None, 1500),
    SWITCH: (500, 1500),
}
FULL_TARGET = 1.1


def run(*, is_quick: bool = False) -> Report:
    """Each run is a new browser with an empty cache, then a switch to another series of as many slices."""
    machine = this_machine()
    with TemporaryDirectory(prefix="consilium-bench-") as temporary:
        folder = Path(temporary)
        settings = Settings(data=folder / "data", port=free_port())
        settings.data.mkdir()
        seed.migrate(settings)
        seeded = seed_images(settings, folder / "head_ct")
        command, environment = (*seed.COMMAND, "serve"), seed.environment_of(settings)
        with running(
            command, port=settings.port, log=folder / "log", environment=environment, is_alone=False
        ) as server:
            count = QUICK_RUNS if is_quick else RUNS
            runs = [_one_run(server, seeded, folder) for _ in range(count)]
            size = round(median([load.size for loads in runs for load in loads if load.what == SWITCH]) or 0)
            slow = [_first_ms(server, seeded, folder, mbit_s=SLOW_MBIT_S) for _ in range(count)]
            leaps = [_leap(server, seeded, folder, size=size) for _ in range(count)]
    return Report(
        name="images",
        measured=(
            f"synthetic head CT of {seeded.slices} slices, follower in Chromium (software GL, {SIZE[0]}x{SIZE[1]}) "
            f"behind {MBIT_S:.0f} Mbit/s and {RTT_MS:.0f} ms; presenter on loopback"
        ),
        runs=f"{len(runs)}, median shown; a new browser each, whose cache is empty",
        machine=machine,
        tables=(images_table([load for loads in runs for load in loads]), leaps_table(leaps), slow_table(slow)),
        notes=NOTES,
    )


NOTES = (
    "first: the presenter's very slice is drawn (checked by SOP Instance UID); coarse: each slice has data of its own; "
    "full: each slice is lossless.",
    "line: bytes over the link in that time, at the line's rate. cold counts page, program and images.",
    "in pack order: what was still to come of the series at the line's rate, since that slice lies last in its pack.",
    "no peer ran beside it: OHIF is measured by hand so far.",
)


def images_table(loads: Sequence[Load]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for what, (first_target, coarse_target) in TARGETS_MS.items():
        found = [load for load in loads if load.what == what]
        full_ms, line_ms = median([load.full_ms for load in found]), median([load.line_ms for load in found])
        rows.append(
            (
                what,
                median([load.first_ms for load in found]), _below(first_target),
                median([load.coarse_ms for load in found]), _below(coarse_target),
                full_ms, line_ms, full_ms / line_ms if full_ms and line_ms else None, f"<= {FULL_TARGET}",
                median([load.size / 1e6 for load in found]),
            )
        )  # fmt: skip
    columns = (
        "what", "first ms", "first target", "coarse ms", "coarse target", "full ms", "line ms", "full / line",
        "full target", "MB",
    )  # fmt: skip
    return Table(title="Images on a follower's screen", columns=columns, rows=tuple(rows))


def slow_table(first_ms: Sequence[float]) -> Table:
    row = (f"{SLOW_MBIT_S:.0f} Mbit/s, cold, from navigation", median(first_ms), len(first_ms))
    return Table(title="The first slice on a slow line", columns=("what", "first ms", "runs"), rows=(row,))


def leaps_table(leaps: Sequence[Leap]) -> Table:
    row = (
        "the farthest slice, once all are coarse",
        median([leap.sharp_ms for leap in leaps]),
        median([leap.behind * 8 / (MBIT_S * 1000) for leap in leaps]),
        len(leaps),
    )
    columns = ("what", "full ms", "in pack order ms", "runs")
    return Table(title="Scrolled far while the series comes in", columns=columns, rows=(row,))


def _below(target_ms: float | None) -> str:
    return "-" if target_ms is None else f"< {target_ms:.0f}"


def _one_run(server: Running, seeded: ImagesSeed, folder: Path) -> list[Load]:
    at = Server(data=folder, port=server.port)
    with sync_playwright() as playwright, Presenter(server.port, seeded.room_id, seeded.presenter_token) as presenter:
        first, second = seeded.views
        presenter.show(first)
        window = open_window(playwright, at, folder, size=SIZE, shape=Shape(mbit_s=MBIT_S, rtt_ms=RTT_MS))
        try:
            window.context.add_cookies([{"name": "consilium", "value": seeded.cookie, "url": at.origin}])
            window.page.goto(f"{at.origin}/rooms/{seeded.room_id}")
            cold = _loaded(window, COLD, first, since_ms=0.0, before=0)
            by_ms, size = window.page.evaluate(_METADATA)
            before, since_ms = window.link.bytes_down, presenter.show(second) - _origin_ms(window.page)
            switched = _loaded(window, SWITCH, second, since_ms=since_ms, before=before)
            return [cold, _later(cold, DATA, by_ms=by_ms, size=size), switched]
        finally:
            window.close()


def _first_ms(server: Running, seeded: ImagesSeed, folder: Path, *, mbit_s: float) -> float:
    at = Server(data=folder, port=server.port)
    with sync_playwright() as playwright, Presenter(server.port, seeded.room_id, seeded.presenter_token) as presenter:
        presenter.show(seeded.views[0])
        window = open_window(playwright, at, folder, size=SIZE, shape=Shape(mbit_s=mbit_s, rtt_ms=RTT_MS))
        try:
            window.context.add_cookies([{"name": "consilium", "value": seeded.cookie, "url": at.origin}])
            window.page.goto(f"{at.origin}/rooms/{seeded.room_id}")
            window.page.wait_for_function("() => window.consilium?.timings().first_image > 0", polling=20)
            _check(window.page, seeded.views[0])
            return float(window.page.evaluate("() => window.consilium.timings().first_image"))
        finally:
            window.close()


def _leap(server: Running, seeded: ImagesSeed, folder: Path, *, size: int) -> Leap:
    """`size`: of the whole series."""
    at = Server(data=folder, port=server.port)
    with sync_playwright() as playwright, Presenter(server.port, seeded.room_id, seeded.presenter_token) as presenter:
        presenter.show(seeded.views[0])
        window = open_window(playwright, at, folder, size=SIZE, shape=Shape(mbit_s=MBIT_S, rtt_ms=RTT_MS))
        try:
            window.context.add_cookies([{"name": "consilium", "value": seeded.cookie, "url": at.origin}])
            window.page.goto(f"{at.origin}/rooms/{seeded.room_id}")
            window.page.wait_for_function(_COARSE, timeout=LOAD_TIMEOUT_MS, polling=20)
            came = window.link.bytes_down - window.page.evaluate(_METADATA)[1]
            asked_ms = presenter.show(seeded.far) - _origin_ms(window.page)
            assert seeded.far.only_pane is not None
            sop = seeded.far.only_pane.viewports[0].sop_instance_uid
            found = window.page.wait_for_function(_SHARP, arg=sop, timeout=LOAD_TIMEOUT_MS, polling=20)
            return Leap(sharp_ms=float(found.json_value()) - asked_ms, behind=max(0, size - came))
        finally:
            window.close()


def _loaded(window: Window, what: str, shared: View, *, since_ms: float, before: int) -> Load:
    """Wait for the whole of the series; what came when, from `since_ms` on the page's clock."""
    try:
        window.page.wait_for_function(_COMPLETE, arg=since_ms, timeout=LOAD_TIMEOUT_MS, polling=100)
    except PlaywrightTimeout:
        came = window.page.evaluate("() => window.consilium?.timings() ?? null")
        passed_mb = (window.link.bytes_down - before) / 1e6
        raise NotComplete(
            f"{what}: {passed_mb:.1f} MB and {came} after {LOAD_TIMEOUT_MS / 1000:.0f} s; the page said {window.errors}"
        ) from None
    times: dict[str, float] = window.page.evaluate("() => window.consilium.timings()")
    _check(window.page, shared)
    return Load(
        what=what,
        first_ms=times["first_image"] - since_ms,
        coarse_ms=times["coarse_volume"] - since_ms,
        full_ms=times["full_series"] - since_ms,
        size=window.link.bytes_down - before,
    )


def _later(load: Load, what: str, *, by_ms: float, size: int) -> Load:
    """The same, counted from a later beginning, up to which `size` bytes had passed."""
    return Load(
        what=what,
        first_ms=load.first_ms - by_ms,
        coarse_ms=load.coarse_ms - by_ms,
        full_ms=load.full_ms - by_ms,
        size=load.size - size,
    )


def _origin_ms(page: Page) -> float:
    found: Any = page.evaluate("() => performance.timeOrigin")  # Any: whatever the page answers
    return float(found)


def _check(page: Page, shared: View) -> None:
    shown: list[dict[str, Any]] = page.evaluate("() => window.consilium.view()")
    assert shared.only_pane is not None
    wanted = shared.only_pane.viewports[0].sop_instance_uid
    if not any(each["sop_instance_uid"] == wanted and each["quality"] == "full" for each in shown):
        raise WrongPicture(f"{wanted} is shared, shown is {shown}")
