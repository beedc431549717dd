"""How fast the server draws a view of a prepared stack for a screen that does not fetch its pack, over HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from collab.accounts import service as accounts
from collab.kit.clock import utc_now
from collab.kit.database import Database
from collab.kit.secret import read_secret
from collab.kit.settings import Settings
from collab.studies.importing import Intake, import_files
from collab.studies.preparing import Preparer
from collab.studies.sources import Source
from dicom_render.phantom import generate_studies
from dicom_render.workers import Workers
from tests.bench import seed
from tests.bench.machine import this_machine
from tests.bench.percentiles import median
from tests.bench.processes import free_port, running
from tests.bench.report import Cell, NotMeasured, Report, Table

REPEATS, QUICK_REPEATS = 30, 6
SIDE_PX, FIELD_MM = 800, 240
# By name: the plane (None: the middle image's own), and how much of it is drawn as one. Obliques lean to all axes.
_OBLIQUE = {"normal": "0.6,-0.64,-0.48", "up": "0,-0.6,0.8"}
_SLAB = {"blend": "mip", "thickness_mm": "20"}
VIEWS: Mapping[str, Mapping[str, str] | None] = {
    "slice": None,
    "coronal": {"normal": "0,-1,0", "up": "0,0,1"},
    "oblique": _OBLIQUE,
    "axial MIP of 20 mm": {"normal": "0,0,-1", "up": "0,-1,0", **_SLAB},
    "oblique MIP of 20 mm": {**_OBLIQUE, **_SLAB},
}
QUALITIES = ("80", "lossless")


@dataclass(frozen=True, kw_only=True)
class Timed:
    """Milliseconds from request to whole picture: the very first, and each of those after it; bytes of the last."""

    view: str
    quality: str
    first_ms: float
    warm_ms: tuple[float, ...]
    size: int


def run(*, is_quick: bool = False) -> Report:
    machine = this_machine()
    with TemporaryDirectory(prefix="consilium-bench-") as temporary:
        folder = Path(temporary)
        settings = Settings(data=folder / "data", port=free_port())
        settings.data.mkdir()
        token, path = _seed(settings, folder / "files")
        environment = seed.environment_of(settings)
        with (
            running((*seed.COMMAND, "serve"), port=settings.port, log=folder / "log", environment=environment),
            httpx.Client(base_url=f"http://127.0.0.1:{settings.port}", timeout=60) as client,
        ):
            client.headers["Authorization"] = f"Bearer {token}"
            times, stack = _measure(client, path, QUICK_REPEATS if is_quick else REPEATS)
    return Report(
        name="pictures",
        measured=f"GET .../picture of {SIDE_PX} x {SIDE_PX} pixels, over HTTP on loopback; {stack}",
        runs=f"one first request each, then {QUICK_REPEATS if is_quick else REPEATS} at other places, median shown",
        machine=machine,
        tables=(pictures_table(times),),
        notes=(
            "first: of `coronal`, with the whole volume decoded for it; of `slice`, with its process started.",
            "each asks who the caller is and whether they may see the study.",
        ),
    )


def pictures_table(times: Iterable[Timed]) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (each.view, each.quality, each.first_ms, median(each.warm_ms), max(each.warm_ms), each.size / 1024)
        for each in times
    ]
    columns = ("view", "quality", "first ms", "warm ms", "slowest ms", "KiB")
    return Table(title="A view as picture", columns=columns, rows=tuple(rows))


def _seed(settings: Settings, folder: Path) -> tuple[str, str]:
    """The synthetic head CT, prepared; the token of a doctor who may see it, and where its stack is."""
    study = next(iter(generate_studies(date(2026, 11, 24))))
    for name, content in study.instances:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    seed.migrate(settings)
    with closing(Database(settings.url)) as database, Workers(2) as workers:
        with database.transaction() as session:
            person, *_ = seed.add_people(session)
            secret = read_secret(settings)
            token = accounts.create_token(session, person.email, seed.BY, by=seed.BY, secret=secret, at=utc_now())
        intake = Intake(database=database, settings=settings, workers=workers)
        done = import_files(intake, [Source(path=folder, name="ct")], by=seed.BY, hospital_id=person.hospital_id)
        preparer = Preparer(intake)
        while preparer.prepare_next():
            pass
    return token, f"/api/studies/{done.study_ids[0]}"


def _measure(client: httpx.Client, path: str, repeats: int) -> tuple[list[Timed], str]:
    stacks = [stack for series in client.get(path).json()["series"] for stack in series["stacks"]]
    largest = max(stacks, key=lambda stack: stack["frames"])
    stack = largest["pack_url"].removesuffix("/pack")
    opened = client.get(f"{stack}/header").json()
    times = [
        _timed(client, stack, opened, view=view, quality=quality, repeats=repeats)
        for view in VIEWS
        for quality in QUALITIES
    ]
    return times, f"{largest['frames']} slices of {largest['columns']} x {largest['rows']}"


def _timed(
    client: httpx.Client,
    stack: str,
    opened: dict[str, Any],  # Any: JSON
    *,
    view: str,
    quality: str,
    repeats: int,
) -> Timed:
    times: list[float] = []
    size = 0
    for number in range(repeats + 1):
        query = _query(opened, VIEWS[view], number - repeats // 2) | {"quality": quality}
        begun = time.perf_counter()
        answer = client.get(f"{stack}/picture", params=query)
        times.append((time.perf_counter() - begun) * 1000)
        if answer.status_code != 200:
            raise NotMeasured(f"{view}: {answer.status_code} {answer.text[:200]}")
        size = len(answer.content)
    return Timed(view=view, quality=quality, first_ms=times[0], warm_ms=tuple(times[1:]), size=size)


def _query(opened: dict[str, Any], plane: Mapping[str, str] | None, away: int) -> dict[str, str]:  # Any: JSON
    """A view `away` slices, or millimetres, from the middle of the stack."""
    frames = opened["header"]["frames"]
    frame = frames[len(frames) // 2 + away]
    query = {"version": opened["version"], "width": str(SIDE_PX), "height": str(SIDE_PX)}
    if plane is None:
        return query | {"sop": frame["sop_instance_uid"]}
    x, y, z = frame["position_mm"]
    point = f"{x + FIELD_MM / 2},{y + FIELD_MM / 2},{z}"
    return query | {"point_world_mm": point, "mm_per_px": str(FIELD_MM / SIDE_PX), **plane}
