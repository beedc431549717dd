"""Colours of a file's ICC profile to sRGB (PS3.3 C.11.15), which screens take pixels without a profile for."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms
from pydicom.dataset import Dataset

from dicom_render.attributes import text_of, value_of

Rgb = NDArray[np.uint8]

# The largest profile met has 0.6 MB of tables; sRGB's own has 3 kB.
MAX_PROFILE_BYTES = 4 * 1024 * 1024


class ToSrgb:
    """What one object's RGB becomes; nothing where it names no profile, or one that cannot be read."""

    def __init__(self, dataset: Dataset) -> None:
        # PS3.3 C.11.15.1.2: these are sRGB already. Some name the profile "sRGB v4 ICC preference", whose tables would
        # darken them by up to 56 levels (Siemens colour maps).
        is_srgb = text_of(dataset, "ColorSpace") == "SRGB"
        self._transform = None if is_srgb else _transform_of(value_of(dataset, "ICCProfile"))

    def __call__(self, rgb: Rgb) -> Rgb:
        if self._transform is None:
            return rgb
        shown = ImageCms.applyTransform(Image.fromarray(rgb), self._transform)
        assert shown is not None
        return np.asarray(shown)


def _transform_of(profile: object) -> ImageCms.ImageCmsTransform | None:
    if not isinstance(profile, bytes) or not 128 < len(profile) <= MAX_PROFILE_BYTES:
        return None
    try:
        # ICC.1 7.2.6: bytes 16 to 19 name the space of the colours that go in.
        if profile[16:20] != b"RGB ":
            return None
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(source):
            return None
        return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), "RGB", "RGB")
    except (ImageCms.PyCMSError, OSError):
        return None
