"""How fast the server makes a JPEG of a frame, by transfer syntax, and Orthanc beside it: same files, same client."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import numpy as np
import pydicom
from pydicom.uid import UID, generate_uid

from collab.accounts import service as accounts
from collab.dicomweb.work import draw
from collab.kit.clock import utc_now
from collab.kit.database import Database
from collab.kit.secret import read_secret
from collab.kit.settings import Settings
from collab.studies.blobs import hash_of
from collab.studies.importing import Intake, import_files
from collab.studies.preparing import Preparer
from collab.studies.sources import Source
from dicom_render.headers import Window
from dicom_render.refusal import Unreadable
from dicom_render.rendering import Drawing
from dicom_render.workers import Workers
from tests.bench import seed
from tests.bench.machine import this_machine
from tests.bench.peers import orthanc
from tests.bench.percentiles import median
from tests.bench.processes import GENERATOR_CORE, ROOT, free_port, running, undisturbed
from tests.bench.report import Cell, NotMeasured, Report, Table

SAME_CT = "08_transfer_syntaxes/cs3d_same_ct_15_syntaxes"
# Another CT slice of 512 x 512; the folder above has no HTJ2K.
HTJ2K = tuple(f"08_transfer_syntaxes/derived_htj2k_{kind}/ge_head_14.dcm" for kind in ("201", "rpcl_202"))
# Copies, each of which is asked for once before it is asked for again: what a first request costs needs several.
COPIES = 5
REPEATS, QUICK_REPEATS = 8, 2
# Asked first of both servers, so that neither starts a process or opens a connection in what is measured.
WARM_UP = "ImplicitVRLittleEndian"
TARGET = 0.5
COPYINGS = 200


@dataclass(frozen=True, kw_only=True)
class Instance:
    """A file as it was sent to both; `number` tells its copies apart, `decoded_bytes` its pixels have in memory."""

    number: int
    path: Path
    syntax: str
    study_uid: str
    series_uid: str
    uid: str
    decoded_bytes: int

    def rendered(self, root: str) -> str:
        return f"{root}/studies/{self.study_uid}/series/{self.series_uid}/instances/{self.uid}/rendered"


@dataclass(frozen=True, kw_only=True)
class Timed:
    """Milliseconds from request to whole picture: the very first of an instance, and those after it."""

    cold_ms: float
    warm_ms: Sequence[float]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One copy. None: that server had no picture of it."""

    instance: Instance
    ours: Timed | None
    peer: Timed | None
    steps_ms: float | None = None
    copy_ms: float | None = None


def run(*, is_quick: bool = False) -> Report:
    """Both servers run at once and are asked in turn, so that what else the machine does falls on both."""
    machine, peer = this_machine(), orthanc.version()
    repeats = QUICK_REPEATS if is_quick else REPEATS
    with TemporaryDirectory(prefix="consilium-bench-") as temporary:
        folder = Path(temporary)
        instances = _copies(folder / "files")
        settings = Settings(data=folder / "data", port=free_port())
        settings.data.mkdir()
        token = _seed(settings, folder / "files")
        environment = seed.environment_of(settings)
        with (
            running((*seed.COMMAND, "serve"), port=settings.port, log=folder / "log", environment=environment),
            orthanc.orthanc(folder / "orthanc", is_alone=True) as other,
            httpx.Client(base_url=f"http://127.0.0.1:{settings.port}", timeout=30) as our_client,
            httpx.Client(base_url=f"http://127.0.0.1:{other.port}", timeout=30) as peer_client,
        ):  # fmt: skip
            our_client.headers["Authorization"] = f"Bearer {token}"
            for each in instances:  # HTJ2K is refused; the table then has no number for it.
                peer_client.post("/instances", content=each.path.read_bytes())
            with undisturbed(GENERATOR_CORE) as priority:
                rows = _measure(instances, our_client, peer_client, repeats)
    return Report(
        name="rendering",
        measured=f"GET .../rendered as image/jpeg, quality 90, one window, over HTTP on loopback, beside {peer}",
        runs=(
            f"{COPIES} copies of each; one cold request a copy and server, then {repeats} warm ones in turn, "
            f"medians shown; servers and client: {priority}"
        ),
        machine=machine,
        tables=(rendering_table(rows),),
        notes=(
            "cold: the first request for a copy by servers that have drawn others; warm: the same in other windows.",
            "copy: the decoded pixels copied once from memory to memory, which no server can be faster than.",
            "steps: reading, hash, decoding, window and JPEG as our worker does them, original read anew, no HTTP.",
            "ours is prepared before: what its own codec decodes slowly is decoded from its lossless HTJ2K copy.",
            "-: no picture (this Orthanc has no GDCM plugin, so no JPEG 2000; it takes no HTJ2K).",
            "ours asks who the caller is and writes the reading to its journal; Orthanc runs without accounts.",
        ),
    )


