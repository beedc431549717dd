"""Segmentations as masks, held against pydicom's own decoding of the same files."""

from __future__ import annotations

import base64
import zlib
from pathlib import Path

import msgspec
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray

from dicom_render.objects import content_of
from dicom_render.opening import open_dataset
from dicom_render.refusal import Unreadable
from dicom_render.segmentation import Segmentation, segmentation_of

FILES = (
    "10_objects/seg_on_ge_liver_3slices/liver.dcm",
    "10_objects/seg_on_ge_liver_3slices/partial_overlaps.dcm",
    "10_objects/derived_highdicom/seg_box_on_3_slices.dcm",
    "10_objects/highdicom/seg_image_ct_binary_overlap.dcm",
    "04_pet/qin_headneck_seg/tumor_User1_Manual_Trial1.dcm",
)


def mask(found: Segmentation, bits: str) -> NDArray[np.bool_]:
    packed = np.frombuffer(zlib.decompress(base64.b64decode(bits)), np.uint8)
    count = found.rows * found.columns
    return np.unpackbits(packed, count=count, bitorder="little").reshape(found.rows, found.columns).astype(bool)


@pytest.mark.parametrize("file", FILES)
def test_every_segment_has_the_pixels_that_pydicom_reads(test_data: Path, file: str) -> None:
    theirs = pydicom.dcmread(test_data / file)
    frames = theirs.pixel_array.reshape(-1, theirs.Rows, theirs.Columns)
    expected: dict[tuple[int, tuple[float, ...]], NDArray[np.bool_]] = {}
    shared = theirs.SharedFunctionalGroupsSequence[0]
    for frame, groups in zip(frames, theirs.PerFrameFunctionalGroupsSequence, strict=True):
        identified = groups if "SegmentIdentificationSequence" in groups else shared
        number = identified.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        place = tuple(float(each) for each in groups.PlanePositionSequence[0].ImagePositionPatient)
        if frame.any():
            expected[number, place] = frame.astype(bool)
    found = segmentation_of(open_dataset((test_data / file).read_bytes()))
    assert {(each.segment, each.position_mm) for each in found.planes} == set(expected)
    for each in found.planes:
        assert each.position_mm is not None
        np.testing.assert_array_equal(mask(found, each.bits), expected[each.segment, each.position_mm])
    assert [each.label for each in found.segments] == [item.SegmentLabel for item in theirs.SegmentSequence]


def test_a_fraction_counts_from_one_half_on(test_data: Path) -> None:
    file = test_data / "10_objects/highdicom/seg_image_ct_binary_fractional.dcm"
    theirs = pydicom.dcmread(file)
    found = segmentation_of(open_dataset(file.read_bytes()))
    assert found.fractional
    area = sum(int(mask(found, each.bits).sum()) for each in found.planes)
    assert area == int((theirs.pixel_array >= theirs.MaximumFractionalValue / 2).sum())


def test_the_liver_is_drawn_on_its_own_slices(test_data: Path) -> None:
    slices = sorted((test_data / "02_body_ct/ge_liver_3slices").glob("*.dcm"))
    shown = {pydicom.dcmread(file, stop_before_pixels=True).SOPInstanceUID for file in slices}
    content = content_of((test_data / FILES[0]).read_bytes())
    found = msgspec.json.decode(content, type=Segmentation)
    assert {each.sop_instance_uid for each in found.planes} <= shown


def test_pixels_that_are_not_there_are_refused(test_data: Path) -> None:
    cut = open_dataset((test_data / FILES[0]).read_bytes())
    cut.PixelData = cut.PixelData[:100]
    with pytest.raises(Unreadable) as refused:
        segmentation_of(cut)
    assert refused.value.code == "truncated"
