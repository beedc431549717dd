"""Draws over a slice what its file lays over it: shutters first, then overlays, as in PS3.4 N.2; no grey scale."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dicom_render.shutters import Coordinates, Shutter, hidden_by, set_at
from dicom_render.stack_header import StackHeader, pixel_sides_of

Picture = NDArray[np.uint8]
WHITE = 255


@dataclass(frozen=True, slots=True)
class Switches:
    """Which markings of the file are drawn."""

    overlays: bool = True
    shutters: bool = True


ALL_ON = Switches()


def marked(
    picture: Picture,
    header: StackHeader,
    index: int,
    *,
    row: Coordinates,
    column: Coordinates,
    shown: NDArray[np.bool_],
    on: Switches = ALL_ON,
) -> Picture:
    """The picture, (H, W) or (H, W, 3), with the shutter and the graphic overlays of frame `index` (0-based).

    `row`, `column`: where each of its pixels lies in the frame; `shown`: whether that is inside. Regions of interest
    (Overlay Type R) are measured in, not looked at: they are not drawn.
    """
    height, width = pixel_sides_of(header)
    for each in header.shutters if on.shutters else ():
        if index in each.frames:
            hidden = hidden_by(each.shutter, row, column, row_per_column=height / width) & shown
            picture = _covered(picture, hidden, each.shutter)
    pixels = _pixels_apart(row, column)
    for each in header.overlays if on.overlays else ():
        if index in each.frames and each.overlay.kind == "graphic":
            picture = _painted(picture, set_at(each.overlay, row, column, pixels=pixels) & shown, WHITE)
    return picture


def _covered(picture: Picture, hidden: NDArray[np.bool_], shutter: Shutter) -> Picture:
    if shutter.rgb is None:
        return _painted(picture, hidden, shutter.presentation_value >> 8)
    colours = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)
    return np.where(hidden[..., None], np.array(shutter.rgb, np.uint8), colours)


def _painted(picture: Picture, where: NDArray[np.bool_], level: int) -> Picture:
    return np.where(where if picture.ndim == 2 else where[..., None], np.uint8(level), picture)


def _pixels_apart(row: Coordinates, column: Coordinates) -> int:
    """How many pixels of the frame lie between neighbours of the picture, 1 where it is enlarged."""
    if row.shape[1] < 2:
        return 1
    return max(1, int(math.hypot(row[0, 1] - row[0, 0], column[0, 1] - column[0, 0]) + 1e-6))