def rendering_table(rows: Iterable[Row]) -> Table:
    """A line a transfer syntax, over its copies."""
    by_syntax: dict[str, list[Row]] = {}
    for row in rows:
        by_syntax.setdefault(row.instance.syntax, []).append(row)
    columns = (
        "transfer syntax", "cold ms", "Orthanc cold ms", "cold / Orthanc", "warm ms", "Orthanc warm ms",
        "warm / Orthanc", "target", "steps ms", "copy ms", "warm / copy",
    )  # fmt: skip
    cells = tuple((syntax, *_cells(copies)) for syntax, copies in by_syntax.items())
    return Table(title="A frame as JPEG", columns=columns, rows=cells)


def _cells(copies: Sequence[Row]) -> tuple[Cell, ...]:
    ours, peer = [row.ours for row in copies], [row.peer for row in copies]
    cold, peer_cold = _cold_ms(ours), _cold_ms(peer)
    warm, peer_warm = _warm_ms(ours), _warm_ms(peer)
    steps = median([row.steps_ms for row in copies if row.steps_ms is not None])
    copy = median([row.copy_ms for row in copies if row.copy_ms is not None])
    return (
        cold, peer_cold, cold / peer_cold if cold and peer_cold else None,
        warm, peer_warm, warm / peer_warm if warm and peer_warm else None,
        f"<= {TARGET}", steps, copy, warm / copy if warm and copy else None,
    )  # fmt: skip


def _cold_ms(times: Sequence[Timed | None]) -> float | None:
    return median([each.cold_ms for each in times if each])


def _warm_ms(times: Sequence[Timed | None]) -> float | None:
    return median([took for each in times if each for took in each.warm_ms])


