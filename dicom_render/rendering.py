"""One frame of a file as the JPEG or PNG that a program asked for (PS3.18 8.3.5); knows no HTTP."""

from typing import Literal

import msgspec
import numpy as np
from PIL import Image
from pydicom.dataset import FileDataset

from dicom_render.decoding import FrameSource, Stored
from dicom_render.grey import GreySteps, Rescale, grey_steps_of, robust_window, to_grey, to_modality
from dicom_render.headers import Window
from dicom_render.lut import Lut
from dicom_render.opening import open_dataset, refusing_everything
from dicom_render.padding import Ends, is_padding, padding_of_file
from dicom_render.picture import Picture, to_jpeg, to_png
from dicom_render.refusal import Unreadable

Media = Literal["image/jpeg", "image/png"]


class Viewport(msgspec.Struct, frozen=True):
    """How large the picture may be, and which part of the frame it shows: left, top, width, height, or all of it."""

    width: int
    height: int
    region: tuple[int, int, int, int] | None = None


class Drawing(msgspec.Struct, frozen=True):
    """What is asked for; without a window the file's own, without a viewport the frame's size."""

    media: Media = "image/jpeg"
    quality: int = 90
    window: Window | None = None
    viewport: Viewport | None = None


def draw_frame(data: bytes, frame: int, drawing: Drawing) -> bytes:
    """A frame, counted from 1, of a file held in memory. Raises `Unreadable`."""
    source = FrameSource(open_dataset(data))
    return draw_decoded(source.dataset, source.decode(frame), frame, drawing)


def draw_decoded(dataset: FileDataset, decoded: Stored, frame: int, drawing: Drawing) -> bytes:
    """The same with the frame decoded already. Raises `Unreadable`."""
    with refusing_everything("malformed"):
        if decoded.ndim == 2:
            shown = _grey(dataset, decoded, frame, drawing.window)
        else:
            # PS3.18 8.3.5.1.2: a window is for grey values only.
            shown = decoded.astype(np.uint8, copy=False)
        if drawing.viewport is not None:
            shown = fitted(shown, drawing.viewport)
    return to_png(shown) if drawing.media == "image/png" else to_jpeg(shown, drawing.quality)


def _grey(dataset: FileDataset, stored: Stored, frame: int, window: Window | None) -> Picture:
    """Padding is black whatever is asked for, and has no say in a window that is made from the values."""
    own, ends = grey_steps_of(dataset, frame), padding_of_file(dataset)
    voi = window or own.voi or _window_of(stored, own.modality, ends)
    steps = GreySteps(modality=own.modality, voi=voi, invert=own.invert)
    if stored.dtype.kind not in "iu" or stored.dtype.itemsize > 2 or stored.size <= 1 << 16:
        return _levels(stored, steps, ends)
    # Of a picture of more pixels than 16 bits have values, a third of the time: each value once, then looked up.
    pattern = np.dtype(f"u{stored.dtype.itemsize}")
    values = np.arange(1 << 8 * stored.dtype.itemsize, dtype=pattern).view(stored.dtype)
    return _levels(values, steps, ends).take(stored.view(pattern))


def _window_of(stored: Stored, modality: Rescale | Lut, ends: Ends | None) -> Window:
    image = None if ends is None else ~is_padding(stored, ends)
    return robust_window(to_modality(stored if image is None or not image.any() else stored[image], modality))


def _levels(stored: Stored, steps: GreySteps, ends: Ends | None) -> Picture:
    shown = to_grey(stored, steps)
    return shown if ends is None else np.where(is_padding(stored, ends), np.uint8(0), shown)


def fitted(picture: Picture, viewport: Viewport) -> Picture:
    """The part asked for, as large as the viewport takes it with its shape kept. Raises `Unreadable` no_such_region."""
    rows, columns = picture.shape[:2]
    left, top, width, height = viewport.region or (0, 0, columns, rows)
    if min(left, top) < 0 or min(width, height) < 1 or left + width > columns or top + height > rows:
        raise Unreadable("no_such_region", {"rows": rows, "columns": columns})
    cut = picture[top : top + height, left : left + width]
    scale = min(viewport.width / width, viewport.height / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    # Pillow widens its bilinear kernel when it makes smaller, so that no pixel is passed over.
    return np.asarray(Image.fromarray(cut).resize(size, Image.Resampling.BILINEAR))
