"""The wire format, put together again by a few independent lines."""

import json
import struct
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray

from dicom_render.pack import NoSuchPack, PackReader
from dicom_render.prepare import prepare_series
from tests.dicom_render import make


def prepared(folder: Path, count: int, *, side: int = 128) -> list[NDArray[Any]]:
    """A volume of `count` slices on disk, and its values in order of height."""
    pixels = [make.noise(side, side, seed=number) for number in range(count)]
    paths = [folder / f"{number}.dcm" for number in range(count)]
    for number, path in enumerate(paths):
        uid = f"1.2.3.4.{number + 1}"
        path.write_bytes(make.image(pixels[number], SOPInstanceUID=uid, ImagePositionPatient=[0, 0, 2.5 * number]))
    prepare_series(paths, folder / "out")
    return pixels


def taken_apart(body: bytes) -> tuple[dict[str, Any], list[tuple[int, int, bytes]]]:
    """Header and chunks as a reader who knows only the format finds them."""
    assert body[:4] == b"CPK1"
    (length,) = struct.unpack_from("<I", body, 4)
    header = json.loads(body[8 : 8 + length])
    at = 8 + length
    assert at % 4 == 0
    chunks: list[tuple[int, int, bytes]] = []
    for frame, quality, size in header["chunks"]:
        chunks.append((frame, quality, body[at : at + size]))
        at += size
    assert at == len(body)
    return header, chunks


@pytest.mark.parametrize(("count", "first", "side"), [(1, 0, 128), (2, 1, 128), (13, 6, 128), (5, 0, 40), (1, 0, 20)])
def test_every_frame_comes_back_bit_for_bit(tmp_path: Path, count: int, first: int, side: int) -> None:
    pixels = prepared(tmp_path, count, side=side)
    body = b"".join(PackReader(tmp_path / "out", 0).body(first).read())
    _, chunks = taken_apart(body)
    streams: dict[int, bytes] = {}
    for frame, _, data in chunks:
        streams[frame] = streams.get(frame, b"") + data
    assert sorted(streams) == list(range(count))
    for frame, stream in streams.items():
        np.testing.assert_array_equal(imagecodecs.htj2k_decode(stream), pixels[frame])


def test_the_frame_asked_for_is_first_and_whole_then_all_coarse_then_the_rest_outwards(tmp_path: Path) -> None:
    prepared(tmp_path, 9)
    header, chunks = taken_apart(b"".join(PackReader(tmp_path / "out", 0).body(4).read()))
    assert header["chunks"][0][:2] == [4, 1]
    assert [chunk[:2] for chunk in header["chunks"][1:9]] == [[f, 0] for f in (2, 6, 1, 3, 5, 7, 0, 8)]
    assert [chunk[:2] for chunk in header["chunks"][9:]] == [[f, 1] for f in (3, 5, 2, 6, 1, 7, 0, 8)]
    assert len(chunks) == 17


def test_a_coarse_chunk_is_the_small_picture_of_its_own_frame(tmp_path: Path) -> None:
    prepared(tmp_path, 5)
    reader = PackReader(tmp_path / "out", 0)
    header, chunks = taken_apart(b"".join(reader.body(0).read()))
    assert header["coarse_level"] == 1
    for frame, quality, data in chunks:
        if quality == 0:
            coarse = imagecodecs.htj2k_decode(data, skipres=header["coarse_level"], resilient=True)
            whole = imagecodecs.htj2k_decode(reader.codestream(frame), skipres=header["coarse_level"])
            assert coarse.shape == (64, 64)
            np.testing.assert_array_equal(coarse, whole)


def test_the_header_says_what_a_viewer_needs(tmp_path: Path) -> None:
    prepared(tmp_path, 4)
    header, _ = taken_apart(b"".join(PackReader(tmp_path / "out", 0).body(0).read()))
    expected = {
        "version": 1,
        "study_uid": make.STUDY,
        "series_uid": make.SERIES,
        "stack": 0,
        "modality": "CT",
        "kind": "volume",
        "reason": None,
        "frame_of_reference_uid": make.SPACE,
        "rows": 128,
        "columns": 128,
        "pixel_spacing_mm": [0.5, 0.5],
        "spacing_mm": 2.5,
        "orientation": [1, 0, 0, 0, 1, 0],
        "values": "int16",
        "unit": "HU",
        "invert": False,
        "lossy": False,
        "pixel_padding": None,
        "levels": 5,
    }
    assert {name: header[name] for name in expected} == expected
    assert header["frames"][2] == {
        "sop_instance_uid": "1.2.3.4.3",
        "frame": 1,
        "instance_number": 1,
        "position_mm": [0, 0, 5],
        "orientation": [1, 0, 0, 0, 1, 0],
        "slope": 1,
        "intercept": 0,
    }
    assert len(header["windows"]) == 1


def test_an_image_is_found_by_its_name(tmp_path: Path) -> None:
    prepared(tmp_path, 4)
    reader = PackReader(tmp_path / "out", 0)
    assert [reader.index_of(f"1.2.3.4.{number}", 1) for number in (1, 2, 3, 4)] == [0, 1, 2, 3]
    for uid, frame in (("1.2.3.4.5", 1), ("1.2.3.4.1", 2), ("1.2.3.4", 1)):
        with pytest.raises(NoSuchPack) as refused:
            reader.index_of(uid, frame)
        assert refused.value.code == "no_such_frame"


def test_any_range_is_the_same_bytes(tmp_path: Path) -> None:
    prepared(tmp_path, 6)
    body = PackReader(tmp_path / "out", 0).body(3)
    whole = b"".join(body.read())
    assert len(whole) == body.length
    random = np.random.default_rng(1)
    edges = [(0, 1), (0, body.length), (body.length - 1, body.length), (5, 5), (len(body.header_bytes), body.length)]
    cuts = [sorted(int(cut) for cut in random.integers(0, body.length + 1, 2)) for _ in range(40)]
    for start, end in [*edges, *cuts]:
        assert b"".join(body.read(start, end)) == whole[start:end]
    assert b"".join(body.read(100)) == whole[100:]


def test_pieces_are_small(tmp_path: Path) -> None:
    prepared(tmp_path, 1, side=512)
    assert max(map(len, PackReader(tmp_path / "out", 0).body(0).read())) <= 256 * 1024


def test_the_etag_changes_with_the_order_and_only_then(tmp_path: Path) -> None:
    prepared(tmp_path, 3)
    reader = PackReader(tmp_path / "out", 0)
    assert reader.body(0).etag == PackReader(tmp_path / "out", 0).body(0).etag
    assert reader.body(0).etag != reader.body(1).etag


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    prepared(tmp_path, 2)
    with pytest.raises(NoSuchPack) as refused:
        PackReader(tmp_path / "out", 7)
    assert refused.value.code == "no_such_stack"
    with pytest.raises(NoSuchPack) as refused:
        PackReader(tmp_path / "out", 0).body(2)
    assert refused.value.code == "no_such_frame"
