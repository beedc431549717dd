"""A real demo server in its own process and real Chromium windows, each behind a link of its own."""

from __future__ import annotations

import json
import math
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError

import httpx
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright

from collab.app.demo import PEOPLE
from tests.browser.media import write_colour, write_tone
from tests.link import Link, Shape

ROOT = Path(__file__).parents[2]
PASSWORD = "montre-moi la coupe"
START_TIMEOUT_S = 240

NAMES = {person.email: person.name for person in PEOPLE}
RADIOLOGIST = "radiologue@valmont.example"
NEURORADIOLOGIST = "neuroradiologue@chu.example"
EMERGENCY_DOCTOR = "urgentiste@valmont.example"
NEUROSURGEON = "neurochirurgien@chu.example"
ONCOLOGIST = "oncologue@belrive.example"


def sentences(language: str) -> dict[str, str]:
    """What the room's page says, by key."""
    return json.loads((ROOT / "web" / "locales" / language / "room.json").read_text("utf-8"))


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
        with (self.data / "server.log").open("ab") as log:
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
    devices_granted: bool = True,
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
            *(flag for flag in FLAGS if devices_granted or flag != "--use-fake-ui-for-media-stream"),
            *flags,
            f"--use-file-for-fake-audio-capture={tone}",
            f"--use-file-for-fake-video-capture={picture}",
            f"--host-resolver-rules=MAP 127.0.0.1:{server.port} 127.0.0.1:{link.port}",
        ],
    )
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="fr-FR")
    if devices_granted:
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


def eventually(window: Window, check: Callable[[], bool], *, timeout_s: float = 20.0) -> bool:
    """Whether `check` comes true before the deadline; the browser's events are let through meanwhile."""
    deadline = time.monotonic() + timeout_s
    while not check():
        if time.monotonic() > deadline:
            return False
        window.page.wait_for_timeout(50)
    return True


@dataclass(frozen=True, kw_only=True)
class Case:
    """An accepted request and its room."""

    request_id: str
    room_id: str
    study_id: str


