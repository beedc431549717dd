"""What sets the frames of a nuclear medicine object apart (PS3.3 C.8.4): its vectors, and where its slices lie."""

from collections.abc import Sequence
from typing import Any

from pydicom.dataset import Dataset

from dicom_render.attributes import first_item_of, items_of, number_of, numbers_of, text_of, texts_of
from dicom_render.space import Orientation, Vector, normal_of

# PS3.3 C.8.4.9.1.1: the third value of Image Type.
_RECONSTRUCTED = {"RECON TOMO", "RECON GATED TOMO"}


def changes_of_frames(
    dataset: Dataset, number_of_frames: int
) -> Sequence[dict[str, Any]]:  # Any: values of FrameHeader
    """For each frame what differs from the object's header, by the fields of `FrameHeader`; empty for other objects."""
    if text_of(dataset, "Modality") != "NM" or number_of_frames < 2:
        return ()
    energies, detectors = (_vector(dataset, keyword, number_of_frames) for keyword in ("EnergyWindow", "Detector"))
    slots, slices = (_vector(dataset, keyword, number_of_frames) for keyword in ("TimeSlot", "Slice"))
    changes: list[dict[str, Any]] = []
    for frame in range(number_of_frames):
        change: dict[str, Any] = {}
        if energies and len(set(energies)) > 1:
            change["energy_window"] = _energy(dataset, energies[frame])
        if detectors and len(set(detectors)) > 1:
            change["detector"] = _view(dataset, detectors[frame])
        if _is_reconstructed(dataset) and slices:
            change |= _place(dataset, slices[frame], detectors[frame] if detectors else 1)
            if slots and len(set(slots)) > 1:
                change["temporal_position"] = slots[frame]
        changes.append(change)
    return changes if any(changes) else ()


def _vector(dataset: Dataset, name: str, count: int) -> tuple[int, ...]:
    """PS3.3 C.8.4.8: one index a frame, from 1; a vector of another length says nothing."""
    numbers = numbers_of(dataset, f"{name}Vector")
    return tuple(int(number) for number in numbers) if len(numbers) == count else ()


def _is_reconstructed(dataset: Dataset) -> bool:
    return any(value in _RECONSTRUCTED for value in texts_of(dataset, "ImageType"))


def _item(dataset: Dataset, keyword: str, number: int) -> Dataset:
    items = items_of(dataset, keyword)
    return items[number - 1] if 0 < number <= len(items) else Dataset()


def _energy(dataset: Dataset, number: int) -> str:
    return text_of(_item(dataset, "EnergyWindowInformationSequence", number), "EnergyWindowName") or str(number)


def _view(dataset: Dataset, number: int) -> str:
    view = first_item_of(_item(dataset, "DetectorInformationSequence", number), "ViewCodeSequence")
    return (text_of(view, "CodeMeaning") if view is not None else "") or str(number)


def _place(dataset: Dataset, slice_number: int, detector: int) -> dict[str, Any]:
    """PS3.3 C.8.4.11: the detector's item places the first slice; the others follow along the normal (C.8.4.15)."""
    item = _item(dataset, "DetectorInformationSequence", detector)
    position, turned = numbers_of(item, "ImagePositionPatient"), numbers_of(item, "ImageOrientationPatient")
    spacing_mm = number_of(dataset, "SpacingBetweenSlices")
    if len(position) != 3 or len(turned) != 6 or not spacing_mm:
        return {}
    orientation: Orientation = (turned[0], turned[1], turned[2], turned[3], turned[4], turned[5])
    normal = normal_of(orientation)
    away_mm = (slice_number - 1) * spacing_mm
    place: Vector = (
        position[0] + away_mm * normal[0],
        position[1] + away_mm * normal[1],
        position[2] + away_mm * normal[2],
    )
    return {"image_position_mm": place, "image_orientation": orientation}
