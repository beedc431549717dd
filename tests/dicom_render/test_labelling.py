"""What stacks are called beside each other, and which of them are stepped through in time."""

from pathlib import Path

import msgspec
import pydicom

from dicom_render.geometry import Stack, arrange
from dicom_render.headers import InstanceHeader
from dicom_render.reading import read_header
from tests.dicom_render import make


def words(stack: Stack) -> dict[str, object]:
    return {part.code: part.value for part in stack.label}


def read(folder: Path) -> list[InstanceHeader]:
    return [read_header(path.read_bytes()) for path in sorted(folder.iterdir())]


def perfusion(times: int, heights: list[float]) -> list[InstanceHeader]:
    """Every place again every two seconds, slices 0.1 s apart, as a CT perfusion is."""
    return [
        make.instance(
            make.frame_header(image_position_mm=(0, 0, height), acquired_s=1000.0 + 2 * time),
            number=1 + time * len(heights) + place,
        )
        for time in range(times)
        for place, height in enumerate(heights)
    ]


def test_a_perfusion_is_a_stack_for_each_moment_in_their_order() -> None:
    stacks = arrange(list(reversed(perfusion(4, [0.0, 5.0, 10.0]))))
    assert [words(stack) for stack in stacks] == [{"time_s": 0.0}, {"time_s": 2.0}, {"time_s": 4.0}, {"time_s": 6.0}]
    assert {stack.siblings for stack in stacks} == {(0, 1, 2, 3)}
    assert {tuple(frame.position_mm for frame in stack.frames) for stack in stacks} == {
        ((0, 0, 0), (0, 0, 5), (0, 0, 10))
    }


def test_a_stack_alone_in_its_series_needs_no_name() -> None:
    (stack,) = arrange(make.slices([0, 1, 2], echo_time_ms=80.0))
    assert (stack.label, stack.siblings) == ((), ())


def test_single_pictures_and_clips_that_would_be_called_alike_have_the_number_of_their_image() -> None:
    def flat(number: int, *, frames: int = 1, spacing_mm: float, side: str) -> InstanceHeader:
        frame = make.frame_header(
            image_position_mm=None, image_orientation=None, pixel_spacing_mm=(spacing_mm, spacing_mm)
        )
        made = make.instance(*[frame] * frames, number=number, modality="DX")
        return msgspec.structs.replace(made, laterality=side)

    headers = [
        flat(7, spacing_mm=0.1, side="L"),
        flat(5, spacing_mm=0.2, side="L"),
        flat(9, spacing_mm=0.1, side="R"),
        flat(3, spacing_mm=0.1, side="L", frames=4),
    ]
    assert [words(stack) for stack in arrange(headers)] == [
        {"laterality": "L", "instance_number": 3},
        {"laterality": "L", "instance_number": 5},
        {"laterality": "L", "instance_number": 7},
        {"laterality": "R"},
    ]


def test_stacks_at_other_places_are_no_siblings() -> None:
    chest = make.slices([0, 1, 2], frame_of_reference_uid="1.9.1")
    pelvis = [make.instance(*one.frames, number=10 + n) for n, one in enumerate(make.slices([500, 501, 502]))]
    assert {stack.siblings for stack in arrange([*chest, *pelvis])} == {()}


def test_echoes_are_stepped_through_by_echo_time() -> None:
    late = make.slices([0, 1, 2], echo_time_ms=80.0)
    early = [
        make.instance(*one.frames, number=10 + n) for n, one in enumerate(make.slices([0, 1, 2], echo_time_ms=20.0))
    ]
    stacks = arrange([*late, *early])
    assert [words(stack) for stack in stacks] == [{"echo_time_ms": 20.0}, {"echo_time_ms": 80.0}]


def test_diffusion_of_three_makers_is_split_by_weight_and_direction(test_data: Path) -> None:
    """b-values and numbers of directions as the attributes, or the makers' private ones, have them."""
    for folder, private in (
        ("ge_pioneer_DWI", (0x0043, "GEMS_PARM_01", 0x39)),
        ("icometrix_philips_dti_001", None),
    ):
        path = test_data / "03_mr_brain" / folder
        files = [pydicom.dcmread(file, stop_before_pixels=True) for file in sorted(path.iterdir())]
        if private is None:
            weights = [float(file.DiffusionBValue) for file in files]
        else:
            weights = [float(file.private_block(*private[:2])[private[2]].value[0]) % 1e9 for file in files]
        places = len({tuple(file.ImagePositionPatient) for file in files})
        expected = {weight: weights.count(weight) // places for weight in set(weights)}
        stacks = arrange(read(path))
        found = [words(stack)["b_value"] for stack in stacks]
        assert {weight: found.count(weight) for weight in set(found)} == expected
        assert found == sorted(weights)[::places]
        weighted = [words(stack) for stack in stacks if words(stack)["b_value"]]
        assert [each["direction"] for each in weighted] == list(range(1, len(weighted) + 1))


def test_an_enhanced_diffusion_has_a_stack_for_each_weight_at_the_same_places(test_data: Path) -> None:
    (path,) = [file for file in (test_data / "07_enhanced" / "philips_achieva_enh").iterdir() if "128" in _size(file)]
    file = pydicom.dcmread(path, stop_before_pixels=True)
    frames = list(file.PerFrameFunctionalGroupsSequence)
    heights = {round(float(frame.PlanePositionSequence[0].ImagePositionPatient[2]), 3) for frame in frames}
    stacks = arrange([read_header(path.read_bytes())])
    assert len(stacks) == len(frames) // len(heights)
    for stack in stacks:
        assert {round(frame.position_mm[2], 3) for frame in stack.frames if frame.position_mm} == heights
        assert stack.siblings == tuple(range(len(stacks)))


def _size(path: Path) -> str:
    file = pydicom.dcmread(path, stop_before_pixels=True)
    return f"{file.Rows}x{file.Columns}"
