"""Kinds of image that hospitals send, from the file to the header of their stacks; expected values by hand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence as Items
from pydicom.tag import Tag

from dicom_render.geometry import Stack, arrange
from dicom_render.pack import open_header
from dicom_render.prepare import prepare_series
from dicom_render.reading import read_header
from tests.dicom_render import make
from tests.dicom_render.test_suv import AN_HOUR_LATER, enhanced_pet

SIDE = 8


def item(**attributes: Any) -> Dataset:
    made = Dataset()
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def enhanced(modality: str, frames: Sequence[dict[str, Dataset]], **attributes: Any) -> FileDataset:
    """An enhanced object: each frame has the functional groups given, and its place by `PlanePositionSequence`."""
    made = make.dataset(
        np.zeros((SIDE, SIDE), np.uint16),
        Modality=modality,
        NumberOfFrames=len(frames),
        PixelData=bytes(2 * SIDE * SIDE * len(frames)),
        **attributes,
    )
    del made.ImagePositionPatient, made.ImageOrientationPatient, made.PixelSpacing
    made.SharedFunctionalGroupsSequence = [
        item(
            PixelMeasuresSequence=Items([item(PixelSpacing=[1, 1], SliceThickness=3)]),
            PlaneOrientationSequence=Items([item(ImageOrientationPatient=list(make.AXIAL))]),
        )
    ]
    made.PerFrameFunctionalGroupsSequence = [
        item(**{macro: Items([held]) for macro, held in groups.items()}) for groups in frames
    ]
    return made


def at(height: float) -> dict[str, Dataset]:
    return {"PlanePositionSequence": item(ImagePositionPatient=[0, 0, height])}


def stacks_of(*made: FileDataset) -> tuple[Stack, ...]:
    return arrange([read_header(make.file_of(each)) for each in made])


def heights(stack: Stack) -> list[float]:
    return [frame.position_mm[2] for frame in stack.frames if frame.position_mm is not None]


HEIGHTS = [6.0, 0.0, 3.0]


def test_a_dynamic_enhanced_pet_is_a_volume_for_each_time() -> None:
    frames = [
        at(height) | {"FrameContentSequence": item(TemporalPositionIndex=time)} for time in (2, 1) for height in HEIGHTS
    ]
    stacks = stacks_of(enhanced("PT", frames))
    assert [(stack.kind, heights(stack)) for stack in stacks] == [("volume", [0, 3, 6])] * 2
    assert [stack.distinction["temporal_position"] for stack in stacks] == [1, 2]
    assert [frame.frame for frame in stacks[0].frames] == [5, 6, 4]


def test_echoes_of_an_enhanced_mr_are_volumes_in_their_order() -> None:
    frames = [
        at(height) | {"MREchoSequence": item(EffectiveEchoTime=echo)} for height in HEIGHTS for echo in (80.0, 20.0)
    ]
    stacks = stacks_of(enhanced("MR", frames))
    assert [stack.distinction["echo_time_ms"] for stack in stacks] == [20.0, 80.0]
    assert [heights(stack) for stack in stacks] == [[0, 3, 6]] * 2


def test_phases_of_the_heart_in_an_enhanced_ct_are_volumes() -> None:
    frames = [
        at(height) | {"CardiacSynchronizationSequence": item(NominalPercentageOfCardiacPhase=phase)}
        for phase in (40.0, 75.0)
        for height in HEIGHTS
    ]
    stacks = stacks_of(enhanced("CT", frames))
    assert sorted(str(stack.distinction["cardiac_phase"]) for stack in stacks) == ["40.0", "75.0"]
    assert {stack.kind for stack in stacks} == {"volume"}


def test_what_only_the_dimension_indices_tell_apart_is_apart() -> None:
    """PS3.3 C.7.6.17: a dimension that no attribute of ours stands for (here (0018,9073) Acquisition Duration)."""
    pointers = [item(DimensionIndexPointer=Tag(pointer)) for pointer in (0x00200032, 0x00189073)]
    frames = [
        at(height) | {"FrameContentSequence": item(DimensionIndexValues=[place, run])}
        for run in (1, 2)
        for place, height in enumerate(HEIGHTS, start=1)
    ]
    stacks = stacks_of(enhanced("MR", frames, DimensionIndexSequence=pointers))
    assert [[frame.frame for frame in stack.frames] for stack in stacks] == [[2, 3, 1], [5, 6, 4]]


def prepared(made: FileDataset, folder: Path) -> Any:
    (folder / "one.dcm").write_bytes(make.file_of(made))
    prepare_series([folder / "one.dcm"], folder / "out")
    return open_header(folder / "out", 0)


def cine(modality: str, frames: int, **attributes: Any) -> FileDataset:
    pixels = np.zeros((SIDE, SIDE), np.uint8)
    made = make.dataset(
        pixels, Modality=modality, NumberOfFrames=frames, PixelData=bytes(SIDE * SIDE * frames), **attributes
    )
    del made.ImagePositionPatient, made.ImageOrientationPatient, made.PixelSpacing
    return made


@pytest.mark.parametrize("modality", ["XA", "RF", "US"])
def test_a_run_of_varying_rate_keeps_its_times(tmp_path: Path, modality: str) -> None:
    """PS3.3 C.7.6.5.1.2: Frame Time Vector runs from each frame to the one before it, the first being 0."""
    header = prepared(cine(modality, 4, FrameTimeVector=[0, 66, 66, 133]), tmp_path)
    assert (header.reason, len(header.frames)) == ("no_geometry", 4)
    assert header.frame_times_ms == (0, 66, 66, 133)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"FrameTime": 33.3}, 33.3),
        ({"CineRate": 15}, 1000 / 15),
        ({"RecommendedDisplayFrameRate": 30}, 1000 / 30),
        ({"FrameTime": 33.3, "CineRate": 15}, 33.3),
        ({"FrameTimeVector": [0, 66, 66], "RecommendedDisplayFrameRate": 30}, 66),
        ({}, None),
    ],
)
def test_a_run_of_one_rate_says_its_frame_time(
    tmp_path: Path, attributes: dict[str, Any], expected: float | None
) -> None:
    header = prepared(cine("XA", 3, **attributes), tmp_path)
    assert (header.frame_time_ms, header.frame_times_ms) == (expected, ())


def test_runs_of_one_series_are_films_apart(tmp_path: Path) -> None:
    runs = [cine("XA", 3, SOPInstanceUID=f"1.2.3.4.{number}", InstanceNumber=number) for number in (1, 2)]
    assert [len(stack.frames) for stack in stacks_of(*runs)] == [3, 3]


def test_the_views_of_a_mammogram_say_what_they_are(tmp_path: Path) -> None:
    names = [("R", "CC", ["P", "L"]), ("L", "CC", ["A", "R"]), ("R", "MLO", ["P", "FL"]), ("L", "MLO", ["A", "FR"])]
    paths: list[Path] = []
    for number, (side, view, orientation) in enumerate(names, start=1):
        made = cine("MG", 1, SOPInstanceUID=f"1.2.3.4.{number}", InstanceNumber=number)
        made.ImageLaterality, made.ViewPosition, made.PatientOrientation = side, view, orientation
        made.ImagerPixelSpacing, made.PhotometricInterpretation = [0.07, 0.07], "MONOCHROME1"
        paths.append(tmp_path / f"{number}.dcm")
        paths[-1].write_bytes(make.file_of(made))
    prepare_series(paths, tmp_path / "out")
    headers = [open_header(tmp_path / "out", stack) for stack in range(4)]
    shown = {
        (frame.laterality, frame.view_position, frame.patient_orientation)
        for header in headers
        for frame in header.frames
    }
    assert shown == {(side, view, tuple(orientation)) for side, view, orientation in names}
    assert {(header.invert, header.spacing_kind) for header in headers} == {(True, "detector")}


@pytest.mark.parametrize(
    ("rescale_type", "mapped_slope", "expected"), [("BQML", 9, "BQML"), ("US", 2.5, "BQML"), ("US", 9, "")]
)
def test_an_enhanced_pet_says_what_its_values_are_in_and_their_uptake(
    tmp_path: Path, rescale_type: str, mapped_slope: float, expected: str
) -> None:
    """PS3.16 CID 84: Bq/ml, where the mapping is the line that Rescale Slope and Intercept are."""
    held = {
        "PixelValueTransformationSequence": item(RescaleSlope=2.5, RescaleIntercept=0, RescaleType=rescale_type),
        "RealWorldValueMappingSequence": item(
            RealWorldValueSlope=mapped_slope,
            RealWorldValueIntercept=0.0,
            MeasurementUnitsCodeSequence=Items([item(CodeValue="Bq/ml", CodingSchemeDesignator="UCUM")]),
        ),
    }
    made = enhanced("PT", [at(height) | held for height in HEIGHTS])
    for element in enhanced_pet():
        if element.keyword not in {"Units", "Modality"}:
            made[element.tag] = element
    header = prepared(made, tmp_path)
    assert header.unit == expected
    uptake = header.suv[0]
    wanted = (pytest.approx(70_000 / AN_HOUR_LATER), None) if expected else (None, "unsupported_units")
    assert (uptake.factor, uptake.reason) == wanted
