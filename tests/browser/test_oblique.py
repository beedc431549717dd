"""Planes through a volume are turned by their lines and by keys, on both screens alike, and straightened again."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dicom_render.headers import Window as VoiWindow
from dicom_render.volume import PlaneView, PreparedStack, render_view
from tests.browser import stage
from tests.browser.stage import NEURORADIOLOGIST, RADIOLOGIST, Server, Window

pytestmark = pytest.mark.browser


def rotation_between(one: list[float], other: list[float]) -> float:
    return math.degrees(math.acos(max(-1.0, min(1.0, sum(a * b for a, b in zip(one, other, strict=True))))))


def test_planes_are_turned_by_their_lines_and_followed(server: Server, open_as: Callable[..., Window]) -> None:
    case = stage.open_case(server, words="synthetique sans injection")
    expert = open_as(NEURORADIOLOGIST, size=(1280, 800))
    requester = open_as(RADIOLOGIST, size=(1000, 900))
    stage.enter(expert, server, case.room_id)
    stage.enter(requester, server, case.room_id)
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)
    expert.page.keyboard.press("l")
    assert stage.eventually(expert, lambda: "axial" in stage.views(expert))
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)
    before = stage.views(expert)

    # From the front end of the sagittal plane's line, 30 degrees along the circle around the middle.
    x, y, width, height = stage.box_of(expert, "axial")
    reach = 0.4 * min(width, height)
    mouse = expert.page.mouse
    mouse.move(x + width / 2, y + height / 2 - reach)
    assert stage.viewport(expert, "axial").get_attribute("data-held") is not None
    mouse.down()
    for step in range(1, 7):
        angle = math.radians(5 * step)
        mouse.move(x + width / 2 + reach * math.sin(angle), y + height / 2 - reach * math.cos(angle))
    mouse.up()
    turned = stage.views(expert)
    assert turned["axial"]["normal"] == before["axial"]["normal"]
    assert turned["axial"]["window"] == before["axial"]["window"]
    assert rotation_between(turned["sagittal"]["normal"], before["sagittal"]["normal"]) == pytest.approx(30, abs=1)
    assert rotation_between(turned["coronal"]["normal"], before["coronal"]["normal"]) == pytest.approx(30, abs=1)
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)
    for window in (expert, requester):
        words = window.page.locator("[data-viewport=sagittal] .in-layers")
        assert stage.eventually(window, lambda words=words: "plan oblique" in (words.text_content() or ""))
        assert window.page.locator("[data-viewport=sagittal] .at-right").text_content() in {"PL", "PR"}

    expert.page.keyboard.press("Shift+ArrowLeft")
    assert stage.eventually(
        expert, lambda: rotation_between(stage.views(expert)["coronal"]["normal"], turned["coronal"]["normal"]) > 4.9
    )
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)

    expert.page.get_by_role("button", name="Redresser les plans").click()
    assert stage.eventually(expert, lambda: stage.views(expert)["coronal"]["normal"] == before["coronal"]["normal"])
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)


def prepared(server: Server, series_uid: str) -> PreparedStack:
    """The series as the server keeps it, to be cut by our renderer."""
    for header in server.data.glob("prepared/*/*/stack-0.json"):
        if json.loads(header.read_text())["series_uid"] == series_uid:
            return PreparedStack(Path(header).parent, 0)
    raise AssertionError("not prepared")


def off_from_cut(window: Window, server: Server, name: str, *, moved_mm: float = 0.0) -> float:
    """The 90th percentile of the grey levels by which a viewport differs from a cut along the plane that it tells."""
    view: dict[str, Any] = stage.views(window)[name]
    x, y, width, height = (round(side) for side in stage.box_of(window, name))
    scale = max(view["fov_mm"][0] / width, view["fov_mm"][1] / height)
    point = [a + moved_mm * b for a, b in zip(view["point_world_mm"], view["normal"], strict=True)]
    plane = PlaneView(
        point_world_mm=(point[0], point[1], point[2]),
        normal=tuple(view["normal"]),
        up=tuple(view["up"]),
        fov_mm=(width * scale, height * scale),
        window=VoiWindow(view["window"]["center"], view["window"]["width"]),
        mirrored=view["mirrored"],
    )
    cut = render_view(prepared(server, view["series_uid"]), plane, width, height)
    window.page.evaluate("document.querySelectorAll('.viewport-overlay').forEach((one) => { one.hidden = true; })")
    seen = Image.open(io.BytesIO(window.page.screenshot())).convert("L").crop((x, y, x + width, y + height))
    return float(np.percentile(np.abs(np.asarray(seen).astype(int) - cut.astype(int)), 90))


@pytest.mark.parametrize("backend", ["cpu", "gpu"])
def test_an_oblique_plane_is_the_one_that_it_says_it_is(
    server: Server, open_as: Callable[..., Window], backend: str
) -> None:
    case = stage.open_case(server, words="synthetique sans injection")
    window = open_as(NEURORADIOLOGIST, size=(1280, 800))
    stage.enter(window, server, f"{case.room_id}?backend={backend}")
    page = window.page
    page.keyboard.press("r")
    if "axial" not in stage.views(window):
        page.keyboard.press("l")
    for _ in range(5):
        page.keyboard.press("Shift+ArrowLeft")
    assert stage.eventually(window, lambda: abs(stage.views(window)["sagittal"]["normal"][1]) > 0.4)
    for name in ("axial", "sagittal", "coronal"):
        assert stage.eventually(window, lambda name=name: off_from_cut(window, server, name) <= 2), name
    # The measure sees a plane that lies 3 mm beside the one it says.
    assert off_from_cut(window, server, "sagittal", moved_mm=3) > 4

    stage.scroll(window, "sagittal", 3)
    page.keyboard.press("h")
    page.keyboard.press("o")
    assert stage.eventually(window, lambda: stage.views(window)["sagittal"]["mirrored"])
    assert stage.eventually(window, lambda: off_from_cut(window, server, "sagittal") <= 2)
