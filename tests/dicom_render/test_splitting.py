"""Which frames of a series belong together."""

import msgspec

from dicom_render.geometry import arrange
from dicom_render.headers import FrameHeader, InstanceHeader, Window
from dicom_render.splitting import distinction_of, split
from tests.dicom_render import make

SOFT = Window(800.0, 300.0)


def sizes(headers: list[InstanceHeader]) -> list[int]:
    return sorted(len(group) for group in split(headers))


def numbered(headers: list[InstanceHeader], start: int) -> list[InstanceHeader]:
    return [make.instance(*header.frames, number=start + at) for at, header in enumerate(headers)]


def test_echoes_at_the_same_places_are_two_stacks() -> None:
    first = make.slices([0, 1, 2], echo_time_ms=20.0)
    second = numbered(make.slices([0, 1, 2], echo_time_ms=80.0), 10)
    groups = split([*first, *second])
    assert [len(group) for group in groups] == [3, 3]
    assert [distinction_of(group, groups) for group in groups] == [{"echo_time_ms": 20.0}, {"echo_time_ms": 80.0}]


def test_an_echo_time_that_varies_along_the_slices_splits_nothing() -> None:
    headers = [make.with_frame(one, echo_time_ms=100 + i / 10) for i, one in enumerate(make.slices(range(6)))]
    assert sizes(headers) == [6]


def test_a_trigger_time_of_its_own_for_each_slice_does_not_tear_a_cine_apart() -> None:
    headers = [
        make.instance(
            make.frame_header(image_position_mm=(0, 0, height), trigger_time_ms=100 * phase + height), number=n
        )
        for n, (height, phase) in enumerate(((height, phase) for height in range(4) for phase in range(3)), start=1)
    ]
    assert sizes(headers) == [4, 4, 4]


def test_repetitions_that_nothing_tells_apart_go_by_instance_number() -> None:
    headers = [*make.slices([0, 1, 2]), *numbered(make.slices([0, 1, 2]), 4)]
    groups = split(headers)
    assert [[placed.instance.instance_number for placed in group] for group in groups] == [[1, 2, 3], [4, 5, 6]]


def test_one_stray_repetition_stays_to_be_reported() -> None:
    assert sizes([*make.slices([0, 1, 2]), *numbered(make.slices([1]), 4)]) == [4]


def test_three_planes_of_a_localizer_are_three_stacks_but_a_rotation_is_one() -> None:
    coronal = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)
    planes = [make.slices([0, 1], image_orientation=one) for one in (make.AXIAL, make.SAGITTAL, coronal)]
    assert sizes([one for plane in planes for one in plane]) == [2, 2, 2]
    tilted = [(1.0, 0.0, 0.0, 0.0, 1 - n / 100, (1 - (1 - n / 100) ** 2) ** 0.5) for n in range(12)]
    assert sizes([make.slices([0], image_orientation=one)[0] for one in tilted]) == [12]


def test_a_new_frame_of_reference_for_every_slice_is_an_anonymiser_but_two_are_two() -> None:
    drawn = [make.with_frame(one, frame_of_reference_uid=f"1.9.{i}") for i, one in enumerate(make.slices(range(8)))]
    assert sizes(drawn) == [8]
    moved = numbered(make.slices([0, 1, 2], frame_of_reference_uid="1.9"), 10)
    assert sizes([*make.slices([0, 1, 2]), *moved]) == [3, 3]


def test_clips_are_apart_and_single_pictures_of_one_size_together() -> None:
    frame = flat(pixel_spacing_mm=None, windows=())
    clips = [make.instance(*[frame] * 30, number=n, modality="US") for n in (1, 2)]
    stills = [make.instance(frame, number=n, modality="US") for n in (3, 4, 5)]
    assert sizes([*clips, *stills]) == [3, 30, 30]


def radiographs(*frames: FrameHeader, modality: str = "DX") -> list[InstanceHeader]:
    return [make.instance(frame, number=number, modality=modality) for number, frame in enumerate(frames, start=1)]


def flat(**changes: object) -> FrameHeader:
    usual: dict[str, object] = {"image_position_mm": None, "image_orientation": None, "windows": (SOFT,)}
    return make.frame_header(**{**usual, **changes})


def test_pictures_of_other_spacing_or_trust_in_it_share_no_stack() -> None:
    near, far = flat(pixel_spacing_mm=(0.1, 0.1)), flat(pixel_spacing_mm=(0.2, 0.2))
    assert [stack.pixel_spacing_mm for stack in arrange(radiographs(near, far, near))] == [(0.1, 0.1), (0.2, 0.2)]
    assert sizes(radiographs(near, flat(pixel_spacing_mm=None), modality="XA")) == [1, 1]
    assert sizes(radiographs(flat(spacing_kind="detector"), flat(spacing_kind="calibrated"))) == [1, 1]


