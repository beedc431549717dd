"""Which frames of a series belong together: same size, plane, frame of reference, contrast and time; pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dicom_render.frame_headers import PROJECTIONS
from dicom_render.headers import FrameHeader, InstanceHeader
from dicom_render.refusal import Fact
from dicom_render.space import Orientation, dot, normal_of
from dicom_render.spacing import DUPLICATE_MM, GRID_MM, GRID_SHARE_AT_LEAST, MIN_VOLUME_FRAMES

# Cosines written with three decimals differ by this much for one plane (0.06 degree).
_COSINE_TOLERANCE = 1e-3
_SPACING_SHARE = 1e-3
# Localizers have up to three planes; more planes than that, with hardly two frames each, turn around (radial, MIP).
_MOST_PLANES = 3
# Pictures without a place are still slices of one thing there: mosaics, reports of places that were taken away.
_SLICED = {"CT", "MR", "PT", "NM"}


@dataclass(frozen=True, slots=True)
class Placed:
    """A frame of an instance; `number` counts from 1."""

    instance: InstanceHeader
    number: int
    header: FrameHeader
    repetition: int = 0
    """which of several frames at one place, where nothing in the header tells them apart"""


def split(headers: Sequence[InstanceHeader]) -> list[list[Placed]]:
    """Groups of frames that can be scrolled through together, unordered inside."""
    placed = [
        Placed(instance, number, frame) for instance in headers for number, frame in enumerate(instance.frames, start=1)
    ]
    groups: list[list[Placed]] = []
    for alike in _by(placed, _contrast):
        for one_space in _spaces(alike):
            for plane in _planes(one_space):
                groups += _separate(plane) if is_one_plane(plane) else [plane]
    return groups


def is_colour(header: FrameHeader) -> bool:
    return header.samples_per_pixel > 1 or header.photometric_interpretation == "PALETTE COLOR"


def is_localizer(header: FrameHeader) -> bool:
    return "LOCALIZER" in header.image_type[2:]


def is_mosaic(header: FrameHeader) -> bool:
    """Siemens tiles the slices of one time point into one picture, whose own position means nothing."""
    return "MOSAIC" in header.image_type[2:]


def has_geometry(header: FrameHeader) -> bool:
    placed = header.image_position_mm is not None and header.image_orientation is not None
    return placed and header.pixel_spacing_mm is not None and not is_mosaic(header)


def distinction_of(group: Sequence[Placed], groups: Sequence[Sequence[Placed]]) -> dict[str, Fact]:
    """The attributes that are one value inside this group and another in some other group."""
    found: dict[str, Fact] = {}
    for name, read in _DISTINCTIONS.items():
        here = {read(placed) for placed in group}
        everywhere = here | {read(placed) for other in groups for placed in other}
        if len(here) == 1 and len(everywhere) > 1 and (value := here.pop()) is not None:
            found[name] = value
    return found


_DISTINCTIONS: dict[str, Callable[[Placed], str | int | float | None]] = {
    "b_value": lambda placed: placed.header.b_value,
    "echo_number": lambda placed: placed.header.echo_number,
    "echo_time_ms": lambda placed: placed.header.echo_time_ms,
    "temporal_position": lambda placed: placed.header.temporal_position,
    "acquisition_number": lambda placed: placed.header.acquisition_number,
    "image_type": lambda placed: "\\".join(placed.header.image_type[2:]),
    "inversion_time_ms": lambda placed: placed.header.inversion_time_ms,
    "cardiac_phase": lambda placed: placed.header.cardiac_phase,
    "trigger_time_ms": lambda placed: placed.header.trigger_time_ms,
    "energy_window": lambda placed: placed.header.energy_window or None,
    "detector": lambda placed: placed.header.detector or None,
    "stack_id": lambda placed: placed.header.stack_id or None,
    "laterality": lambda placed: placed.instance.laterality or None,
    "view_position": lambda placed: placed.instance.view_position or None,
    "repetition": lambda placed: placed.repetition or None,
}


def _contrast(placed: Placed) -> Hashable:
    """Everything that is compared exactly."""
    header = placed.header
    spatial = has_geometry(header)
    return (
        placed.instance.modality,
        (header.rows, header.columns, is_colour(header), header.bits_allocated, header.pixel_representation),
        header.has_modality_lut,
        (header.is_inverted, is_localizer(header), is_mosaic(header)),
        (header.stack_id, header.temporal_position, header.b_value, header.echo_number),
        (header.energy_window, header.detector),
        # An MR series may hold magnitude and phase, or water and fat; a CT series changes words along the way
        # (GE: AXIAL, then AXIAL\\ADD for the same head), so there they only count if places repeat.
        header.image_type[2:] if placed.instance.modality == "MR" else (),
        # Projections of two sides, or from two sides, are not looked at as one after the other but beside each other.
        None if spatial else (placed.instance.laterality, placed.instance.view_position),
        # Without geometry a cine loop is one thing, and single pictures of the same size are another.
        None if spatial or len(placed.instance.frames) == 1 else placed.instance.sop_instance_uid,
        # A stack has one spacing and one trust in it: a length on one picture would be another on the next.
        header.spacing_kind,
        None if spatial else (header.pixel_spacing_mm, header.pixel_aspect),
        None if spatial else _own_grey(placed),
        spatial,
    )


def _own_grey(placed: Placed) -> Hashable:
    """Slices, and frames of one run, are looked at in one window; single pictures each in their own."""
    header, instance = placed.header, placed.instance
    if instance.modality in _SLICED or len(instance.frames) > 1 or is_colour(header):
        return None
    # A table is not among the headers, and what is shown without a window depends on the values.
    is_alone = header.has_voi_lut or (not header.windows and instance.modality in PROJECTIONS)
    own = instance.sop_instance_uid if is_alone else header.windows
    return (own, header.rescale_type, header.pixel_padding, header.pixel_padding_limit)


def has_one_space(group: Sequence[Placed]) -> bool:
    return len({placed.header.frame_of_reference_uid for placed in group}) == 1


def _spaces(group: list[Placed]) -> list[list[Placed]]:
    """By frame of reference, unless hardly two frames share one: some anonymisers draw a new UID for every slice."""
    spaces = _by(group, lambda placed: placed.header.frame_of_reference_uid)
    return [group] if 2 * len(spaces) > len(group) and len(spaces) > _MOST_PLANES else spaces


def _planes(group: list[Placed]) -> list[list[Placed]]:
    """By orientation and pixel spacing, or by spacing alone where the planes turn around."""
    planes = _alike(group, _same_plane)
    if len(planes) > _MOST_PLANES and 2 * len(planes) > len(group):
        return _alike(group, _same_spacing)
    return planes


def _alike(group: Iterable[Placed], is_same: Callable[[FrameHeader, FrameHeader], bool]) -> list[list[Placed]]:
    """Compared with the first of each part."""
    parts: list[list[Placed]] = []
    for placed in group:
        part = next((part for part in parts if is_same(part[0].header, placed.header)), None)
        if part is None:
            parts.append([placed])
        else:
            part.append(placed)
    return parts


def is_one_plane(group: Sequence[Placed]) -> bool:
    first = group[0].header.image_orientation
    return all(same_orientation(first, placed.header.image_orientation) for placed in group)


def _same_plane(a: FrameHeader, b: FrameHeader) -> bool:
    if not has_geometry(a) or not has_geometry(b):
        return has_geometry(a) == has_geometry(b)
    return same_orientation(a.image_orientation, b.image_orientation) and _same_spacing(a, b)


def _same_spacing(a: FrameHeader, b: FrameHeader) -> bool:
    if a.pixel_spacing_mm is None or b.pixel_spacing_mm is None:
        return a.pixel_spacing_mm is b.pixel_spacing_mm
    return all(
        abs(one - other) <= _SPACING_SHARE * one
        for one, other in zip(a.pixel_spacing_mm, b.pixel_spacing_mm, strict=True)
    )


def same_orientation(a: Orientation | None, b: Orientation | None) -> bool:
    if a is None or b is None:
        return a is b
    return all(abs(one - other) <= _COSINE_TOLERANCE for one, other in zip(a, b, strict=True))


def _separate(group: list[Placed]) -> list[list[Placed]]:
    """Where places repeat, takes apart what was acquired several times there."""
    times = Counter(place_of(placed) for placed in group)
    most = max(times.values())
    if not has_geometry(group[0].header):
        return [group]
    if most == 1:
        return _overlapping(group)
    for read in _REPETITIONS:
        parts = _by(group, read)
        # More parts than frames at any place, or none that stands everywhere: this attribute follows the slices, not
        # the repetitions.
        if 1 < len(parts) <= most and max(_places(part) for part in parts) == len(times):
            return [whole for part in parts for whole in _separate(part)]
    if len(set(times.values())) == 1:
        return _by_turn(group)
    return _overlapping(group)


def _overlapping(group: list[Placed]) -> list[list[Placed]]:
    """Acquisitions that share a part of the way, where each is regular and all together are not.

    Slices of two acquisitions in turn (MR in concatenations) are regular together and stay together.
    """
    if not has_overlapping_acquisitions(group) or _is_regular(group):
        return [group]
    acquisitions = _by(group, _acquisition)
    are_whole = all(len(each) >= MIN_VOLUME_FRAMES and _is_regular(each) for each in acquisitions)
    return acquisitions if are_whole else [group]


def has_overlapping_acquisitions(group: Sequence[Placed]) -> bool:
    """Does one acquisition begin, along the normal, before another has ended?"""
    spans = sorted((heights[0], heights[-1]) for heights in map(_heights, _by(group, _acquisition)))
    return any(above[0] < below[1] + DUPLICATE_MM for below, above in pairwise(spans))


def _acquisition(placed: Placed) -> int | None:
    return placed.header.acquisition_number


def _heights(group: Sequence[Placed]) -> list[float]:
    normal = normal_of(group[0].header.image_orientation or (1.0, 0.0, 0.0, 0.0, 1.0, 0.0))
    return sorted(dot(placed.header.image_position_mm or (0.0, 0.0, 0.0), normal) for placed in group)


def _is_regular(group: Sequence[Placed]) -> bool:
    steps = [above - below for below, above in pairwise(_heights(group))]
    mean = sum(steps) / len(steps)
    return mean > DUPLICATE_MM and max(abs(step - mean) for step in steps) <= max(GRID_MM, GRID_SHARE_AT_LEAST * mean)


_REPETITIONS: tuple[Callable[[Placed], Hashable], ...] = (
    lambda placed: placed.header.image_type,
    lambda placed: placed.header.echo_time_ms,
    lambda placed: placed.header.inversion_time_ms,
    lambda placed: placed.header.gradient,
    lambda placed: placed.header.cardiac_phase,
    lambda placed: placed.header.reference_time_ms,
    lambda placed: placed.header.dimensions,
    lambda placed: placed.header.trigger_time_ms,
    lambda placed: placed.header.acquisition_number,
    lambda placed: placed.header.acquired_s,
)


def _places(group: Sequence[Placed]) -> int:
    return len({place_of(placed) for placed in group})


def _by_turn(group: list[Placed]) -> list[list[Placed]]:
    """Every place occurs equally often: the first acquired of each, the second of each..."""
    turns: defaultdict[int, list[Placed]] = defaultdict(list)
    seen: Counter[Hashable] = Counter()
    for placed in sorted(group, key=_acquired):
        turn = seen[place_of(placed)]
        seen[place_of(placed)] += 1
        turns[turn].append(Placed(placed.instance, placed.number, placed.header, repetition=turn + 1))
    return list(turns.values())


def _acquired(placed: Placed) -> tuple[float, int, int]:
    number = placed.instance.instance_number
    return (placed.header.trigger_time_ms or 0.0, 0 if number is None else number, placed.number)


def place_of(placed: Placed) -> Hashable:
    position = placed.header.image_position_mm
    return None if position is None else tuple(round(along, 2) for along in position)


def _by(group: Iterable[Placed], key: Callable[[Placed], Hashable]) -> list[list[Placed]]:
    parts: defaultdict[Hashable, list[Placed]] = defaultdict(list)
    for placed in group:
        parts[key(placed)].append(placed)
    return list(parts.values())
