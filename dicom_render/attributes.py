"""Single attributes out of a pydicom dataset, each tried alone: a broken optional value is absent, never fatal."""

import math
from collections.abc import Iterable
from typing import Any, cast

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence as ItemSequence

from dicom_render.plain import is_absent, plain_numbers, plain_text


def value_of(dataset: Dataset, keyword: str) -> Any:  # Any: whatever type pydicom gives that VR
    """The element's value, or None if it is absent, empty or cannot be parsed."""
    if is_absent(dataset, keyword):
        return None
    try:
        found = dataset.get(keyword)
    except Exception:  # pydicom parses late: a bad element raises nearly anything here (ValueError, KeyError, ...)
        return None
    return None if found is None or found == "" else found


def text_of(dataset: Dataset, keyword: str) -> str:
    """Text without surrounding blanks; several values are joined as they were, by backslashes."""
    plain = plain_text(dataset, keyword)
    if plain is not None:
        return plain
    found = value_of(dataset, keyword)
    if found is None:
        return ""
    parts = cast("Iterable[Any]", found) if isinstance(found, MultiValue) else [found]
    try:
        return "\\".join(str(part) for part in parts).replace("\0", "").strip()
    except Exception:  # a person name decodes its character sets as late as here
        return ""


def texts_of(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    text = text_of(dataset, keyword)
    return tuple(part.strip() for part in text.split("\\")) if text else ()


def numbers_of(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """All values as finite numbers, or nothing at all if one of them is not."""
    plain = plain_numbers(dataset, keyword)
    if plain is not None:
        return plain if all(map(math.isfinite, plain)) else ()
    found = value_of(dataset, keyword)
    if found is None:
        return ()
    parts = list(cast("Iterable[Any]", found)) if isinstance(found, MultiValue | list | tuple) else [found]
    try:
        numbers = tuple(float(part) for part in parts)
    except (TypeError, ValueError):
        return ()
    return numbers if all(map(math.isfinite, numbers)) else ()


def number_of(dataset: Dataset, keyword: str) -> float | None:
    """The first value as a finite number."""
    numbers = numbers_of(dataset, keyword)
    return numbers[0] if numbers else None


def integer_of(dataset: Dataset, keyword: str) -> int | None:
    number = number_of(dataset, keyword)
    return None if number is None else int(number)


def integer_string_of(dataset: Dataset, keyword: str) -> int | None:
    """An IS that only tells things apart, such as SeriesNumber; one beyond what an IS may be is as good as absent."""
    number = integer_of(dataset, keyword)
    # PS3.5 6.2: -2^31 <= n <= 2^31 - 1; a time stamp of 14 digits is met in its place.
    return number if number is not None and -(2**31) <= number < 2**31 else None


def items_of(dataset: Dataset, keyword: str) -> list[Dataset]:
    """The items of a sequence; an absent or broken sequence has none."""
    found = value_of(dataset, keyword)
    return list(found) if isinstance(found, ItemSequence) else []


def first_item_of(dataset: Dataset, keyword: str) -> Dataset | None:
    items = items_of(dataset, keyword)
    return items[0] if items else None
