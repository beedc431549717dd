"""Writes one arranged stack: its codestreams in geometric order, its header, its small picture."""

import hashlib
import os
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec
from pydicom.dataset import Dataset

from dicom_render.encoded import Codestreams, EncodedFrame
from dicom_render.encoding import coarse_level_of, levels_of
from dicom_render.geometry import Stack, StackFrame
from dicom_render.grey import Rescale, robust_window, to_modality
from dicom_render.headers import FrameHeader, InstanceHeader, Window
from dicom_render.htj2k import decode_htj2k
from dicom_render.lut import PackedLut
from dicom_render.picture import THUMBNAIL_PIXELS, thumbnail, to_jpeg
from dicom_render.shutters import Shutter
from dicom_render.spacing import Caution
from dicom_render.stack_header import (
    FrameSpan,
    Gap,
    PackFrame,
    PackOverlay,
    PackRegion,
    PackShutter,
    StackHeader,
    VoiTable,
    frames_name,
    header_name,
    thumbnail_name,
)
from dicom_render.uptake import StackUptake, uptake_of

Shared = TypeVar("Shared")

# Overlays go before the first picture: a megabyte is what a link of 20 Mbit/s carries in half a second.
MAX_OVERLAY_CHARACTERS = 1 << 20

# Smaller pictures of the middle frame do for percentiles and for the thumbnail, at a sixteenth of the work.
_ENOUGH_PIXELS = 2 * THUMBNAIL_PIXELS


@dataclass(frozen=True, slots=True)
class Readied:
    """Everything that was read of a series before it was arranged."""

    instances: Mapping[str, InstanceHeader]
    frames: Mapping[tuple[str, int], EncodedFrame]
    encoded: Codestreams
    pet: Mapping[str, Dataset] = field(default_factory=dict[str, Dataset])
    """`uptake.pet_facts_of` each PET image"""


