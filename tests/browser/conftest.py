"""One demo server for all browser tests, with the real series beside the synthetic ones; windows as tests ask.

Package scope, not session: Playwright runs an event loop in this thread, and asynchronous tests need their own.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.browser.stage import Server, Window, free_port, open_window, sign_in, wait_until_prepared
from tests.conftest import missing

VALMONT = "990000011"
REAL_SERIES = ("01_head_ct/philips_ingenuity_phantom_5mm", "01_head_ct/ge_hispeed_tilt18_varspacing")


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not shutil.which("chromium"):
        missing("chromium (a Debian package)")
    found = Server(data=tmp_path_factory.mktemp("data"), port=free_port())
    found.start()
    wait_until_prepared(found)
    yield found
    found.stop()


@pytest.fixture(scope="package")
def real_data(server: Server, test_data: Path) -> None:
    """The real head CTs, imported by the command as a user would."""
    paths = [str(test_data / part) for part in REAL_SERIES]
    done = server.command("import", "--finess", VALMONT, *paths)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as found:
        yield found


@pytest.fixture
def open_as(playwright: Playwright, server: Server, tmp_path: Path) -> Iterator[Callable[..., Window]]:
    """`open_as(email, size=(1280, 800), ...)`: somebody's signed-in window; all are closed after the test.

    A page error or a console error in any window fails the test.
    """
    windows: list[Window] = []

    def open_one(email: str, *, size: tuple[int, int], **more: object) -> Window:
        window = open_window(playwright, server, tmp_path, size=size, **more)  # pyright: ignore[reportArgumentType]
        windows.append(window)
        sign_in(window, server, email)
        return window

    yield open_one
    errors = [error for window in windows for error in window.errors]
    for window in windows:
        window.close()
    assert errors == []
