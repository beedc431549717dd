"""Pixel padding: values that are no part of an image, drawn black as what lies around it (PS3.3 C.7.5.1.1.2)."""

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from dicom_render.frame_headers import stored_value_of
from dicom_render.grey import Rescale
from dicom_render.stack_header import StackHeader

Ends = tuple[float, float]
"""lowest and highest, both included"""

# 32-bit floats have lost what is beyond seven digits.
_ALIKE = 1e-6


def ends_of(value: int | None, limit: int | None) -> Ends | None:
    """One value, or the range up to its limit; None where the file names no padding."""
    if value is None:
        return None
    other = value if limit is None else limit
    return float(min(value, other)), float(max(value, other))


def padding_of_file(dataset: Dataset) -> Ends | None:
    """Among the stored values of a file."""
    return ends_of(stored_value_of(dataset, "PixelPaddingValue"), stored_value_of(dataset, "PixelPaddingRangeLimit"))


def padding_of_stack(header: StackHeader, rescale: Rescale) -> Ends | None:
    """Among the modality values of a prepared stack."""
    ends = ends_of(header.pixel_padding, header.pixel_padding_limit)
    if ends is None or header.values == "rgb8":
        return None
    low, high = sorted(rescale.slope * end + rescale.intercept for end in ends)
    slack = _ALIKE * max(1.0, abs(low), abs(high))
    return low - slack, high + slack


def is_padding(values: NDArray[np.generic], ends: Ends) -> NDArray[np.bool_]:
    """Which of these are; between padding and the image a sampled value is neither, and stays."""
    return np.greater_equal(values, ends[0]) & np.less_equal(values, ends[1])