def write_stack(stack: Stack, number: int, *, readied: Readied, out: Path) -> int:
    """Writes the three files of a stack and gives the bytes of its codestreams.

    The header comes last and by a rename: a stack whose header is there is whole.
    """
    kept = [readied.frames[frame.sop_instance_uid, frame.frame] for frame in stack.frames]
    with _whole(out / frames_name(number)) as file:
        sha256, spans = _copy_streams(kept, readied.encoded, file)
    windows, small = _shown(stack.frames[len(kept) // 2].header, kept[len(kept) // 2], readied.encoded)
    with _whole(out / thumbnail_name(number)) as file:
        file.write(small)
    header = _header(stack, number, kept=kept, instances=readied.instances, windows=windows, sha256=sha256, spans=spans)
    header = msgspec.structs.replace(header, suv=_uptake(stack, readied.pet))
    with _whole(out / header_name(number)) as file:
        file.write(msgspec.json.encode(header))
    _sync_folder(out)
    return sum(span.length for span in spans)


def _uptake(stack: Stack, pet: Mapping[str, Dataset]) -> tuple[StackUptake, ...]:
    shown = dict.fromkeys(frame.sop_instance_uid for frame in stack.frames)
    return uptake_of((pet[uid] for uid in shown if uid in pet), pet.values())


def _copy_streams(
    kept: Sequence[EncodedFrame], encoded: Codestreams, file: BinaryIO
) -> tuple[str, tuple[FrameSpan, ...]]:
    digest, spans, offset = hashlib.sha256(), list[FrameSpan](), 0
    for frame in kept:
        stream = encoded.read(frame)
        file.write(stream)
        digest.update(stream)
        spans.append(FrameSpan(offset, frame.length, frame.coarse))
        offset += frame.length
    return digest.hexdigest(), tuple(spans)


def _shown(header: FrameHeader, frame: EncodedFrame, encoded: Codestreams) -> tuple[tuple[Window, ...], bytes]:
    """The windows of the stack (its middle frame's own, or one made from its values), and the thumbnail in it."""
    skip, side = 0, max(header.rows, header.columns)
    while skip < levels_of(header.rows, header.columns) and side >> (skip + 1) >= _ENOUGH_PIXELS:
        skip += 1
    values = decode_htj2k(encoded.read(frame), skip_levels=skip)
    sides = header.pixel_spacing_mm or (header.pixel_aspect or 1.0, 1.0)
    if frame.values == "rgb8":
        rgb = thumbnail(values, window=None, invert=False, pixel_sides=sides)
        return (), to_jpeg(rgb)
    rescale = Rescale(frame.slope, frame.intercept)
    modality = to_modality(values, rescale)
    windows = frame.windows or (robust_window(modality, padding=_padding(frame, rescale)),)
    grey = thumbnail(modality, window=windows[0], invert=header.is_inverted, pixel_sides=sides)
    return windows, to_jpeg(grey)


def _padding(frame: EncodedFrame, rescale: Rescale) -> tuple[float, float] | None:
    """The padding as modality values."""
    if frame.padding is None:
        return None
    low, high = sorted(rescale.slope * encoded + rescale.intercept for encoded in frame.padding)
    return low, high


def _padding_value(header: FrameHeader, frame: EncodedFrame) -> int | None:
    """What padded pixels hold in the codestream: the file's value, unless a modality table moved it."""
    if not header.has_modality_lut or frame.padding is None:
        return header.pixel_padding
    return int(frame.padding[0])


def _padding_limit(header: FrameHeader, frame: EncodedFrame) -> int | None:
    if header.pixel_padding_limit is None or frame.padding is None:
        return None
    return int(frame.padding[1]) if header.has_modality_lut else header.pixel_padding_limit


def _header(
    stack: Stack,
    number: int,
    *,
    kept: Sequence[EncodedFrame],
    instances: Mapping[str, InstanceHeader],
    windows: tuple[Window, ...],
    sha256: str,
    spans: tuple[FrameSpan, ...],
) -> StackHeader:
    first, instance = stack.frames[0].header, instances[stack.frames[0].sop_instance_uid]
    of = [instances[frame.sop_instance_uid] for frame in stack.frames]
    overlays = _overlays(kept)
    return StackHeader(
        study_uid=instance.study_uid,
        series_uid=instance.series_uid,
        stack=number,
        modality=instance.modality,
        kind=stack.kind,
        reason=stack.reason,
        frame_of_reference_uid=stack.frame_of_reference_uid,
        rows=stack.rows,
        columns=stack.columns,
        pixel_spacing_mm=stack.pixel_spacing_mm,
        spacing_mm=stack.spacing_mm,
        orientation=stack.orientation,
        values=kept[0].values,
        unit=_unit(instance, kept[0]),
        invert=first.is_inverted,
        lossy=any(one.lossy for one in of),
        pixel_padding=_padding_value(first, kept[0]),
        pixel_padding_limit=_padding_limit(first, kept[0]),
        frame_time_ms=first.frame_time_ms,
        windows=windows,
        frames=tuple(_pack_frame(*each) for each in zip(stack.frames, kept, of, strict=True)),
        levels=levels_of(stack.rows, stack.columns),
        coarse_level=coarse_level_of(stack.rows, stack.columns),
        distinction=stack.distinction,
        warnings=stack.warnings if overlays is not None else (*stack.warnings, Caution("overlays_left_out")),
        overlays=overlays or (),
        label=stack.label,
        siblings=stack.siblings,
        pixel_aspect=first.pixel_aspect,
        spacing_kind=first.spacing_kind,
        lossy_ratio=max((ratio for one in of if (ratio := one.lossy_ratio) is not None), default=None),
        lossy_method=next((one.lossy_method for one in of if one.lossy_method), ""),
        missing=gaps_of(stack.warnings),
        frame_times_ms=_frame_times(of),
        regions=tuple(PackRegion(frames, each) for each, frames in _by_frames(one.regions for one in of)),
        resampling=stack.resampling,
        shutters=tuple(PackShutter(frames, each) for each, frames in _by_frames(_shutter(one) for one in kept)),
        sha256=sha256,
        spans=spans,
        voi_tables=tuple(VoiTable(frames, each) for each, frames in _by_frames(_voi_table(one) for one in kept)),
    )


def gaps_of(cautions: Iterable[Caution]) -> tuple[Gap, ...]:
    """Where slices lack, by position alone."""
    return tuple(msgspec.convert(one.facts, Gap) for one in cautions if one.code == "missing_slices")


def _overlays(kept: Sequence[EncodedFrame]) -> tuple[PackOverlay, ...] | None:
    """None: there are more than can be sent. All or none, so that nobody takes some for all."""
    overlays = tuple(PackOverlay(frames, each) for each, frames in _by_frames(one.overlays for one in kept))
    size = sum(len(each.overlay.bits) for each in overlays)
    return overlays if size <= MAX_OVERLAY_CHARACTERS else None


def _shutter(frame: EncodedFrame) -> tuple[Shutter, ...]:
    return () if frame.shutter is None else (frame.shutter,)


def _voi_table(frame: EncodedFrame) -> tuple[PackedLut, ...]:
    return () if frame.voi_table is None else (frame.voi_table,)


def _by_frames(given: Iterable[tuple[Shared, ...]]) -> list[tuple[Shared, tuple[int, ...]]]:
    """Each thing once, with the frames that have it: one plane over 300 frames is sent once."""
    frames: dict[Shared, list[int]] = {}
    for index, things in enumerate(given):
        for thing in things:
            frames.setdefault(thing, []).append(index)
    return [(thing, tuple(places)) for thing, places in frames.items()]


def _frame_times(of: Sequence[InstanceHeader]) -> tuple[float, ...]:
    """Of one cine loop: times of several files say nothing of what lies between the files."""
    times = of[0].frame_times_ms
    is_one = len({one.sop_instance_uid for one in of}) == 1 and len(times) == len(of)
    return times if is_one and len(set(times[1:])) > 1 else ()


def _pack_frame(frame: StackFrame, encoded: EncodedFrame, instance: InstanceHeader) -> PackFrame:
    return PackFrame(
        sop_instance_uid=frame.sop_instance_uid,
        frame=frame.frame,
        instance_number=frame.instance_number,
        position_mm=frame.position_mm,
        orientation=frame.orientation,
        slope=encoded.slope,
        intercept=encoded.intercept,
        laterality=instance.laterality,
        view_position=instance.view_position,
        patient_orientation=instance.patient_orientation if frame.orientation is None else None,
    )


def _unit(instance: InstanceHeader, frame: EncodedFrame) -> str:
    if instance.modality == "PT" and instance.units:
        return instance.units
    # PS3.3 C.8.2.1.1.7: a CT without Rescale Type is in Hounsfield units. US means unspecified.
    unit = frame.unit or ("HU" if instance.modality == "CT" else "")
    return "" if unit == "US" else unit


@contextmanager
def _whole(path: Path) -> Generator[BinaryIO]:
    """A file that appears under its name only when all of it is on disk."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
