"""What the picture door understands, and what it refuses."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from starlette.datastructures import QueryParams

from collab.kit.refusals import BadInput
from collab.studies.picture_asks import AskedPicture, read_asked
from dicom_render.drawing import OwnPlane
from dicom_render.headers import Window
from dicom_render.slab import Slab
from dicom_render.volume import PlaneView

OWN = {"version": "v-2", "width": "100", "height": "50", "sop": "1.2.3"}
PLANE = {
    "version": "v-2",
    "width": "100",
    "height": "50",
    "point_world_mm": "1,-2.5,3e1",
    "normal": "0,-1,0",
    "up": "0,0,1",
    "mm_per_px": "0.5",
}


def asked(given: dict[str, str]) -> AskedPicture:
    return read_asked(QueryParams(urlencode(given)))


def test_a_plane_is_read_by_its_names() -> None:
    query = PLANE | {"mirrored": "true", "invert": "1", "window": "40,80.5", "quality": "30"}
    picture = asked(query | {"blend": "minip", "thickness_mm": "12.5"})
    assert picture.view == PlaneView(
        point_world_mm=(1.0, -2.5, 30.0),
        normal=(0.0, -1.0, 0.0),
        up=(0.0, 0.0, 1.0),
        fov_mm=(50.0, 25.0),
        window=Window(40.0, 80.5, "LINEAR"),
        invert=True,
        mirrored=True,
        slab=Slab("minip", 12.5),
    )
    assert picture.quality == 30


def test_an_image_alone_is_asked_for_in_its_own_plane() -> None:
    picture = asked(OWN | {"frame": "3", "quarters": "1", "window": "0,1,SIGMOID", "quality": "lossless"})
    assert picture.view == OwnPlane("1.2.3", 3, 1, Window(0.0, 1.0, "SIGMOID"), False, False, True)
    assert picture.quality == "lossless"


@pytest.mark.parametrize(
    "wrong",
    [
        {"other": "1"},
        {"version": ""},
        {"width": "0"},
        {"width": "4097"},
        {"width": "4096", "height": "4096"},
        {"sop": ""},
        {"sop": "1" * 65},
        {"frame": "0"},
        {"frame": "-1"},
        {"quality": "0"},
        {"quality": "101"},
        {"quality": "best"},
        {"window": "1"},
        {"window": "1,0"},
        {"window": "1,0.5,LINEAR"},
        {"window": "nan,1"},
        {"window": "1,inf"},
        {"window": "1,2,CUBIC"},
        {"invert": "maybe"},
        {"screen": "x" * 65},
    ],
)
def test_what_is_wrong_with_any_picture_is_refused(wrong: dict[str, str]) -> None:
    for right in (OWN, PLANE):
        with pytest.raises(BadInput):
            asked(right | wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"point_world_mm": "1,2"},
        {"point_world_mm": "1,2,3,4"},
        {"point_world_mm": "1,2,nan"},
        {"point_world_mm": "1,2,1e9"},
        {"normal": "0,0,0"},
        {"normal": "0,1,1"},
        {"up": "0,1,0"},
        {"up": "0,0,0"},
        {"mm_per_px": "0"},
        {"mm_per_px": "-1"},
        {"mm_per_px": "inf"},
        {"mm_per_px": "nan"},
        {"quarters": "1"},
        {"blend": "mip"},
        {"thickness_mm": "5"},
        {"blend": "sum", "thickness_mm": "5"},
        {"blend": "mip", "thickness_mm": "0"},
        {"blend": "mip", "thickness_mm": "501"},
        {"blend": "mip", "thickness_mm": "nan"},
        {"blend": "mip", "thickness_mm": "5", "sop": "1.2.3"},
    ],
)
def test_what_is_wrong_with_a_plane_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        asked(PLANE | wrong)


@pytest.mark.parametrize("left_out", ["version", "width", "height", "point_world_mm", "normal", "up", "mm_per_px"])
def test_half_a_plane_is_refused(left_out: str) -> None:
    with pytest.raises(BadInput):
        asked({name: text for name, text in PLANE.items() if name != left_out})


@pytest.mark.parametrize("wrong", [{"quarters": "4"}, {"blend": "mip", "thickness_mm": "5"}, {"normal": "0,0,1"}])
def test_what_is_wrong_with_an_own_plane_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        asked(OWN | wrong)


def test_a_name_that_is_given_twice_is_refused() -> None:
    with pytest.raises(BadInput):
        read_asked(QueryParams(f"{urlencode(PLANE)}&width=100"))
