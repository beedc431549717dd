"""What a drawing process keeps decoded."""

from pathlib import Path

import numpy as np
import pytest

from dicom_render.kept_stacks import KeptStacks
from dicom_render.prepare import prepare_series
from tests.dicom_render import make

PIXELS = np.random.default_rng(6).integers(-1000, 3000, (4, 16, 20)).astype(np.int16)
VOLUME_BYTES = PIXELS.nbytes


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Three prepared series of the same size."""
    made: list[str] = []
    for name in "abc":
        folder = tmp_path_factory.mktemp(name)
        paths = [folder / f"{n}.dcm" for n in range(len(PIXELS))]
        for n, path in enumerate(paths):
            path.write_bytes(
                make.image(PIXELS[n], SOPInstanceUID=f"1.2.3.4.{n}", ImagePositionPatient=[0.0, 0.0, 2.0 * n])
            )
        prepare_series(paths, folder / "out")
        made.append(str(Path(folder) / "out"))
    return made


def test_a_stack_stays_open(folders: list[str]) -> None:
    kept = KeptStacks()
    assert kept.open(folders[0], 0) is kept.open(folders[0], 0)
    assert kept.open(folders[0], 0) is not kept.open(folders[1], 0)


def test_a_volume_makes_room_for_itself_and_the_one_drawn_longest_ago_goes(folders: list[str]) -> None:
    kept = KeptStacks(most_bytes=2 * VOLUME_BYTES)
    one, other = kept.open(folders[0], 0), kept.open(folders[1], 0)
    one.voxels()
    other.voxels()
    kept.open(folders[0], 0)
    kept.open(folders[2], 0).voxels()
    assert kept.kept_bytes == 2 * VOLUME_BYTES
    assert kept.open(folders[0], 0) is one
    assert kept.open(folders[1], 0) is not other


def test_a_volume_larger_than_the_bound_is_kept_alone(folders: list[str]) -> None:
    kept = KeptStacks(most_bytes=1)
    kept.open(folders[0], 0).voxels()
    last = kept.open(folders[1], 0)
    last.voxels()
    assert kept.kept_bytes == VOLUME_BYTES
    assert kept.open(folders[1], 0) is last
