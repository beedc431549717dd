"""The program of a worker, spoken to over its line as its parent does; how parents keep workers is tested there."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dicom_render.answers import Answer, Done, Failed, Order, Progressed, Ready, Refused, receive, send
from dicom_render.prepare import prepare_series
from dicom_render.reading import read_header
from tests.dicom_render import make

ROOT = Path(__file__).parents[2]


class Line:
    """A fresh worker and our end of its line; it has said that it is ready."""

    def __init__(self, *, memory_bytes: int = 1 << 30, file_bytes: int = 1 << 24) -> None:
        self.channel, theirs = socket.socketpair()
        self.channel.settimeout(60)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dicom_render.worker", *map(str, (theirs.fileno(), memory_bytes, file_bytes))],
                cwd=ROOT,
                pass_fds=[theirs.fileno()],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            )
        assert self.next() == Ready()

    def next(self) -> Answer:
        return msgspec.msgpack.decode(receive(self.channel), type=Answer)

    def order(self, function: Callable[..., Any], *arguments: object, **how: Any) -> Answer:
        wanted: dict[str, Any] = {"cpu_seconds": 20, "reports_progress": False, **how}
        send(self.channel, pickle.dumps(Order(function, arguments, **wanted)))
        return self.next()

    def end(self) -> tuple[int, bytes, bytes]:
        """The status, and everything that it wrote on the terminal."""
        self.channel.close()
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


@pytest.fixture
def line() -> Iterator[Line]:
    found = Line()
    yield found
    found.end()


def result_of(answer: Answer) -> Any:  # Any: whatever the order's function gives
    assert isinstance(answer, Done), answer
    return msgspec.msgpack.decode(answer.result)


def test_it_does_what_it_is_ordered_and_waits_for_more(line: Line) -> None:
    assert result_of(line.order(max, (3, 8, 5))) == 8
    assert result_of(line.order(read_header, make.image(make.noise())))["study_uid"] == make.STUDY


def test_it_ends_well_when_its_line_closes() -> None:
    assert Line().end() == (0, b"", b"")


def test_nothing_that_a_codec_prints_reaches_our_log() -> None:
    line = Line()
    assert result_of(line.order(subprocess.call, ["sh", "-c", "echo loud; echo louder >&2"])) == 0
    assert line.end() == (0, b"", b"")


def test_a_refusal_is_told_by_its_kind_code_and_facts(line: Line) -> None:
    assert line.order(read_header, b"no dicom") == Refused("Unreadable", "not_dicom", {"size": 8})


def test_too_little_memory_is_a_refusal_of_the_file(line: Line) -> None:
    assert line.order(bytearray, 2 << 30) == Refused("Unreadable", "too_large", {"while": "bytearray"})
    assert result_of(line.order(len, b"and it goes on")) == 14


def test_an_error_that_nobody_foresaw_is_told_in_few_words_and_ends_nothing(line: Line) -> None:
    answer = line.order(os.listdir, "/" + "x" * 4000)
    assert isinstance(answer, Failed)
    assert (answer.error, len(answer.text)) == ("OSError", 500)
    assert result_of(line.order(len, b"and it goes on")) == 14


def test_an_answer_that_cannot_travel_is_a_failure_and_no_silence(line: Line) -> None:
    answer = line.order(socket.socket)
    assert isinstance(answer, Failed)


def test_progress_comes_before_the_result(line: Line, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.dcm" for number in (1, 2)]
    for number, path in enumerate(paths, start=1):
        path.write_bytes(
            make.image(make.noise(), SOPInstanceUID=f"1.2.3.4.{number}", ImagePositionPatient=[0, 0, number])
        )
    first = line.order(prepare_series, paths, tmp_path / "out", reports_progress=True)
    assert [first, line.next()] == [Progressed(1, 2), Progressed(2, 2)]
    assert [stack["frames"] for stack in result_of(line.next())["stacks"]] == [2]


def test_it_cannot_write_a_larger_file_than_it_was_allowed(line: Line, tmp_path: Path) -> None:
    answer = line.order(Path.write_bytes, tmp_path / "big", bytes(1 << 25))
    assert isinstance(answer, Failed)
    assert "File too large" in answer.text
    assert (tmp_path / "big").stat().st_size <= 1 << 24


def test_an_order_that_burns_its_seconds_is_killed() -> None:
    line = Line()
    with pytest.raises(EOFError):
        line.order(sum, range(10**12), cpu_seconds=1)
    status, _, _ = line.end()
    assert status == -signal.SIGXCPU
