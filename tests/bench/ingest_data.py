"""The files that the benchmark `ingest` takes in: copies of real ones, and a synthetic head CT."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from dicom_render.phantom import generate_studies
from tests.bench.processes import ROOT

# Only what `storescu` sends without being told of compressed transfer syntaxes.
REAL = {
    "real head CT": ("01_head_ct/ge_hispeed_tilt18_varspacing", "01_head_ct/philips_ingenuity_phantom_5mm"),
    "real brain MR": ("03_mr_brain",),
}
# The synthetic studies are alike; the first (160 slices) stands for them, since drawing all four takes minutes.
SYNTHETIC = 1
# Any day: the pixels do not depend on it.
_DAY = date(2026, 11, 24)


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """Files to take in, all read once so that they lie in the page cache."""

    name: str
    folder: Path
    files: tuple[Path, ...]
    size: int


def data_sets(folder: Path, *, with_synthetic: bool) -> tuple[list[DataSet], list[str]]:
    """What there is to take in, and notes on what is left out."""
    data = Path(os.environ.get("CONSILIUM_TEST_DATA", ROOT.parent / "shared" / "data"))
    real = {name: parts for name, parts in REAL.items() if all((data / part).is_dir() for part in parts)}
    sets: list[DataSet] = []
    if with_synthetic or not real:
        sets += [_draw(study.key, study.instances, folder) for study in islice(generate_studies(_DAY), SYNTHETIC)]
    for name, parts in real.items():
        for part in parts:
            shutil.copytree(data / part, folder / name / part)
        sets.append(_read(name, folder / name))
    return sets, [f"{name} left out: not under CONSILIUM_TEST_DATA" for name in REAL if name not in real]


def _draw(key: str, instances: Iterable[tuple[str, bytes]], folder: Path) -> DataSet:
    place = folder / key
    for name, content in instances:
        file = place / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return _read(f"synthetic {key}", place)


def _read(name: str, folder: Path) -> DataSet:
    files = tuple(sorted(path for path in folder.rglob("*") if path.is_file()))
    return DataSet(name=name, folder=folder, files=files, size=sum(len(path.read_bytes()) for path in files))
