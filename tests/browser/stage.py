"""A real demo server in its own process and real Chromium windows, each behind a link of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tests.browser.media import write_colour, write_tone
from tests.link import Link, Shape

ROOT = Path(__file__).parents[2]
PASSWORD = "montre-moi la coupe"
START_TIMEOUT_S = 240

RADIOLOGIST = "radiologue@valmont.example"
NEURORADIOLOGIST = "neuroradiologue@chu.example"
EMERGENCY_DOCTOR = "urgentiste@valmont.example"
NEUROSURGEON = "neurochirurgien@chu.example"
ONCOLOGIST = "oncologue@belrive.example"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass(kw_only=True)
class Server:
    """`consilium demo` as a user starts it, on its own data folder."""

    data: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        return {**os.environ, "CONSILIUM_DATA": str(self.data), "CONSILIUM_PORT": str(self.port)}

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A `consilium` command beside the running server."""
        return subprocess.run(
            [sys.executable, "-m", "collab.app", *arguments],
            cwd=ROOT, env=self.environment(), capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip

    def start(self) -> None:
        log = (self.data / "server.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "collab.app", "demo", "--password", PASSWORD],
            cwd=ROOT, env=self.environment(), stdout=log, stderr=log,
        )  # fmt: skip
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start:\n{(self.data / 'server.log').read_text()[-4000:]}")
            time.sleep(0.1)

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.origin}/readyz", timeout=2) as answer:
                return answer.status == 200
        except (URLError, OSError):
            return False

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(timeout=10)


FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--allow-loopback-in-peer-connection",
    "--no-proxy-server",
    # Two windows on one screen must both keep their timers and frames.
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
)


@dataclass(kw_only=True)
class Window:
    """One person's browser: its own process, microphone, camera and link."""

    browser: Browser
    context: BrowserContext
    page: Page
    link: Link
    errors: list[str]

    def close(self) -> None:
        self.browser.close()
        self.link.close()


def open_window(
    playwright: Playwright,
    server: Server,
    folder: Path,
    *,
    size: tuple[int, int],
    tone_hz: float = 440.0,
    colour: tuple[int, int, int] = (32, 64, 192),
    shape: Shape | None = None,
    flags: Sequence[str] = (),
) -> Window:
    """A Chromium of its own, whose way to the server leads through its own link."""
    link = Link(server.port, shape)
    chromium = shutil.which("chromium")
    assert chromium, "chromium is missing"
    tone = write_tone(folder / f"tone-{link.port}.wav", tone_hz)
    picture = write_colour(folder / f"picture-{link.port}.y4m", *colour)
    browser = playwright.chromium.launch(
        executable_path=chromium,
        headless=True,
        args=[
            *FLAGS,
            *flags,
            f"--use-file-for-fake-audio-capture={tone}",
            f"--use-file-for-fake-video-capture={picture}",
            f"--host-resolver-rules=MAP 127.0.0.1:{server.port} 127.0.0.1:{link.port}",
        ],
    )
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="fr-FR")
    context.grant_permissions(["microphone", "camera"], origin=server.origin)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    return Window(browser=browser, context=context, page=page, link=link, errors=errors)


def sign_in(window: Window, server: Server, email: str) -> None:
    window.page.goto(f"{server.origin}/login")
    window.page.fill("input[name=email]", email)
    window.page.fill("input[name=password]", PASSWORD)
    window.page.locator("form[action='/login'] button").click()
    window.page.wait_for_url(f"{server.origin}/")
