"""A series on disk to stacks on disk."""

import json
from pathlib import Path

import imagecodecs
import msgspec
import numpy as np
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000Lossless

from dicom_render.decoding import decode_frame
from dicom_render.numbering import Numbering
from dicom_render.pack import PackReader
from dicom_render.prepare import PreparedSeries, prepare_series
from dicom_render.reading import read_header
from dicom_render.refusal import Unreadable
from tests.dicom_render import make


def written(folder: Path, *files: bytes) -> list[Path]:
    paths = [folder / f"{number}.dcm" for number in range(len(files))]
    for path, data in zip(paths, files, strict=True):
        path.write_bytes(data)
    return paths


def slice_at(height: float, number: int, **attributes: object) -> bytes:
    position = [0, 0, height]
    uid = f"1.2.3.4.{number}"
    return make.image(make.noise(seed=number), SOPInstanceUID=uid, ImagePositionPatient=position, **attributes)


@pytest.mark.parametrize(
    "folder",
    [
        "01_head_ct/ge_hispeed_tilt18_varspacing",
        "03_mr_brain/ge_signa_PD_oblique",
        "04_pet/qin_headneck_pet",
        "05_us/acuson_65f_ybr422_jpeg",
        "07_enhanced/philips_achieva_enh",
    ],
)
def test_every_stored_value_survives(test_data: Path, tmp_path: Path, folder: str) -> None:
    files = sorted((test_data / folder).glob("*.dcm"))
    if "enhanced" in folder:
        files = files[-1:]
    data_of = {read_header(file.read_bytes()).sop_instance_uid: file.read_bytes() for file in files}
    done = prepare_series(files, tmp_path / "out")
    assert done.set_aside == ()
    assert sum(stack.frames for stack in done.stacks) >= len(files)
    for stack in done.stacks:
        reader = PackReader(tmp_path / "out", stack.stack)
        for index, frame in enumerate(reader.header.frames):
            stored = decode_frame(data_of[frame.sop_instance_uid], frame.frame)
            np.testing.assert_array_equal(imagecodecs.htj2k_decode(reader.codestream(index)), stored)


def test_slices_lie_on_disk_in_geometric_order(tmp_path: Path) -> None:
    paths = written(tmp_path, slice_at(5, 1), slice_at(0, 2), slice_at(10, 3))
    prepare_series(paths, tmp_path / "out")
    header = PackReader(tmp_path / "out", 0).header
    assert [frame.sop_instance_uid for frame in header.frames] == ["1.2.3.4.2", "1.2.3.4.1", "1.2.3.4.3"]
    assert header.spans[0].offset == 0
    assert header.spans[1].offset == header.spans[0].length


def test_a_file_that_cannot_be_decoded_is_set_aside_and_leaves_its_gap(tmp_path: Path) -> None:
    """Geometry is judged on what goes in: without the fourth of six slices this is no volume any more."""
    stream = bytes(imagecodecs.jpeg2k_encode(make.noise(), level=0, codecformat="j2k"))
    broken = slice_at(30, 4, transfer_syntax=JPEG2000Lossless, PixelData=encapsulate([stream[:-200]]))
    good = [slice_at(10.0 * number, number) for number in (1, 2, 3, 5, 6)]
    done = prepare_series(written(tmp_path, broken, *good, b"no dicom"), tmp_path / "out")
    assert [(aside.sop_instance_uid, aside.code) for aside in done.set_aside] == [
        ("1.2.3.4.4", "decoding_failed"),
        (None, "not_dicom"),
    ]
    assert [(stack.reason, stack.frames) for stack in done.stacks] == [("missing_slices", 5)]


def test_progress_counts_frames_to_the_end(tmp_path: Path) -> None:
    pixels = make.noise()
    many = make.image(pixels, NumberOfFrames=3, PixelData=np.stack([pixels] * 3).tobytes())
    seen: list[tuple[int, int]] = []
    prepare_series(written(tmp_path, many, b"no dicom"), tmp_path / "out", lambda *at: seen.append(at))
    assert [done for done, _ in seen] == [1, 2, 3, 4]
    assert seen[-1] == (4, 4)


