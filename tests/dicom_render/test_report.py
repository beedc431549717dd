"""Structured reports as trees, held against the text that DCMTK's dsrdump gives of the same files."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from dicom_render.opening import open_dataset
from dicom_render.report import MAX_DEPTH, Report, ReportItem, report_of


def items(parents: tuple[ReportItem, ...]) -> Iterator[ReportItem]:
    for each in parents:
        yield each
        yield from items(each.items)


def read(file: Path) -> Report:
    return report_of(open_dataset(file.read_bytes()))


@pytest.mark.parametrize("name", ["04_pet/qin_headneck_rwv_sr/sr.dcm", "10_objects/pydicom/test-SR.dcm"])
def test_every_item_that_dcmtk_prints_is_there(test_data: Path, tool: Callable[[str], str], name: str) -> None:
    asked = [tool("dsrdump"), test_data / name]
    printed = subprocess.run(asked, capture_output=True, encoding="latin-1", check=False).stdout
    count = sum(line.lstrip().startswith("<") for line in printed.splitlines())
    # dsrdump prints the root container as one line more.
    assert len(list(items(read(test_data / name).items))) == count - 1


def test_measurements_have_their_unit(test_data: Path) -> None:
    found = {each.name: each.value for each in items(read(test_data / "04_pet/qin_headneck_rwv_sr/sr.dcm").items)}
    assert any(value.endswith(("g/ml{SUVbw}", "ml", "cm3")) for value in found.values())


def test_a_key_object_selection_names_its_images(test_data: Path) -> None:
    found = read(test_data / "10_objects/derived_highdicom/kos_3_key_images.dcm")
    assert found.title == "Of Interest"
    assert len(found.images) == 3


def test_a_tree_without_end_is_cut_and_says_so() -> None:
    root = Dataset()
    below = root
    for _ in range(MAX_DEPTH + 5):
        item = Dataset()
        item.ValueType = "CONTAINER"
        below.ContentSequence = [item]
        below = item
    assert not report_of(root).is_whole
