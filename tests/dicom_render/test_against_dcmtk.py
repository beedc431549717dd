"""Every grey image of the real data, from file to picture, within one grey level of DCMTK's `dcm2pnm`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from dicom_render.headers import FrameHeader, InstanceHeader, Window
from dicom_render.opening import open_dataset
from dicom_render.reading import header_of
from dicom_render.readying import NOT_DRAWN
from dicom_render.refusal import Refusal
from dicom_render.transfer_syntaxes import FAMILIES, Family
from tests.conftest import ROOT
from tests.dicom_render import make
from tests.dicom_render.drawing import as_it_is, middle_of, prepared
from tests.dicom_render.reference import Tool, picture_by_dcmtk

# DCMTK 3.6.7 comes in three programs, by what they decompress; it has no JPEG 2000 of any kind and no JPEG XL.
PROGRAMS = {
    Family.NATIVE: "dcm2pnm",
    Family.RLE: "dcm2pnm",
    Family.JPEG: "dcmj2pnm",
    Family.JPEG_LOSSLESS: "dcmj2pnm",
    Family.JPEG_LS: "dcml2pnm",
}
# A picture larger than this is compared in its middle: 14 million pixels would take gigabytes of coordinates.
MOST = 1024
# Not compared, and why.
EXCLUDED = {
    "11_malformed/pydicom_data_odd/parametric_map_float.dcm": "Float Pixel Data: set aside by us as float_pixels"
}


def folders() -> list[str]:
    root = Path(os.environ.get("CONSILIUM_TEST_DATA", ROOT.parent / "shared" / "data"))
    found = {str(path.parent.relative_to(root)) for path in root.glob("*/**/*") if path.is_file()}
    return sorted(found) or ["the data"]


def grey(file: Path) -> InstanceHeader | None:
    """The header of an image that both can read, else None."""
    try:
        header = header_of(open_dataset(file.read_bytes()))
    except Refusal:
        return None
    frame = header.frames[0] if header.frames else None
    is_grey = frame is not None and frame.photometric_interpretation.startswith("MONOCHROME")
    if not is_grey or header.modality in NOT_DRAWN or FAMILIES.get(header.transfer_syntax_uid) not in PROGRAMS:
        return None
    return header


def stored_window(frame: FrameHeader, window: Window) -> tuple[float, float]:
    """The same LINEAR window before the rescale of C.11.1.1.2: DCMTK reads none from per-frame groups."""
    slope, intercept = frame.rescale_slope, frame.rescale_intercept
    return (window.center - 0.5 - intercept) / slope + 0.5, (window.width - 1) / slope + 1


def difference(file: Path, header: InstanceHeader, tool: Tool, scratch: Path) -> int:
    scratch.mkdir()
    stack = prepared(file, scratch / "out")
    index = stack.index_of(header.sop_instance_uid, 1)
    read, frame, window = pydicom.dcmread(file, stop_before_pixels=True), header.frames[0], None
    groups = read.get("SharedFunctionalGroupsSequence")
    is_enhanced, is_shared = groups is not None, bool(groups) and "PixelValueTransformationSequence" in groups[0]
    if frame.has_voi_lut:
        options = ["+Wl", "1"]
    elif frame.windows and not is_enhanced:
        options, window = ["+Wi", "1"], frame.windows[0]
    else:
        values = stack.modality(index)
        low, high = float(values.min()), float(values.max())
        window = frame.windows[0] if frame.windows else Window((low + high + 1) / 2, max(high - low + 1, 2))
        center, width = (window.center, window.width)
        if is_enhanced and not is_shared:
            center, width = stored_window(frame, window)
        options = ["+Ww", repr(center), repr(width)]
    program = PROGRAMS[FAMILIES[header.transfer_syntax_uid]]
    theirs = picture_by_dcmtk(tool, file, scratch, *options, overlays=True, program=program)
    ours = as_it_is(stack, index=index, window=window, most=MOST)
    return int(np.abs(ours - theirs[middle_of(frame.rows, frame.columns, MOST)]).max())


@pytest.mark.parametrize("folder", folders())
def test_every_grey_image_is_within_one_level(test_data: Path, tool: Tool, tmp_path: Path, folder: str) -> None:
    found: dict[str, str | int] = {}
    for number, file in enumerate(sorted(path for path in (test_data / folder).iterdir() if path.is_file())):
        header, name = grey(file), f"{folder}/{file.name}"
        if header is None or name in EXCLUDED:
            continue
        try:
            levels = difference(file, header, tool, tmp_path / str(number))
        except (Refusal, subprocess.CalledProcessError) as error:
            found[name] = str(getattr(error, "stderr", b"") or error)
        else:
            if levels > 1:
                found[name] = levels
    assert found == {}


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("shape", [None, "IDENTITY", "INVERSE", "LIN OD"])
@pytest.mark.parametrize(("function", "number"), [("LINEAR", 1), ("LINEAR", 2), ("SIGMOID", 1), ("SIGMOID", 2)])
def test_presentation_shapes_and_functions_and_second_windows(
    tool: Tool, tmp_path: Path, photometric: str, shape: str | None, function: str, number: int
) -> None:
    """PS3.3 C.11.2.1.2, C.11.2.1.3.1 and C.11.6. LINEAR_EXACT is not here: DCMTK 3.6.7 draws LINEAR in its place."""
    more: dict[str, Any] = {} if shape is None else {"PresentationLUTShape": shape}
    more |= {"WindowCenter": [100, 60], "WindowWidth": [120, 30], "VOILUTFunction": function}
    file = tmp_path / "one.dcm"
    file.write_bytes(make.image(make.noise(), PhotometricInterpretation=photometric, **more))
    stack = prepared(file, tmp_path / "out")
    ours = as_it_is(stack, window=stack.header.windows[number - 1])
    assert np.abs(ours - picture_by_dcmtk(tool, file, tmp_path, "+Wi", str(number))).max() <= 1
    if number == 1:
        np.testing.assert_array_equal(ours, as_it_is(stack))
