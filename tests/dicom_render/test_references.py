"""References to images, with their frames."""

from __future__ import annotations

from pydicom.dataset import Dataset

from dicom_render.references import ImageReference, evidence, image_references


def referring(uid: str | None, *frames: int) -> Dataset:
    item, whole = Dataset(), Dataset()
    if uid is not None:
        item.ReferencedSOPInstanceUID = uid
    if frames:
        item.ReferencedFrameNumber = list(frames)
    whole.ReferencedImageSequence = [item]
    return whole


def test_frames_are_told_and_none_means_all() -> None:
    assert image_references(referring("1.2", 3, 4)) == (ImageReference("1.2", (3, 4)),)
    assert image_references(referring("1.2")) == (ImageReference("1.2"),)


def test_a_reference_without_an_instance_is_none() -> None:
    assert image_references(referring(None)) == ()
    assert image_references(Dataset()) == ()


def test_a_state_refers_to_the_images_of_each_series() -> None:
    state = Dataset()
    state.ReferencedSeriesSequence = [referring("1.2"), referring("1.3")]
    assert [each.sop_instance_uid for each in evidence(state)] == ["1.2", "1.3"]
