"""Types are worked out before threads use them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# Nested types of many fields take long enough to work out that other threads come in between.
TYPES = "from __future__ import annotations\nimport msgspec\n" + "".join(
    f"class S{number}(msgspec.Struct, tag=True):\n"
    + "".join(f"    f{each}: dict[str, int | str | None] | None = None\n" for each in range(30))
    + (f"    inner: S{number - 1} | None = None\n" if number else "")
    for number in range(60)
)
READERS = """
import sys, threading
import msgspec
import many
from collab.kit.known_types import know_types

assert know_types() >= 60

def nested(number):
    kind = getattr(many, f"S{number}")
    return kind(inner=nested(number - 1)) if number else kind()

frames = {number: msgspec.msgpack.encode(nested(number)) for number in (59, 40, 20, 5)}
sys.setswitchinterval(1e-6)
together = threading.Barrier(len(frames))

def read(number):
    together.wait()
    for _ in range(20):
        msgspec.msgpack.decode(frames[number], type=getattr(many, f"S{number}"))

threads = [threading.Thread(target=read, args=(number,)) for number in frames]
for each in threads:
    each.start()
for each in threads:
    each.join()
"""
OURS = "import collab.app.server; from collab.kit.known_types import know_types; print(know_types())"


def test_threads_that_read_types_for_the_first_time_at_one_moment_do_not_end_the_process(tmp_path: Path) -> None:
    (tmp_path / "many.py").write_text(TYPES)
    (tmp_path / "readers.py").write_text(
        f"import sys\nsys.path[:0] = [{str(tmp_path)!r}, {str(Path.cwd())!r}]\n{READERS}"
    )
    for _ in range(4):
        done = subprocess.run(
            [sys.executable, str(tmp_path / "readers.py")], capture_output=True, text=True, timeout=60
        )
        assert (done.returncode, done.stderr) == (0, "")


def test_the_applications_own_types_are_worked_out() -> None:
    done = subprocess.run([sys.executable, "-c", OURS], capture_output=True, text=True, timeout=60, check=True)
    assert int(done.stdout) > 150