def test_nothing_else_is_left_in_the_folder(tmp_path: Path) -> None:
    prepare_series(written(tmp_path, slice_at(0, 1)), tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "stack-0.frames",
        "stack-0.jpg",
        "stack-0.json",
    ]


def test_the_report_survives_json(tmp_path: Path) -> None:
    done = prepare_series(written(tmp_path, slice_at(0, 1), slice_at(1, 2)), tmp_path / "out")
    assert msgspec.json.decode(msgspec.json.encode(done), type=PreparedSeries) == done


def test_the_thumbnail_is_a_small_jpeg_true_to_shape(tmp_path: Path) -> None:
    wide = make.image(make.noise(100, 200), PixelSpacing=[1, 1])
    prepare_series(written(tmp_path, wide), tmp_path / "out")
    picture = imagecodecs.jpeg8_decode((tmp_path / "out" / "stack-0.jpg").read_bytes())
    assert picture.shape == (64, 128)
    assert picture.std() > 10


def test_the_window_of_the_file_is_given_and_else_one_of_its_values(tmp_path: Path) -> None:
    prepare_series(written(tmp_path, slice_at(0, 1, WindowCenter=40, WindowWidth=80)), tmp_path / "a")
    assert [(w.center, w.width) for w in PackReader(tmp_path / "a", 0).header.windows] == [(40, 80)]
    prepare_series(written(tmp_path, slice_at(0, 1)), tmp_path / "b")
    (made,) = PackReader(tmp_path / "b", 0).header.windows
    assert 50 < made.center < 150


def test_series_do_not_mix(tmp_path: Path) -> None:
    done = prepare_series(
        written(tmp_path, slice_at(0, 1), slice_at(0, 2, SeriesInstanceUID="1.2.99"), slice_at(9, 1)), tmp_path / "out"
    )
    assert [aside.code for aside in done.set_aside] == ["mixed_series", "duplicate_instance"]


def test_documents_and_labels_are_not_drawn(test_data: Path, tmp_path: Path) -> None:
    sr = prepare_series([test_data / "10_objects" / "pydicom" / "reportsi.dcm"], tmp_path / "sr")
    assert (sr.stacks, len(sr.without_pixels)) == ((), 1)
    seg = prepare_series([test_data / "10_objects" / "highdicom" / "seg_image_ct_binary.dcm"], tmp_path / "seg")
    assert (seg.stacks, [aside.code for aside in seg.set_aside]) == ((), ["not_drawn"])


def test_nothing_readable_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        prepare_series(written(tmp_path, b"no dicom"), tmp_path / "out")
    assert refused.value.code == "nothing_readable"


def test_positron_counts_keep_their_slope_and_unit(test_data: Path, tmp_path: Path) -> None:
    prepare_series(sorted((test_data / "04_pet" / "qin_headneck_pet").glob("*.dcm")), tmp_path / "out")
    header = json.loads((tmp_path / "out" / "stack-0.json").read_bytes())
    assert header["unit"] == "BQML"
    assert header["frames"][0]["slope"] == pytest.approx(2.0222414)


def test_a_slice_that_did_not_come_is_told_by_its_place_and_hinted_at_by_its_number(tmp_path: Path) -> None:
    """The gap lies where positions say (10 to 20 mm); numbers count and are no geometry."""
    paths = [tmp_path / f"{number}.dcm" for number in (1, 2, 3, 5, 6)]
    for path in paths:
        number = int(path.stem)
        made = {"SOPInstanceUID": f"1.2.3.4.{number}", "InstanceNumber": number}
        path.write_bytes(make.image(make.noise(), ImagePositionPatient=[0, 0, 5 * (number - 1)], **made))
    series = prepare_series(paths, tmp_path / "out")
    assert series.numbering == Numbering(received=5, expected=6, first=1, last=6, gaps=((4, 4),))
    caution, resampled = series.stacks[0].warnings
    assert resampled.code == "resampled"
    assert (caution.code, caution.facts["from_mm"], caution.facts["to_mm"]) == ("missing_slices", 10, 20)