def _copies(folder: Path) -> list[Instance]:
    """The files with instance UIDs of their own: of one UID, a server keeps one."""
    data = Path(os.environ.get("CONSILIUM_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not (data / SAME_CT).is_dir():
        raise NotMeasured(f"no {SAME_CT} under CONSILIUM_TEST_DATA")
    folder.mkdir()
    paths = [*sorted((data / SAME_CT).glob("*.dcm")), *(data / one for one in HTJ2K)]
    instances = [_copy(path, folder, number) for number in range(COPIES) for path in paths]
    return sorted(instances, key=lambda one: not one.syntax.startswith(WARM_UP))


def _copy(path: Path, folder: Path, number: int) -> Instance:
    read = pydicom.dcmread(path)
    # A series each: as slices of one they would all lie at one place.
    read.SeriesInstanceUID = generate_uid()
    read.SOPInstanceUID = read.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    syntax = UID(read.file_meta.TransferSyntaxUID)
    copy = folder / f"{read.SOPInstanceUID}.dcm"
    read.save_as(copy)
    size = f"{read.Columns}x{read.Rows}"
    return Instance(
        number=number,
        path=copy,
        syntax=f"{syntax.keyword} {syntax.rpartition('.')[2]}, {size}",
        study_uid=read.StudyInstanceUID,
        series_uid=read.SeriesInstanceUID,
        uid=read.SOPInstanceUID,
        decoded_bytes=read.Rows * read.Columns * read.SamplesPerPixel * (read.BitsAllocated // 8),
    )


def _seed(settings: Settings, folder: Path) -> str:
    """Import the files before the server starts; the token of a doctor of their hospital."""
    seed.migrate(settings)
    with closing(Database(settings.url)) as database, Workers(2) as workers:
        with database.transaction() as session:
            person, *_ = seed.add_people(session)
            secret = read_secret(settings)
            token = accounts.create_token(session, person.email, seed.BY, by=seed.BY, secret=secret, at=utc_now())
        intake = Intake(database=database, settings=settings, workers=workers)
        import_files(intake, [Source(path=folder, name=folder.name)], by=seed.BY, hospital_id=person.hospital_id)
        preparer = Preparer(intake)
        while preparer.prepare_next():
            pass
    return token


def _measure(instances: Sequence[Instance], ours: httpx.Client, peer: httpx.Client, repeats: int) -> list[Row]:
    for client, root in ((ours, "/dicomweb"), (peer, orthanc.ROOT)):
        _ask(client, instances[0].rendered(root), center=0)
    rows: list[Row] = []
    for each in instances[1:]:
        mine, theirs = _pair(each, ours, peer, repeats)
        steps_ms = _steps_ms(each) if each.number else None
        rows.append(Row(instance=each, ours=mine, peer=theirs, steps_ms=steps_ms, copy_ms=_copy_ms(each)))
    return rows


def _pair(
    instance: Instance, ours: httpx.Client, peer: httpx.Client, repeats: int
) -> tuple[Timed | None, Timed | None]:
    sides: Mapping[str, httpx.Client] = {"/dicomweb": ours, orthanc.ROOT: peer}
    times: dict[str, list[float]] = {root: [] for root in sides}
    # Another centre each time: whoever keeps pictures does not answer from what it kept.
    for center in range(repeats + 1):
        for root, client in sides.items():
            took_ms = _ask(client, instance.rendered(root), center=center)
            if took_ms is not None:
                times[root].append(took_ms)
    mine, theirs = (_timed(times[root], repeats) for root in sides)
    return mine, theirs


def _timed(times: Sequence[float], repeats: int) -> Timed | None:
    return Timed(cold_ms=times[0], warm_ms=times[1:]) if len(times) == repeats + 1 else None


def _ask(client: httpx.Client, path: str, *, center: int) -> float | None:
    """Milliseconds until the picture was there; None when there is none."""
    begun = time.perf_counter()
    # Not as `params`, which writes commas as %2C: Orthanc does not read them so.
    answer = client.get(f"{path}?window={40 + center},400,linear&quality=90", headers={"Accept": "image/jpeg"})
    took_ms = (time.perf_counter() - begun) * 1000
    return took_ms if answer.status_code == 200 and answer.content[:2] == b"\xff\xd8" else None


def _steps_ms(instance: Instance) -> float | None:
    """What the worker does for it, alone, from the original."""
    blob = instance.path.with_name(_sha256(instance.path))
    blob.hardlink_to(instance.path)
    window = Window(center=40.0, width=400.0, function="LINEAR")
    drawing = Drawing(media="image/jpeg", quality=90, window=window, viewport=None)
    begun = time.perf_counter()
    try:
        draw(str(blob), 1, drawing, None)
    except Unreadable:
        return None
    return (time.perf_counter() - begun) * 1000


def _copy_ms(instance: Instance) -> float:
    """The best of many: whatever else the machine does is no part of a limit."""
    pixels = np.ones(instance.decoded_bytes, np.uint8)
    copied = np.empty_like(pixels)

    def once() -> float:
        begun = time.perf_counter()
        np.copyto(copied, pixels)
        return (time.perf_counter() - begun) * 1000

    return min(once() for _ in range(COPYINGS))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hash_of(file)