@contextmanager
def api(server: Server, email: str) -> Iterator[httpx.Client]:
    """The JSON API as a signed-in person."""
    with httpx.Client(base_url=server.origin, headers={"origin": server.origin}, timeout=30) as client:
        answer = client.post("/login", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        yield client


def wait_until_prepared(server: Server) -> None:
    """Two cores that prepare images leave little to two browsers with microphones and cameras."""
    deadline = time.monotonic() + 120
    with api(server, RADIOLOGIST) as client:
        while any(line["state"] != "ready" for line in client.get("/api/studies").json()):
            assert time.monotonic() < deadline, "the studies are not prepared"
            time.sleep(0.2)


def find_study(client: httpx.Client, *, words: str) -> dict[str, Any]:
    """The prepared study whose line holds every word."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        for line in client.get("/api/studies").json():
            text = f"{line}".lower()
            if all(word.lower() in text for word in words.split()):
                study = client.get(f"/api/studies/{line['study_id']}").json()
                if study["state"] == "ready":
                    return study
        time.sleep(0.2)
    raise AssertionError(f"no prepared study with {words!r}")


def open_case(
    server: Server,
    *,
    words: str,
    expert: str = NEURORADIOLOGIST,
    also: Sequence[str] = (),
    beside: Sequence[str] = (),
) -> Case:
    """A stroke request of the local radiologist about one study, accepted by the expert; `also` may join.

    `beside`: words of further studies of the patient that the room shows.
    """
    with api(server, RADIOLOGIST) as requester, api(server, expert) as doctor:
        study = find_study(requester, words=words)
        people = {person["name"]: person["person_id"] for person in requester.get("/api/directory").json()["people"]}
        asked = _stroke_request(study, expert_id=people[NAMES[expert]])
        asked["study_ids"] += [find_study(requester, words=each)["study_id"] for each in beside]
        case = _done(requester.post("/api/expertise", json=asked))
        path = f"/api/expertise/{case['request_id']}"
        if "submit" in case["may"]:
            _done(requester.post(f"{path}/submit", json={}))
        accepted = _done(doctor.post(f"{path}/accept", json={}))
        room_id = accepted["room_id"] or _done(doctor.post(f"{path}/room", json={}))["room_id"]
        for email in also:
            _done(requester.post(f"{path}/invite", json={"person_id": people[NAMES[email]]}))
    return Case(request_id=case["request_id"], room_id=room_id, study_id=study["study_id"])


def _stroke_request(study: dict[str, Any], *, expert_id: str) -> dict[str, Any]:
    patient = study["patient"]
    return {
        "urgency": "immediate",
        "question": "Occlusion proximale ? Indication de thrombolyse ?",
        "reason": "Hémiplégie droite et aphasie brutales.",
        "callback_phone": "+33 1 99 00 00 11",
        "patient": {
            "family_name": patient["family"] or patient["name"] or "INCONNU",
            "given_name": patient["given"],
            "birth_date": patient["birth_date"],
            "sex": patient["sex"] if patient["sex"] in {"M", "F"} else "U",
        },
        "informed": "informed",
        "consent_mode": "oral",
        "study_ids": [study["study_id"]],
        "key_data": {
            "pathway": "stroke",
            "onset": "wake_up",
            "last_known_well_at": "2026-11-23T22:30:00+01:00",
            "nihss_total": 14,
            "anticoagulant": "none",
        },
        "expert_person_id": expert_id,
    }


def _done(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code < 300, f"{answer.request.url}: {answer.text}"
    return answer.json()


def enter(window: Window, server: Server, room_id: str) -> None:
    """Open the room and wait until the first image is drawn whole."""
    window.page.goto(f"{server.origin}/rooms/{room_id}")
    # Not wait_for_function: it evaluates text inside the page, which the page's own policy rightly forbids.
    loaded = "() => window.consilium?.timings().full_series ?? null"
    assert eventually(window, lambda: window.page.evaluate(loaded) is not None, timeout_s=60)


def views(window: Window) -> dict[str, dict[str, Any]]:
    """What the window shows, by viewport."""
    return {view["id"]: view for view in window.page.evaluate("window.consilium.view()")}


def differences(one: Window, other: Window) -> list[str]:
    """What two windows do not agree on: image, window, plane, centre (0.5 mm). Empty when they show the same."""
    mine, theirs = views(one), views(other)
    if mine.keys() != theirs.keys() or not mine:
        return [f"viewports {sorted(mine)} and {sorted(theirs)}"]
    found: list[str] = []
    for name, here in mine.items():
        there = theirs[name]
        found += [
            f"{name} {key}: {here[key]} and {there[key]}"
            for key in ("study_uid", "series_uid", "sop_instance_uid", "frame", "window", "mirrored")
            if here[key] != there[key]
        ]
        if math.dist(here["point_world_mm"], there["point_world_mm"]) > 0.5:
            found.append(f"{name} centre: {here['point_world_mm']} and {there['point_world_mm']}")
        found += [
            f"{name} {key}: {here[key]} and {there[key]}"
            for key in ("normal", "up")
            if math.dist(here[key], there[key]) > 0.001
        ]
    return found


def show_the_same(one: Window, other: Window, *, timeout_s: float = 20.0) -> bool:
    return eventually(one, lambda: not differences(one, other), timeout_s=timeout_s)


def viewport(window: Window, name: str) -> Locator:
    """By its name in `window.consilium.view()`: `stack` is the first pane's, `2:stack` the second's."""
    pane, _, kind = name.rpartition(":")
    return window.page.locator(f".pane[data-pane='{pane or 1}'] [data-viewport={kind}] .viewport-screen")


def box_of(window: Window, name: str) -> tuple[float, float, float, float]:
    box = viewport(window, name).bounding_box()
    assert box
    return box["x"], box["y"], box["width"], box["height"]


def middle_of(shown: Locator) -> tuple[float, float]:
    box = shown.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(window: Window, name: str, by: tuple[int, int], *, button: str = "left") -> None:
    """Drag from the middle of a viewport, in steps as a hand does."""
    x, y, width, height = box_of(window, name)
    mouse = window.page.mouse
    mouse.move(x + width / 2, y + height / 2)
    mouse.down(button=button)  # pyright: ignore[reportArgumentType] - Playwright's literal
    mouse.move(x + width / 2 + by[0], y + height / 2 + by[1], steps=6)
    mouse.up(button=button)  # pyright: ignore[reportArgumentType]


def scroll(window: Window, name: str, notches: int) -> None:
    x, y, width, height = box_of(window, name)
    window.page.mouse.move(x + width / 2, y + height / 2)
    for _ in range(abs(notches)):
        window.page.mouse.wheel(0, 100 if notches > 0 else -100)
