"""Values between the pixels: bilinear in a picture, trilinear in a volume; index coordinates, no millimetres."""

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float32]
Coordinates = NDArray[np.float64]


def bilinear(picture: NDArray[np.generic], row: Coordinates, column: Coordinates) -> Real:
    """Values at fractional (row, column); beyond the centres of edge pixels, the edge holds. Channels may follow."""
    row, column = np.asarray(row), np.asarray(column)
    above, down = _cell(row, picture.shape[0])
    left, across = _cell(column, picture.shape[1])
    below, right = np.minimum(above + 1, picture.shape[0] - 1), np.minimum(left + 1, picture.shape[1] - 1)
    if picture.ndim == 3:
        down, across = down[..., None], across[..., None]
    top = _between(picture[above, left], picture[above, right], across)
    return _between(top, _between(picture[below, left], picture[below, right], across), down)


def trilinear(volume: NDArray[np.generic], slice_: Coordinates, row: Coordinates, column: Coordinates) -> Real:
    """Values at fractional (slice, row, column) of (slices, rows, columns); edges hold as in `bilinear`."""
    near, deep = _lower(slice_, volume.shape[0])
    above, down = _lower(row, volume.shape[1])
    left, across = _lower(column, volume.shape[2])
    # One index into the flat volume: numpy gathers by it more than twice as fast as by three (23 for 59 ms, 800 x 800).
    first = (near * volume.shape[1] + above) * volume.shape[2] + left
    flat = volume.reshape(-1)
    deeper, lower, further = (
        size * (count > 1)
        for size, count in zip((volume.shape[1] * volume.shape[2], volume.shape[2], 1), volume.shape, strict=True)
    )

    def plane(at: NDArray[np.intp]) -> Real:
        top = _between(flat.take(at), flat.take(at + further), across)
        at = at + lower
        return _between(top, _between(flat.take(at), flat.take(at + further), across), down)

    return _between(plane(first), plane(first + deeper), deep)


def inside(at: Coordinates, count: int) -> NDArray[np.bool_]:
    """Within the pixels, whose edges lie half a pixel beyond their centres."""
    return (at >= -0.5) & (at <= count - 0.5)


def _cell(at: Coordinates, count: int) -> tuple[NDArray[np.intp], Real]:
    held = np.clip(at, 0, count - 1)
    low = np.floor(held).astype(np.intp)
    return low, (held - low).astype(np.float32)


def _lower(at: Coordinates, count: int) -> tuple[NDArray[np.intp], Real]:
    """The lower neighbour, that of the last pixel being the one before it, and the share of the upper one."""
    held = np.clip(at, 0, count - 1)
    low = np.minimum(held.astype(np.intp), max(count - 2, 0))
    return low, (held - low).astype(np.float32)


def _between(a: NDArray[np.generic], b: NDArray[np.generic], share: Real) -> Real:
    first = a.astype(np.float32)
    step = b.astype(np.float32)
    step -= first
    step *= share
    step += first
    return step
