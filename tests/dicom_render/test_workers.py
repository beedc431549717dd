"""Limited processes: what they do, and what they survive."""

import os
import resource
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from dicom_render.decoding import decode_frame
from dicom_render.prepare import prepare_series
from dicom_render.reading import read_header
from dicom_render.refusal import Refusal, Unreadable
from dicom_render.workers import WorkerDied, WorkerFailed, Workers
from tests.dicom_render import make


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(2, cpu_seconds=2) as made:
        yield made


def test_a_header_comes_back_as_itself(workers: Workers) -> None:
    data = make.image(make.noise())
    assert workers.run(read_header, data) == read_header(data)


def test_pixels_come_back_as_an_array(workers: Workers) -> None:
    pixels = make.noise()
    back = workers.run(decode_frame, make.image(pixels), 1)
    assert back.dtype == pixels.dtype
    np.testing.assert_array_equal(back, pixels)


def test_a_refusal_keeps_its_class_code_and_facts(workers: Workers) -> None:
    with pytest.raises(Unreadable) as refused:
        workers.run(read_header, b"no dicom")
    assert (refused.value.code, refused.value.facts) == ("not_dicom", {"size": 8})


def test_progress_is_reported_while_it_works(workers: Workers, tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(make.image(make.noise()))
    seen: list[tuple[int, int]] = []
    done = workers.run(prepare_series, [tmp_path / "a.dcm"], tmp_path / "out", progress=lambda *at: seen.append(at))
    assert (done.stacks[0].frames, seen) == (1, [(1, 1)])


@pytest.mark.parametrize(
    ("function", "argument", "code"),
    [
        (time.sleep, 60, "timeout"),
        (os._exit, 3, "exited"),
        (os.abort, None, "killed"),
        (sum, range(10**11), "cpu_time"),
    ],
)
def test_a_worker_that_hangs_or_dies_is_replaced(workers: Workers, function, argument, code: str) -> None:
    arguments = () if argument is None else (argument,)
    with pytest.raises(WorkerDied) as died:
        workers.run(function, *arguments, timeout_s=0.5 if code == "timeout" else 30)
    assert died.value.code == code
    assert workers.run(os.getpid) != os.getpid()


def test_an_error_nobody_foresaw_is_told_and_ends_nothing(workers: Workers) -> None:
    with pytest.raises(WorkerFailed) as failed:
        workers.run(int, "x")
    assert failed.value.facts["error"] == "ValueError"


def test_a_worker_cannot_take_more_memory_than_its_limit(workers: Workers) -> None:
    with pytest.raises(Unreadable) as refused:
        workers.run(bytes, 2 << 30)
    assert refused.value.code == "too_large"


def test_a_worker_sees_no_secrets(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSILIUM_SECRET_FILE", "/somewhere")
    with Workers(1) as fresh:
        assert fresh.run(os.getenv, "CONSILIUM_SECRET_FILE") is None
    assert workers.run(os.getenv, "CONSILIUM_SECRET_FILE") is None


def test_a_worker_has_no_network(workers: Workers) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        try:
            workers.run(socket.create_connection, server.getsockname())
        except WorkerFailed as failed:
            if failed.facts["error"] != "OSError":
                pytest.skip("this kernel lets nobody leave the network")


def test_threads_share_the_workers(workers: Workers) -> None:
    data = make.image(make.noise())
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: workers.run(read_header, data).sop_instance_uid, range(40)))
    assert set(found) == {"1.2.3.4.1"}


def test_a_worker_is_recycled_after_its_tasks() -> None:
    with Workers(1, tasks_per_process=2) as few:
        pids = [few.run(os.getpid) for _ in range(4)]
    assert pids[0] == pids[1]
    assert pids[2] == pids[3]
    assert pids[1] != pids[2]


def test_the_one_that_worked_last_is_asked_first() -> None:
    with Workers(2) as two:
        assert len({two.run(os.getpid) for _ in range(6)}) == 1


def test_workers_end_with_their_owner_who_may_end_them_twice() -> None:
    made = Workers(2)
    pids = {made.run(os.getpid) for _ in range(2)}
    made.close()
    made.close()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


BOMBS = {
    "rle of 400 MB": lambda: make.rle_bomb(20_000),
    "rle of 64 MB": lambda: make.rle_bomb(8_000),
    "jpeg 2000 of 144 MB behind 64x64": make.j2k_bomb,
    "jpeg 2000 of 121 MB": lambda: make.j2k_bomb(header_side=11_000, codestream_side=11_000),
    "deflated gigabyte": make.deflated_bomb,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_pixel_bomb_is_refused_and_costs_its_reader_nothing(workers: Workers, name: str) -> None:
    data = BOMBS[name]()
    assert len(data) < 2_000_000
    before, threads = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, threading.active_count()
    with pytest.raises(Refusal):
        workers.run(decode_frame, data, 1, timeout_s=30)
    # In KiB; a fraction of any of these pictures.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000
    assert threading.active_count() <= threads
