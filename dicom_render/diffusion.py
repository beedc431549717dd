"""Diffusion weighting of an MR frame: the standard's attributes, else the private ones of three makers; no pixels."""

import math
import struct
from collections.abc import Callable, Iterable
from typing import Any, cast

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.tag import Tag

from dicom_render.attributes import first_item_of, number_of, numbers_of, text_of
from dicom_render.space import Vector

# GE adds this much to a b-value to say that it is per direction (DICOM conformance statements of Signa, since DV25).
_GE_MARK = 1_000_000_000

_SIEMENS, _PHILIPS = "SIEMENS MR HEADER", "Philips Imaging DD 001"
_GE_B, _GE_GRADIENT = "GEMS_PARM_01", "GEMS_ACQU_01"
# What may have been diffused: MR, and what others have made of it.
_MODALITIES = {"MR", "OT", ""}
_MAKERS = {_SIEMENS: "SIEMENS", _PHILIPS: "PHILIPS", _GE_B: "GE ", _GE_GRADIENT: "GE "}


def b_value_of(diffusion: Dataset, dataset: Dataset) -> float | None:
    """In s/mm2. `diffusion` is the item of the functional group, or the dataset itself where it has none."""
    own = number_of(diffusion, "DiffusionBValue")
    return (
        own if own is not None else next((found for read in _PRIVATE_B if (found := read(dataset)) is not None), None)
    )


def gradient_of(diffusion: Dataset, dataset: Dataset) -> Vector | None:
    """Tells directions apart; its axes are the patient's in the standard attribute and the scanner's in GE's."""
    nested = first_item_of(diffusion, "DiffusionGradientDirectionSequence")
    numbers = numbers_of(nested if nested is not None else diffusion, "DiffusionGradientOrientation")
    if len(numbers) != 3:
        numbers = _private(dataset, 0x0019, _SIEMENS, 0x0E) or _ge_gradient(dataset)
    return (numbers[0], numbers[1], numbers[2]) if len(numbers) == 3 else None


def _siemens_b(dataset: Dataset) -> float | None:
    return _first(_private(dataset, 0x0019, _SIEMENS, 0x0C))


def _philips_b(dataset: Dataset) -> float | None:
    return _first(_private(dataset, 0x2001, _PHILIPS, 0x03))


def _ge_b(dataset: Dataset) -> float | None:
    found = _first(_private(dataset, 0x0043, _GE_B, 0x39))
    return None if found is None else found % _GE_MARK


_PRIVATE_B: tuple[Callable[[Dataset], float | None], ...] = (_siemens_b, _philips_b, _ge_b)


def _ge_gradient(dataset: Dataset) -> tuple[float, ...]:
    parts = [_first(_private(dataset, 0x0019, _GE_GRADIENT, element)) for element in (0xBB, 0xBC, 0xBD)]
    found = tuple(part for part in parts if part is not None)
    return found if len(found) == 3 and any(found) else ()


def _first(numbers: tuple[float, ...]) -> float | None:
    return numbers[0] if numbers else None


def _private(dataset: Dataset, group: int, creator: str, element: int) -> tuple[float, ...]:
    """The numbers of a private element, also where its VR was lost on the way (UN); none if it is not there."""
    # Quick to ask, unlike pydicom for a block: seven are looked for in each header.
    tags = dataset.keys()  # a dataset itself iterates over its elements, parsing each
    if text_of(dataset, "Modality") not in _MODALITIES or all(tag >> 16 != group for tag in tags):
        return ()
    try:
        held = _held(dataset, group, creator, element)
    except Exception:  # an absent creator raises KeyError, a broken element nearly anything (see attributes.value_of)
        return ()
    if isinstance(held, bytes):
        return _of_bytes(held)
    parts = list(cast("Iterable[Any]", held)) if isinstance(held, MultiValue | list | tuple) else [held]
    try:
        numbers = tuple(float(part) for part in parts)
    except (TypeError, ValueError):
        return ()
    return numbers if all(map(math.isfinite, numbers)) else ()


def _held(dataset: Dataset, group: int, creator: str, element: int) -> Any:  # Any: whatever type pydicom gives its VR
    block = Tag(group, 0x0010)
    if block not in dataset and text_of(dataset, "Manufacturer").upper().startswith(_MAKERS[creator]):
        # Some anonymisers take the creators away and leave the elements; each maker writes these in its first block.
        return dataset[Tag(group, 0x1000 | element)].value
    return dataset.private_block(group, creator)[element].value


def _of_bytes(held: bytes) -> tuple[float, ...]:
    """Text (IS, DS), else doubles (FD) or one float (FL), as these elements are by their makers' statements."""
    try:
        return tuple(float(part) for part in held.decode("ascii").strip(" \0").split("\\"))
    except ValueError:
        pass
    code = "d" if len(held) % 8 == 0 else "f"
    numbers = struct.unpack(f"<{len(held) // struct.calcsize(code)}{code}", held) if len(held) in {4, 8, 24} else ()
    return numbers if all(map(math.isfinite, numbers)) else ()
