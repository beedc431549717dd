"""The bounds on a process, each met by a process of its own."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import imagecodecs
import pytest

from dicom_render.limits import MAX_RLE_GROWTH

ROOT = Path(__file__).parents[2]
LIMIT = "from dicom_render import limits; limits.limit_this_process(memory_bytes=1 << 28, file_bytes=1 << 16);"


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def test_a_limited_process_gets_no_more_memory() -> None:
    done = run(f"{LIMIT} bytearray(1 << 20); print('small'); bytearray(1 << 28)")
    assert done.stdout == "small\n"
    assert done.stderr.splitlines()[-1] == "MemoryError"


def test_a_limited_process_cannot_fill_the_disk(tmp_path: Path) -> None:
    done = run(f"{LIMIT} import sys; open(sys.argv[1], 'wb').write(bytes(1 << 20))", str(tmp_path / "big"))
    assert "File too large" in done.stderr
    assert (tmp_path / "big").stat().st_size == 1 << 16


def test_a_limited_process_leaves_no_core_and_gains_no_privileges() -> None:
    """A core dump would hold patients' pixels; a set-uid program would undo the limits."""
    done = run(
        f"{LIMIT} import resource; print(resource.getrlimit(resource.RLIMIT_CORE));"
        "print([line for line in open('/proc/self/status') if line.startswith('NoNewPrivs')])"
    )
    assert done.stdout.splitlines() == ["(0, 0)", "['NoNewPrivs:\\t1\\n']"]


def test_the_limits_are_hard_and_not_only_advice() -> None:
    done = run(f"{LIMIT} import resource; print(resource.getrlimit(resource.RLIMIT_AS))")
    assert done.stdout == f"({1 << 28}, {1 << 28})\n"


def test_who_burns_more_than_the_allowed_seconds_is_killed() -> None:
    done = run("from dicom_render.limits import allow_cpu_seconds; allow_cpu_seconds(0)\nwhile True: pass")
    assert done.returncode == -signal.SIGXCPU


def test_seconds_are_counted_from_each_order_and_not_from_the_start() -> None:
    """A worker does two hundred files; what the first ones took is not the last one's fault."""
    done = run(
        "import resource, time\n"
        "from dicom_render.limits import allow_cpu_seconds\n"
        "while time.process_time() < 1.2: pass\n"
        "allow_cpu_seconds(5)\n"
        "soft, hard = resource.getrlimit(resource.RLIMIT_CPU)\n"
        "print(soft - int(time.process_time()), hard == resource.RLIM_INFINITY)"
    )
    assert done.stdout == "6 True\n"


def test_who_left_the_network_reaches_nobody() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = run(
            "import socket, sys\n"
            "from dicom_render.limits import leave_network\n"
            "if not leave_network(): sys.exit(77)\n"
            "socket.create_connection(('127.0.0.1', int(sys.argv[1])), timeout=5)",
            str(server.getsockname()[1]),
        )
    if done.returncode == 77:
        pytest.skip("this kernel lets nobody leave the network")
    assert done.returncode == 1
    assert "Network is unreachable" in done.stderr


def test_an_honest_encoder_stays_within_the_growth_of_rle() -> None:
    """The best case of PackBits (PS3.5 G.3.1): one value all over, 128 bytes for 2."""
    plain = bytes(1 << 20)
    packed = imagecodecs.packbits_encode(plain)
    assert len(plain) // MAX_RLE_GROWTH <= len(packed) < len(plain) // (MAX_RLE_GROWTH - 2)
