"""How soon OHIF, as its makers publish it, shows the same series behind the same link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.bench.loads import COLD, DATA, SWITCH, Load, NotComplete
from tests.browser.ohif import Pacs, serving
from tests.browser.stage import Server, Window, eventually, open_window
from tests.link import Shape

LOAD_TIMEOUT_S = 120
# What Cornerstone3D, which OHIF stands on, tells of itself: a picture decoded, and a viewport that has drawn it.
_LISTEN = """() => {
  localStorage.setItem('shownTours', JSON.stringify(['basicViewerTour']));
  performance.setResourceTimingBufferSize(10000);
  window.bench = { decoded: {}, drawn: {} };
  const look = () => {
    for (const { viewport } of window.cornerstone.getEnabledElements()) {
      const id = viewport.getCornerstoneImage?.()?.imageId;
      if (!(id in window.bench.decoded) || viewport.viewportStatus !== 'rendered') continue;
      window.bench.drawn[id] ??= performance.now();
    }
    requestAnimationFrame(look);
  };
  const wait = setInterval(() => {
    if (!window.cornerstone?.eventTarget) return;
    clearInterval(wait);
    requestAnimationFrame(look);
    window.cornerstone.eventTarget.addEventListener('CORNERSTONE_IMAGE_LOADED', (event) => {
      window.bench.decoded[event.detail.image.imageId] ??= performance.now();
    });
  }, 5);
}"""
_COUNT = "series => Object.keys(window.bench?.decoded ?? {}).filter((id) => id.includes(`/series/${series}/`)).length"
_TIMES = """series => {
  const of = (times) => Object.entries(times).filter(([id]) => id.includes(`/series/${series}/`)).map(([, at]) => at);
  return [Math.min(...of(window.bench.drawn)), Math.max(...of(window.bench.decoded))];
}"""
# When the metadata of a series were first asked for, and what had come in by then.
_METADATA = """() => {
  const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
  const begun = all.find((entry) => entry.name.includes('/studies')).startTime;
  const before = all.filter((entry) => entry.responseEnd <= begun);
  return [begun, before.reduce((sum, entry) => sum + entry.transferSize, 0)];
}"""
# In the middle of the head the first viewport has something in it: pictures that come and are black are not shown.
_TO_THE_MIDDLE = """() => {
  const [{ viewport }] = window.cornerstone.getEnabledElements().filter((each) => each.viewport.setImageIdIndex);
  return viewport.setImageIdIndex(viewport.getImageIds().length >> 1).then(() => null);
}"""
_CONTRAST = """() => {
  const from = document.querySelector('canvas.cornerstone-canvas');
  const to = Object.assign(document.createElement('canvas'), { width: 64, height: 64 }).getContext('2d');
  to.drawImage(from, 0, 0, 64, 64);
  const seen = to.getImageData(0, 0, 64, 64).data.filter((_, at) => at % 4 === 0);
  return Math.max(...seen) - Math.min(...seen);
}"""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What is opened: a study of two series of as many slices."""

    study_uid: str
    series_uids: Sequence[str]
    slices: int


def measure(who: str, dist: Path, pacs: Pacs, opened: Opened, *, folder: Path, link: Shape) -> list[Load]:
    """A new browser opens the study at its first series, then switches to the other. Raises `NotComplete`."""
    with serving(dist, pacs) as port, sync_playwright() as playwright:
        at = Server(data=folder, port=port)
        window = open_window(playwright, at, folder, size=(1280, 800), shape=link)
        try:
            window.page.add_init_script(f"({_LISTEN})()")
            window.page.goto(f"{at.origin}/viewer?StudyInstanceUIDs={opened.study_uid}", wait_until="commit")
            shown = _first_shown(window, opened)
            cold = _loaded(window, opened, shown, who=who, what=COLD, link=link, since_ms=0.0, before=0)
            by_ms, size = window.page.evaluate(_METADATA)
            other = next(uid for uid in opened.series_uids if uid != shown)
            before = window.link.bytes_down
            since_ms = _switch(window.page, list(opened.series_uids).index(other))
            switched = _loaded(window, opened, other, who=who, what=SWITCH, link=link, since_ms=since_ms, before=before)
            return [cold, cold.later(DATA, by_ms=by_ms, size=size), switched]
        finally:
            window.close()


def _first_shown(window: Window, opened: Opened) -> str:
    """Which series it opened with."""
    found: list[str] = []

    def is_drawn() -> bool:
        drawn: list[str] = window.page.evaluate("() => Object.keys(window.bench?.drawn ?? {})")
        found[:] = [uid for uid in opened.series_uids if any(f"/series/{uid}/" in image for image in drawn)]
        return bool(found)

    if not eventually(window, is_drawn, timeout_s=LOAD_TIMEOUT_S):
        raise NotComplete(f"OHIF showed nothing in {LOAD_TIMEOUT_S} s; the page said {window.errors}")
    return found[0]


def _switch(page: Page, thumbnail: int) -> float:
    """Double-clicks a series; when, on the page's clock."""
    begun: Any = page.evaluate("() => performance.now()")  # Any: whatever the page answers
    page.locator('[data-cy="study-browser-thumbnail"]').nth(thumbnail).dblclick()
    return float(begun)


def _loaded(
    window: Window, opened: Opened, series_uid: str, *, who: str, what: str, link: Shape, since_ms: float, before: int
) -> Load:
    def is_whole() -> bool:
        return window.page.evaluate(_COUNT, series_uid) >= opened.slices

    if not eventually(window, is_whole, timeout_s=LOAD_TIMEOUT_S):
        came = window.page.evaluate(_COUNT, series_uid)
        raise NotComplete(f"{who}, {what}: {came} of {opened.slices} slices after {LOAD_TIMEOUT_S} s")
    first, full = window.page.evaluate(_TIMES, series_uid)
    window.page.evaluate(_TO_THE_MIDDLE)
    if not eventually(window, lambda: window.page.evaluate(_CONTRAST) > 100):
        raise NotComplete(f"{who}, {what}: the viewport is blank")
    return Load(
        who=who, what=what, link=link, first_ms=first - since_ms, coarse_ms=None, full_ms=full - since_ms,
        size=window.link.bytes_down - before,
    )  # fmt: skip
