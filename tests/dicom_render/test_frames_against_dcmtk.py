"""Every frame of multi-frame images, and every colour image, within one level of DCMTK's `dcm2pnm`."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from PIL import Image

from dicom_render.decoding import decode_frame
from dicom_render.headers import FrameHeader, InstanceHeader, Window
from dicom_render.opening import open_dataset
from dicom_render.reading import header_of
from dicom_render.readying import NOT_DRAWN
from dicom_render.refusal import Refusal
from dicom_render.rendering import Drawing, draw_frame
from dicom_render.transfer_syntaxes import FAMILIES
from tests.dicom_render.reference import Tool
from tests.dicom_render.test_against_dcmtk import PROGRAMS, folders

# DCMTK 3.6.7 does not read them: the first has no end of its fragments (PS3.5 A.4 asks for it, and pydicom too passes
# over it), the second an empty table.
NOT_READ = {
    "05_us/acuson_65f_ybr422_jpeg/DIRW0007.dcm",
    "11_malformed/pydicom_data_odd/gdcm-US-ALOKA-16.dcm",
}
GREY = ("MONOCHROME1", "MONOCHROME2")


def compared(file: Path) -> InstanceHeader | None:
    """The header of what the other test does not compare and both can read, else None."""
    try:
        header = header_of(open_dataset(file.read_bytes()))
    except Refusal:
        return None
    if not header.frames or header.modality in NOT_DRAWN or FAMILIES.get(header.transfer_syntax_uid) not in PROGRAMS:
        return None
    is_grey = header.frames[0].photometric_interpretation in GREY
    return header if header.number_of_frames > 1 or not is_grey else None


def theirs(tool: Tool, program: str, file: Path, scratch: Path, *options: str) -> Iterator[NDArray[np.int32]]:
    """All frames, in order."""
    scratch.mkdir()
    command = [tool(program), "-O", *options, "+op", "+Fa", str(file), str(scratch / "f")]
    subprocess.run(command, check=True, capture_output=True)
    # f.0.pgm, f.1.pgm...; of a file with one frame f.0.ppm.
    for path in sorted(scratch.iterdir(), key=lambda path: int(path.name.split(".")[1])):
        yield np.asarray(Image.open(path)).astype(np.int32)


def windows(file: Path, header: InstanceHeader) -> tuple[list[str], list[Window | None]]:
    """One window of stored values for DCMTK, which reads no rescale from per-frame groups, and the same for each frame.

    PS3.3 C.11.2.1.2.1 around C.11.1.1.2: the window's lower edge is at center - 0.5 - (width - 1) / 2.
    """
    first = header.frames[0]
    if first.photometric_interpretation not in GREY:
        return [], [None] * header.number_of_frames
    groups = pydicom.dcmread(file, stop_before_pixels=True).get("SharedFunctionalGroupsSequence")
    is_told = groups is None or "PixelValueTransformationSequence" in groups[0]
    center, width = stored_range(file)
    shown: list[Window | None] = [_rescaled(center, width, frame) for frame in header.frames]
    asked = shown[0] if is_told else Window(center, width)
    assert asked is not None
    return ["+Ww", repr(asked.center), repr(asked.width)], shown


def stored_range(file: Path) -> tuple[float, float]:
    """Center and width of what most values of the first frame lie in, so that some are inside and some outside."""
    low, high = np.percentile(decode_frame(file.read_bytes(), 1).astype(np.float64), (10, 95))
    return float(low + high + 1) / 2, max(float(high - low + 1), 2.0)


def _rescaled(center: float, width: float, frame: FrameHeader) -> Window:
    slope, intercept = frame.rescale_slope, frame.rescale_intercept
    return Window((center - 0.5) * slope + intercept + 0.5, (width - 1) * slope + 1)


@pytest.mark.parametrize("folder", folders())
def test_every_frame_and_colour_is_within_one_level(test_data: Path, tool: Tool, tmp_path: Path, folder: str) -> None:
    found: dict[str, object] = {}
    for number, file in enumerate(sorted(path for path in (test_data / folder).iterdir() if path.is_file())):
        header, name = compared(file), f"{folder}/{file.name}"
        if header is None or name in NOT_READ:
            continue
        options, shown = windows(file, header)
        program, data = PROGRAMS[FAMILIES[header.transfer_syntax_uid]], file.read_bytes()
        drawn = list(theirs(tool, program, file, tmp_path / str(number), *options))
        assert len(drawn) == header.number_of_frames, name
        assert max(np.ptp(picture) for picture in drawn) > 100, name
        for frame, (picture, window) in enumerate(zip(drawn, shown, strict=True), 1):
            png = draw_frame(data, frame, Drawing(media="image/png", window=window))
            ours = np.asarray(Image.open(io.BytesIO(png))).astype(np.int32)
            levels = int(np.abs(ours - picture).max()) if ours.shape == picture.shape else ours.shape
            if levels != 0 and levels != 1:
                found[f"{name} frame {frame}"] = levels
    assert found == {}
