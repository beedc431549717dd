"""How soon a real browser that follows a presenter shows the right slice, the coarse and the full series; OHIF beside.

Chromium through tests/link.py; the page's own marks (`window.consilium.timings()`), and Cornerstone's own in OHIF.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from playwright.sync_api import Page, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from collab.kit.settings import Settings
from collab.rooms.view import View
from tests.bench import images_ohif, seed
from tests.bench.images_ohif import Opened
from tests.bench.images_seed import ImagesSeed, seed_images
from tests.bench.loads import (
    COLD,
    DATA,
    OURS,
    SWITCH,
    Leap,
    Load,
    NotComplete,
    leaps_table,
    links_of,
    loads_table,
    slow_table,
)
from tests.bench.machine import this_machine
from tests.bench.peers import orthanc
from tests.bench.percentiles import median
from tests.bench.presenter import Presenter
from tests.bench.processes import Running, free_port, running
from tests.bench.report import NotMeasured, Report
from tests.browser.ohif import VERSION, Pacs, find_ohif
from tests.browser.stage import Server, Window, open_window
from tests.link import Shape

SLOW = Shape(mbit_s=2, rtt_ms=50)
LINKS = (Shape(mbit_s=20, rtt_ms=50), Shape(mbit_s=100, rtt_ms=20))
RUNS, QUICK_RUNS = 3, 1
LOAD_TIMEOUT_MS = 120_000
SIZE = (1280, 800)
HTJ2K = 'multipart/related; type="image/jphc"; transfer-syntax=1.2.840.10008.1.2.4.202'
SAME_BYTES, AS_ORTHANC_GIVES = "OHIF, our HTJ2K frames", "OHIF, Orthanc's frames"

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


# The image shared last stands there in full.
_SHARP = """sop => window.consilium?.view()
  .some((one) => one.sop_instance_uid === sop && one.quality === 'full') ? performance.now() : null"""
_COARSE = "() => (window.consilium?.timings().coarse_volume ?? 0) > 0"


class WrongPicture(NotMeasured):
    """The follower does not show the slice that the presenter does: its times mean nothing."""


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
        with ExitStack() as stack:
            server = stack.enter_context(
                running(command, port=settings.port, log=folder / "log", environment=environment, is_alone=False)
            )
            peers = stack.enter_context(_peers(server, seeded, folder))
            count = QUICK_RUNS if is_quick else RUNS
            loads = [
                load
                for link in (LINKS[:1] if is_quick else LINKS)
                for number in range(count)
                for load in _one_round(server, seeded, folder, link, peers, is_first=number == 0)
            ]
            size = round(median([load.size for load in loads if (load.who, load.what) == (OURS, SWITCH)]) or 0)
            slow = [_first_ms(server, seeded, folder, SLOW) for _ in range(count)]
            leaps = [_leap(server, seeded, folder, size=size) for _ in range(count)]
    return Report(
        name="images",
        measured=(
            f"synthetic head CT of {seeded.slices} slices in Chromium (software GL, {SIZE[0]}x{SIZE[1]}); ours: a "
            f"follower, the presenter on loopback; OHIF {VERSION} from npm opens the study as its user would"
        ),
        runs=f"{count} (Orthanc's: 1), medians shown; a new browser each, its cache empty",
        machine=machine,
        tables=(
            *(loads_table(loads, link) for link in links_of(loads)),
            leaps_table(leaps, LINKS[0]),
            slow_table(slow, SLOW),
        ),
        notes=NOTES if peers else (*NOTES, "no peer ran beside it: OHIF (CONSILIUM_OHIF or its cache) is missing."),
    )


NOTES = (
    "first: ours: the presenter's very slice is drawn (checked by SOP Instance UID); OHIF: its first slice is drawn.",
    "coarse: each slice has data of its own (OHIF has none such); full: each slice is lossless and decoded.",
    "line: bytes over the link in that time, at the line's rate. cold counts page, program and images.",
    "in pack order: what was still to come of the series at the line's rate, since that slice lies last in its pack.",
    "OHIF was given: its program gzip-ed, one origin, a proxy more on the way, frames as the very HTJ2K of our packs, "
    "or as Orthanc gives them (uncompressed: it has no HTJ2K). Its decoder is cold when cold, warm when switched.",
)


@contextmanager
def _peers(server: Running, seeded: ImagesSeed, folder: Path) -> Generator[dict[str, Pacs]]:
    """The services that OHIF reads from; none where OHIF is missing."""
    if find_ohif() is None:
        yield {}
        return
    headers = {"Authorization": f"Bearer {seeded.presenter_token}"}
    ours = Pacs(origin=f"http://127.0.0.1:{server.port}", root="/dicomweb", headers=headers, frames_accept=HTJ2K)
    try:
        orthanc.version()
    except NotMeasured:
        yield {SAME_BYTES: ours}
        return
    with orthanc.orthanc(folder / "orthanc") as other:
        origin = f"http://127.0.0.1:{other.port}"
        with httpx.Client(base_url=origin, timeout=60) as client:
            for path in sorted((folder / "head_ct").rglob("*.dcm")):
                client.post("/instances", content=path.read_bytes()).raise_for_status()
        yield {SAME_BYTES: ours, AS_ORTHANC_GIVES: Pacs(origin=origin, root=orthanc.ROOT, headers={})}


def _one_round(
    server: Running, seeded: ImagesSeed, folder: Path, link: Shape, peers: dict[str, Pacs], *, is_first: bool
) -> list[Load]:
    """Ours, then the peers; Orthanc's frames, which take longest and vary least, in the first round only."""
    loads = _one_run(server, seeded, folder, link)
    panes = [view.only_pane for view in seeded.views]
    uids = [(pane.study_uid, pane.series_uid) for pane in panes if pane is not None]
    opened = Opened(study_uid=uids[0][0], series_uids=[series for _, series in uids], slices=seeded.slices)
    dist = find_ohif()
    for who, pacs in peers.items():
        if dist is not None and (is_first or who != AS_ORTHANC_GIVES):
            loads += images_ohif.measure(who, dist, pacs, opened, folder=folder, link=link)
    return loads


