"""DCMTK as a second opinion: pixels and pictures of a file by somebody else's code."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray

Tool = Callable[[str], str]


def stored_by_dcmtk(tool: Tool, program: str, file: Path, scratch: Path) -> NDArray[Any]:
    """Decompressed by `dcmdjpeg`, `dcmdjpls`, `dcmdrle` or `dcmconv` to Explicit VR Little Endian; first frame."""
    plain = scratch / "plain.dcm"
    more = ["+te"] if program == "dcmconv" else []
    subprocess.run([tool(program), *more, str(file), str(plain)], check=True, capture_output=True)
    read = pydicom.dcmread(plain)
    dtype = np.dtype(f"<{'i' if read.PixelRepresentation else 'u'}{read.BitsAllocated // 8}")
    shape = (read.Rows, read.Columns) if read.SamplesPerPixel == 1 else (read.Rows, read.Columns, 3)
    return np.frombuffer(read.PixelData, dtype, int(np.prod(shape))).reshape(shape)


def picture_by_dcmtk(
    tool: Tool, file: Path, scratch: Path, *options: str, overlays: bool = False, program: str = "dcm2pnm"
) -> NDArray[np.int32]:
    """What `dcm2pnm` shows of a grey file."""
    shown = scratch / "shown.pgm"
    # Its default for planes of type G: replaced by white.
    drawn = [] if overlays else ["-O"]
    subprocess.run([tool(program), *drawn, *options, "+op", str(file), str(shown)], check=True, capture_output=True)
    return read_pgm(shown.read_bytes())


def read_pgm(data: bytes) -> NDArray[np.int32]:
    words: list[int] = []
    at = 2
    while len(words) < 3:
        line_end = data.index(b"\n", at) if data[at : at + 1] == b"#" else 0
        if line_end:
            at = line_end + 1
        elif data[at : at + 1].isspace():
            at += 1
        else:
            end = at
            while not data[end : end + 1].isspace():
                end += 1
            words.append(int(data[at:end]))
            at = end
    columns, rows, _ = words
    return np.frombuffer(data, np.uint8, rows * columns, at + 1).reshape(rows, columns).astype(np.int32)
