"""Processes that draw: who gets a picture, and what becomes of the others.

A stack whose header is a named pipe keeps its process at work until somebody has written to it.
"""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dicom_render.drawers import AskedDrawing, Drawers, DrawersClosed, Overtaken
from dicom_render.drawing import DrawnPicture, OwnPlane, draw_picture
from dicom_render.drawing_queue import MAX_WAITING_EACH, QueueFull
from dicom_render.headers import Window
from dicom_render.pack import NoSuchPack
from dicom_render.prepare import prepare_series
from dicom_render.prepared_stack import PreparedStack
from dicom_render.slab import Slab
from dicom_render.volume import PlaneView
from dicom_render.worker_process import WorkerDied
from tests.dicom_render import make

TIMEOUT_S = 60
IMAGE = OwnPlane("1.2.3.4.1", 1, 0, Window(100, 200), invert=False, mirrored=False, markings=True)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("drawers")
    paths = [folder / f"{n}.dcm" for n in range(4)]
    for n, path in enumerate(paths):
        pixels = make.noise(48, 64, seed=n).astype(np.int16)
        path.write_bytes(make.image(pixels, SOPInstanceUID=f"1.2.3.4.{n}", ImagePositionPatient=[0.0, 0.0, 2.0 * n]))
    prepare_series(paths, folder / "out")
    return str(folder / "out")


@pytest.fixture
def pipe(prepared: str, tmp_path: Path) -> Path:
    """The header of a copy of the stack, as a pipe: what it is written to is read by the process that draws."""
    os.mkfifo(tmp_path / "stack-0.json")
    (tmp_path / "stack-0.frames").write_bytes((Path(prepared) / "stack-0.frames").read_bytes())
    return tmp_path / "stack-0.json"


@pytest.fixture
def drawers() -> Iterator[Drawers]:
    made = Drawers(1)
    yield made
    made.close()


def header_of(prepared: str) -> bytes:
    return (Path(prepared) / "stack-0.json").read_bytes()


def ask(drawers: Drawers, folder: str | Path, **changed: Any) -> Future[DrawnPicture]:  # Any: fields of AskedDrawing
    asked = AskedDrawing(str(folder), 0, IMAGE, "v", (64, 48), "lossless", "Anne")
    return drawers.ask(replace(asked, **changed))


def test_a_picture_is_that_of_this_process(drawers: Drawers, prepared: str) -> None:
    expected = draw_picture(PreparedStack(Path(prepared), 0), IMAGE, version="v", size=(64, 48), quality="lossless")
    assert ask(drawers, prepared).result(TIMEOUT_S) == expected


def test_a_refusal_comes_back_as_itself(drawers: Drawers, prepared: str) -> None:
    with pytest.raises(NoSuchPack):
        ask(drawers, prepared, stack=7).result(TIMEOUT_S)
    assert ask(drawers, prepared).result(TIMEOUT_S).picture


def test_a_newer_picture_of_the_same_screen_is_drawn_in_the_place_of_the_older(
    drawers: Drawers, prepared: str, pipe: Path
) -> None:
    first = ask(drawers, pipe.parent)
    with pipe.open("wb") as gate:
        older, newer = ask(drawers, prepared, screen="left"), ask(drawers, prepared, screen="left", version="w")
        with pytest.raises(Overtaken):
            older.result(TIMEOUT_S)
        gate.write(header_of(prepared))
    assert newer.result(TIMEOUT_S).drawn.version == "w"
    assert first.result(TIMEOUT_S).picture == newer.result().picture


def test_a_picture_that_nobody_waits_for_leaves_room_for_others(drawers: Drawers, prepared: str, pipe: Path) -> None:
    ask(drawers, pipe.parent)
    with pipe.open("wb") as gate:
        waiting = [ask(drawers, prepared) for _ in range(MAX_WAITING_EACH)]
        with pytest.raises(QueueFull):
            ask(drawers, prepared)
        assert waiting[3].cancel()
        later = ask(drawers, prepared)
        gate.write(header_of(prepared))
    assert later.result(TIMEOUT_S).picture
    with pytest.raises(CancelledError):
        waiting[3].result(TIMEOUT_S)


def test_a_process_that_asks_too_much_is_replaced(prepared: str) -> None:
    drawers = Drawers(1, cpu_seconds=1)
    slab = Slab("mip", 500.0)
    endless = PlaneView((16.0, 12.0, 3.0), (0.6, -0.64, -0.48), (0.0, -0.6, 0.8), (2000.0, 2000.0), slab=slab)
    with pytest.raises(WorkerDied) as died:
        ask(drawers, prepared, view=endless, size=(4096, 2304)).result(TIMEOUT_S)
    assert died.value.code == "cpu_time"
    assert ask(drawers, prepared).result(TIMEOUT_S).picture
    drawers.close()


def test_the_end_refuses_those_who_wait_and_who_come_after(prepared: str, pipe: Path) -> None:
    drawers = Drawers(1)
    begun = ask(drawers, pipe.parent)
    with pipe.open("wb") as gate:
        waiting = ask(drawers, prepared)
        closing = threading.Thread(target=drawers.close)
        closing.start()
        with pytest.raises(DrawersClosed):
            waiting.result(TIMEOUT_S)
        with pytest.raises(DrawersClosed):
            ask(drawers, prepared)
        gate.write(header_of(prepared))
    assert begun.result(TIMEOUT_S).picture
    closing.join(TIMEOUT_S)
