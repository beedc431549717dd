"""Frames of a prepared stack drawn by `render_view` a pixel for a pixel, to be compared with other tools' pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dicom_render.headers import Window
from dicom_render.prepare import prepare_series
from dicom_render.prepared_stack import PreparedStack
from dicom_render.volume import PlaneView, plane_of, render_view


def prepared(file: Path, out: Path) -> PreparedStack:
    prepare_series([file], out)
    return PreparedStack(out, 0)


def middle_of(rows: int, columns: int, most: int) -> tuple[slice, slice]:
    """The rows and columns in the middle of a picture, at most so many of each."""
    return tuple(slice((n - min(n, most)) // 2, (n - min(n, most)) // 2 + min(n, most)) for n in (rows, columns))  # type: ignore[return-value]


def as_it_is(
    stack: PreparedStack,
    *,
    index: int = 0,
    scale: float = 1,
    markings: bool = True,
    window: Window | None = None,
    most: int = 1 << 20,
) -> NDArray[np.int32]:
    """The middle of a frame, a pixel for a pixel, or `scale` of that; levels."""
    header, plane, frame = stack.header, plane_of(stack.header, index), stack.header.frames[index]
    row, column = np.array(plane.along_row), np.array(plane.along_column)
    down, across = plane.row_step_mm, plane.column_step_mm
    rows, columns = middle_of(header.rows, header.columns, most)
    centre = np.array(plane.origin) + row * across * (columns.start + columns.stop - 1) / 2
    centre = centre + column * down * (rows.start + rows.stop - 1) / 2
    normal = np.cross(-row, column)
    high, wide = rows.stop - rows.start, columns.stop - columns.start
    view = PlaneView(
        (float(centre[0]), float(centre[1]), float(centre[2])),
        (float(normal[0]), float(normal[1]), float(normal[2])),
        (float(-column[0]), float(-column[1]), float(-column[2])),
        (wide * across, high * down),
        window=window,
        sop_instance_uid=frame.sop_instance_uid,
        frame=frame.frame,
        markings=markings,
    )
    return render_view(stack, view, round(wide * scale), round(high * scale)).astype(np.int32)
