"""Frames of nuclear medicine by the vectors of PS3.3 C.8.4.8, and their places by C.8.4.11 and C.8.4.15."""

from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileDataset

from dicom_render.geometry import Stack, arrange
from dicom_render.reading import read_header
from tests.dicom_render import make


def nuclear(frames: int, image_type: str, **attributes: Any) -> FileDataset:
    pixels = np.zeros((8, 8), np.uint16)
    made = make.dataset(
        pixels, Modality="NM", PixelData=bytes(128 * frames), NumberOfFrames=frames, PixelSpacing=[4, 4]
    )
    made.ImageType = ["ORIGINAL", "PRIMARY", image_type, "EMISSION"]
    del made.ImagePositionPatient, made.ImageOrientationPatient
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def stacks_of(made: FileDataset) -> tuple[Stack, ...]:
    return arrange([read_header(make.file_of(made))])


def detector(view: str = "", position: list[float] | None = None) -> Dataset:
    item = Dataset()
    if view:
        code = Dataset()
        code.CodeMeaning = view
        item.ViewCodeSequence = [code]
    if position is not None:
        item.ImagePositionPatient, item.ImageOrientationPatient = position, [1, 0, 0, 0, 1, 0]
    return item


def energy(name: str) -> Dataset:
    item = Dataset()
    item.EnergyWindowName = name
    return item


def test_detectors_and_energies_of_a_static_view_are_pictures_apart() -> None:
    made = nuclear(
        4, "STATIC", EnergyWindowVector=[1, 1, 2, 2], DetectorVector=[1, 2, 1, 2],
        DetectorInformationSequence=[detector("Anterior"), detector("Posterior")],
        EnergyWindowInformationSequence=[energy("Tc99m"), energy("Scatter")],
    )  # fmt: skip
    stacks = stacks_of(made)
    assert [len(stack.frames) for stack in stacks] == [1, 1, 1, 1]
    labels = {tuple(part.value for part in stack.label): stack.frames[0].frame for stack in stacks}
    assert labels == {
        ("Tc99m", "Anterior"): 1,
        ("Tc99m", "Posterior"): 2,
        ("Scatter", "Anterior"): 3,
        ("Scatter", "Posterior"): 4,
    }


def test_a_dynamic_study_stays_a_film_of_each_detector() -> None:
    made = nuclear(6, "DYNAMIC", DetectorVector=[1, 1, 1, 2, 2, 2], TimeSliceVector=[1, 2, 3, 1, 2, 3])
    first, second = stacks_of(made)
    assert [frame.frame for frame in first.frames] == [1, 2, 3]
    assert [frame.frame for frame in second.frames] == [4, 5, 6]


def test_a_reconstruction_is_a_volume_at_its_place() -> None:
    """By hand: the first slice at 100 mm, 4 mm further along row x column for each next one."""
    made = nuclear(
        5, "RECON TOMO", SliceVector=[1, 2, 3, 4, 5], SpacingBetweenSlices=4,
        DetectorInformationSequence=[detector(position=[-16, -16, 100])],
    )  # fmt: skip
    (stack,) = stacks_of(made)
    assert (stack.kind, stack.spacing_mm) == ("volume", 4)
    assert [frame.position_mm for frame in stack.frames] == [(-16, -16, 100 + 4 * n) for n in range(5)]


def test_a_gated_reconstruction_is_a_volume_for_each_time_of_the_heart() -> None:
    made = nuclear(
        6, "RECON GATED TOMO", SliceVector=[1, 2, 3] * 2, TimeSlotVector=[1] * 3 + [2] * 3, SpacingBetweenSlices=4,
        DetectorInformationSequence=[detector(position=[-16, -16, 100])],
    )  # fmt: skip
    stacks = stacks_of(made)
    assert [(stack.kind, stack.siblings) for stack in stacks] == [("volume", (0, 1))] * 2
    assert [stack.distinction["temporal_position"] for stack in stacks] == [1, 2]


def test_vectors_of_another_length_say_nothing() -> None:
    (stack,) = stacks_of(nuclear(4, "STATIC", DetectorVector=[1, 2]))
    assert len(stack.frames) == 4
