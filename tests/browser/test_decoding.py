"""The decode worker as it is built: its memory does not grow with the images that pass through it."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collab.kit.resources import DIST
from dicom_render.encoding import encode_htj2k
from tests.bench import node
from tests.conftest import missing

SIDE, COARSE = 96, 3
FRAMES = 10_000
# 10,000 frames take 15 s on a quiet machine.
TIMEOUT_S = 300


def run(worker: Path, folder: Path, *, count: int) -> dict[str, Any]:  # Any: JSON
    """Full images, coarse prefixes and broken ones in turn."""
    values = np.random.default_rng(1).integers(-1000, 1000, (SIDE, SIDE)).astype(np.int16)
    whole = encode_htj2k(values)
    prefix = whole.data[: whole.resolution_ends[-1 - COARSE]]
    job = {"rows": SIDE, "columns": SIDE, "kept": "int16", "line": {"slope": 1, "intercept": -1024}}
    kinds = [(whole.data, 0), (prefix, COARSE), (whole.data, 0), (whole.data[:40], 0), (b"no codestream", 0)]
    jobs = folder / "jobs.json"
    listed = [{"bytes": base64.b64encode(data).decode(), "drop": drop, **job} for data, drop in kinds]
    jobs.write_text(json.dumps({"kinds": listed, "count": count}))
    codec = next(DIST.glob("assets/openjphjs-*.wasm"))
    command = [str(node.program()), str(Path(__file__).with_name("decoding.mjs")), str(worker), str(codec), str(jobs)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    # The codec tells its own complaints before.
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def built() -> Path:
    found = list(DIST.glob("assets/decode.worker-*.js"))
    if not found:
        missing("the built client (web/dist)")
    return found[0]


def test_the_built_worker_holds_no_more_after_ten_thousand_frames(built: Path, tmp_path: Path) -> None:
    found = run(built, tmp_path, count=FRAMES)
    # Three fifths are images, and every one of them came.
    assert found["counted"][str(SIDE * SIDE)] == FRAMES * 3 // 5
    assert found["end"] == found["early"]


def test_a_worker_that_does_not_give_its_decoders_back_is_found_out(built: Path, tmp_path: Path) -> None:
    leaking, count = re.subn(r"finally\{\w+\.delete\(\)\}", "finally{}", built.read_text())
    assert count == 1
    worker = tmp_path / "worker.mjs"
    worker.write_text(leaking)
    found = run(worker, tmp_path, count=FRAMES)
    assert found["end"] > 2 * found["early"]
