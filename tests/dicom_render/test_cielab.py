"""CIELab of a file to sRGB, held against colours whose CIELab (D50) is published."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset

from dicom_render.cielab import Rgb, rgb_of, rgb_of_lab


def encoded(lightness: float, a: float, b: float) -> tuple[int, int, int]:
    """As PS3.3 C.10.7.1.1 writes it."""
    return round(lightness * 65535 / 100), round((a + 128) * 65535 / 255), round((b + 128) * 65535 / 255)


# Lindbloom, "CIE Color Calculator": sRGB primaries and greys adapted to D50 by Bradford.
@pytest.mark.parametrize(
    ("lab", "rgb"),
    [
        ((0, 0, 0), (0, 0, 0)),
        ((100, 0, 0), (255, 255, 255)),
        ((53.585, 0, 0), (128, 128, 128)),
        ((54.291, 80.812, 69.885), (255, 0, 0)),
        ((87.818, -79.287, 80.990), (0, 255, 0)),
        ((29.567, 68.298, -112.029), (0, 0, 255)),
    ],
)
def test_a_known_colour_comes_out_within_one_level(lab: tuple[float, float, float], rgb: Rgb) -> None:
    assert rgb_of_lab(encoded(*lab)) == pytest.approx(rgb, abs=1)


def test_a_file_without_the_attribute_has_no_colour() -> None:
    assert rgb_of(Dataset(), "RecommendedDisplayCIELabValue") is None


def test_a_colour_is_read_from_its_attribute() -> None:
    said = Dataset()
    said.RecommendedDisplayCIELabValue = [65535, 32896, 32896]
    assert rgb_of(said, "RecommendedDisplayCIELabValue") == (255, 255, 255)
