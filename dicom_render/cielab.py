"""Colours that a file recommends, from PCS values in CIELab (PS3.3 C.10.7.1.1) to sRGB; touches no pixel."""

from collections.abc import Sequence

from pydicom.dataset import Dataset

from dicom_render.attributes import numbers_of

Rgb = tuple[int, int, int]

# The PCS of an ICC profile is relative to D50; sRGB's own white is D65 (Bradford adaptation).
_D50 = (0.96422, 1.0, 0.82521)
_TO_LINEAR_SRGB = (
    (3.1338561, -1.6168667, -0.4906146),
    (-0.9787684, 1.9161415, 0.0334540),
    (0.0719453, -0.2289914, 1.4052427),
)
_LAB_KNEE = 6 / 29


def rgb_of(dataset: Dataset, keyword: str) -> Rgb | None:
    """The colour of a CIELab attribute; None where there is none."""
    numbers = numbers_of(dataset, keyword)
    return rgb_of_lab(numbers) if len(numbers) == 3 else None


def rgb_of_lab(encoded: Sequence[float]) -> Rgb:
    """From three unsigned 16-bit numbers: L* 0 to 100, a* and b* -128 to 127 over the range (PS3.3 C.10.7.1.1)."""
    lightness = encoded[0] * 100 / 0xFFFF
    a, b = (each * 255 / 0xFFFF - 128 for each in encoded[1:3])
    middle = (lightness + 16) / 116
    xyz = [white * _cubed(part) for white, part in zip(_D50, (middle + a / 500, middle, middle - b / 200), strict=True)]
    red, green, blue = (_to_8_bits(sum(k * v for k, v in zip(row, xyz, strict=True))) for row in _TO_LINEAR_SRGB)
    return red, green, blue


def _cubed(part: float) -> float:
    return part**3 if part > _LAB_KNEE else 3 * _LAB_KNEE**2 * (part - 4 / 29)


def _to_8_bits(linear: float) -> int:
    level = min(max(linear, 0.0), 1.0)
    shown = 12.92 * level if level <= 0.0031308 else 1.055 * level ** (1 / 2.4) - 0.055
    return round(255 * shown)