def test_planes_that_turn_around_share_a_stack_only_at_one_spacing() -> None:
    tilted = [(1.0, 0.0, 0.0, 0.0, 1 - n / 100, (1 - (1 - n / 100) ** 2) ** 0.5) for n in range(12)]
    headers = [
        make.instance(make.frame_header(image_orientation=one, pixel_spacing_mm=(side, side)), number=number)
        for number, (one, side) in enumerate(zip(tilted, [0.5, 0.5, 1.0] * 4, strict=True), start=1)
    ]
    assert sizes(headers) == [4, 8]


def test_pictures_of_other_windows_or_padding_share_no_stack() -> None:
    bone = (Window(2000.0, 4000.0),)
    assert [stack.frames[0].header.windows for stack in arrange(radiographs(flat(), flat(windows=bone)))] == [
        (SOFT,),
        bone,
    ]
    assert sizes(radiographs(flat(), flat(windows=(Window(800.0, 300.0, "SIGMOID"),)))) == [1, 1]
    assert sizes(radiographs(flat(pixel_padding=0), flat(pixel_padding=4095), flat(pixel_padding=0))) == [1, 2]
    assert sizes(radiographs(flat(), flat(), flat())) == [3]


def test_a_radiograph_without_a_window_or_with_a_table_of_its_own_stands_alone() -> None:
    assert sizes(radiographs(flat(windows=()), flat(windows=()))) == [1, 1]
    assert sizes(radiographs(flat(has_voi_lut=True), flat(has_voi_lut=True))) == [1, 1]
    assert sizes(radiographs(flat(windows=()), flat(windows=()), modality="US")) == [2]


def test_a_run_and_slices_whose_place_was_taken_away_stay_one_under_several_windows() -> None:
    windows = [(Window(100.0 + n, 300.0),) for n in range(5)]
    run = make.instance(*[flat(windows=each) for each in windows], modality="XA")
    assert sizes([run]) == [5]
    assert sizes(radiographs(*[flat(windows=each) for each in windows], modality="MR")) == [5]


def test_magnitude_and_phase_are_apart_but_ct_wording_is_not() -> None:
    kinds = (("ORIGINAL", "PRIMARY", "M"), ("ORIGINAL", "PRIMARY", "P"))
    both = [make.with_frame(one, image_type=kinds[n % 2]) for n, one in enumerate(make.slices(range(6)))]
    assert sizes(both) == [6]
    assert sizes([make.instance(*one.frames, number=n, modality="MR") for n, one in enumerate(both)]) == [3, 3]


def test_projections_of_two_sides_or_from_two_sides_are_stacks_of_their_own() -> None:
    plain = make.frame_header(image_position_mm=None, image_orientation=None)
    views = [("R", "CC"), ("L", "CC"), ("R", "MLO"), ("L", "MLO")]
    headers = [
        msgspec.structs.replace(
            make.instance(plain, number=number, modality="MG"), laterality=laterality, view_position=view_position
        )
        for number, (laterality, view_position) in enumerate(views, start=1)
    ]
    groups = split(headers)
    assert [len(group) for group in groups] == [1, 1, 1, 1]
    assert [distinction_of(group, groups) for group in groups] == [
        {"laterality": laterality, "view_position": view_position} for laterality, view_position in views
    ]


def test_a_side_told_on_slices_with_a_place_tears_no_volume_apart() -> None:
    headers = [
        msgspec.structs.replace(one, laterality=side)
        for one, side in zip(make.slices([0, 1, 2]), ("R", "", "L"), strict=True)
    ]
    assert sizes(headers) == [3]


def acquisition(heights: list[float], number: int) -> list[InstanceHeader]:
    return numbered(make.slices(heights, acquisition_number=number), 100 * number)


def test_acquisitions_that_overlap_are_two_stacks() -> None:
    lower, upper = [0.0, 5, 10, 15, 20], [15.0, 20, 25, 30]
    assert sizes([*acquisition(lower, 1), *acquisition(upper, 2)]) == [4, 5]
    beside = [17.5, 22.5, 27.5]
    assert sizes([*acquisition(lower, 1), *acquisition(beside, 2)]) == [3, 5]


def test_acquisitions_that_follow_each_other_or_go_in_turn_are_one_stack() -> None:
    assert sizes([*acquisition([0.0, 4, 8], 1), *acquisition([9.0, 16, 23], 2)]) == [6]
    assert sizes([*acquisition([0.0, 10, 20], 1), *acquisition([5.0, 15, 25], 2)]) == [6]


def test_overlapping_acquisitions_that_are_not_whole_are_not_mixed_into_a_volume() -> None:
    (stack,) = arrange([*acquisition([0.0, 5, 10, 20], 1), *acquisition([12.5, 17.5, 22.5], 2)])
    assert (stack.kind, stack.resampling) == ("stack", None)