def _one_run(server: Running, seeded: ImagesSeed, folder: Path, link: Shape) -> list[Load]:
    at = Server(data=folder, port=server.port)
    with sync_playwright() as playwright, Presenter(server.port, seeded.room_id, seeded.presenter_token) as presenter:
        first, second = seeded.views
        presenter.show(first)
        window = open_window(playwright, at, folder, size=SIZE, shape=link)
        try:
            window.context.add_cookies([{"name": "consilium", "value": seeded.cookie, "url": at.origin}])
            window.page.goto(f"{at.origin}/rooms/{seeded.room_id}")
            cold = _loaded(window, COLD, first, link, since_ms=0.0, before=0)
            by_ms, size = window.page.evaluate(_METADATA)
            before, since_ms = window.link.bytes_down, presenter.show(second) - _origin_ms(window.page)
            switched = _loaded(window, SWITCH, second, link, since_ms=since_ms, before=before)
            return [cold, cold.later(DATA, by_ms=by_ms, size=size), switched]
        finally:
            window.close()


def _first_ms(server: Running, seeded: ImagesSeed, folder: Path, link: Shape) -> float:
    at = Server(data=folder, port=server.port)
    with sync_playwright() as playwright, Presenter(server.port, seeded.room_id, seeded.presenter_token) as presenter:
        presenter.show(seeded.views[0])
        window = open_window(playwright, at, folder, size=SIZE, shape=link)
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
        window = open_window(playwright, at, folder, size=SIZE, shape=LINKS[0])
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


def _loaded(window: Window, what: str, shared: View, link: Shape, *, since_ms: float, before: int) -> Load:
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
        who=OURS,
        what=what,
        link=link,
        first_ms=times["first_image"] - since_ms,
        coarse_ms=times["coarse_volume"] - since_ms,
        full_ms=times["full_series"] - since_ms,
        size=window.link.bytes_down - before,
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
