"""Originals are proved by their hash before anything is read from them; a frame recoded gives the same picture."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from collab.dicomweb.work import Recoded, describe, draw, read_bulk, read_frames
from dicom_render.encoding import encode_htj2k
from dicom_render.refusal import Unreadable
from dicom_render.rendering import Drawing, draw_frame
from tests.collab.studies import make as make_studies
from tests.dicom_render import make as make_images

PNG = Drawing(media="image/png")


def kept(place: Path, data: bytes) -> str:
    path = place / hashlib.sha256(data).hexdigest()
    path.write_bytes(data)
    return str(path)


def test_only_whole_originals_are_read(tmp_path: Path) -> None:
    data = make_studies.dicom(study_uid="1.2", series_uid="1.3")
    path = kept(tmp_path, data)
    assert read_frames(path, [1], "stored") == read_bulk(path, "7FE00010")
    assert b"MARTIN" in describe([path], ["/x"])[0]
    Path(path).write_bytes(data[:-1] + b"x")
    for read in (
        lambda: read_frames(path, [1], "stored"),
        lambda: draw(path, 1, PNG, None),
        lambda: describe([str(tmp_path / "gone")], ["/x"]),
    ):
        with pytest.raises(Unreadable, match="damaged_blob"):
            read()


def test_a_picture_comes_from_the_recoded_frame_where_there_is_one(tmp_path: Path) -> None:
    data, other = make_images.image(make_images.noise(seed=1)), make_images.noise(seed=2)
    drawn = draw(kept(tmp_path, data), 1, PNG, recoded(tmp_path, other))
    assert drawn == draw_frame(make_images.image(other), 1, PNG)


@pytest.mark.parametrize("fault", ["gone", "short", "other size", "other type"])
def test_the_original_is_drawn_where_the_recoded_frame_is_not_what_it_should_be(tmp_path: Path, fault: str) -> None:
    data = make_images.image(make_images.noise(seed=len(fault)))
    given = recoded(tmp_path, make_images.noise(rows=32 if fault == "other size" else 64))
    match fault:
        case "gone":
            Path(given.path).unlink()
        case "short":
            given = given._replace(length=given.length - 100)
        case "other type":
            given = given._replace(values="uint16")
        case _:
            pass
    assert draw(kept(tmp_path, data), 1, PNG, given) == draw_frame(data, 1, PNG)


def recoded(place: Path, pixels: np.ndarray) -> Recoded:
    """In a file of frames, behind something else."""
    data, path = encode_htj2k(pixels).data, place / "frames"
    path.write_bytes(b"before" + data)
    return Recoded(str(path), len(b"before"), len(data), "int16")
