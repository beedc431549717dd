"""The shared view: what passes for one, and what a browser cannot make the others show."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest

from collab.rooms.protocol import MoveView
from collab.rooms.view import Arrangement, LaidObject, Layers, Pane, Pointer, View
from tests.collab.rooms import make


def told(**changes: Any) -> dict[str, Any]:
    """A pane as a browser sends it."""
    return {**msgspec.to_builtins(make.pane()), **changes}


def told_viewport(**changes: Any) -> dict[str, Any]:
    return told(viewports=[{**told()["viewports"][0], **changes}])


def told_view(**changes: Any) -> dict[str, Any]:
    return {**msgspec.to_builtins(make.grid()), **changes}


def refused(sent: dict[str, Any], kind: type[msgspec.Struct] = Pane) -> str:
    """Why it is none, also when it comes as MessagePack, which can write what JSON cannot."""
    with pytest.raises(msgspec.ValidationError) as wrong:
        msgspec.msgpack.decode(msgspec.msgpack.encode(sent), type=kind)
    return str(wrong.value)


@pytest.mark.parametrize("codec", [msgspec.json, msgspec.msgpack])
def test_a_view_comes_back_as_it_was_sent(codec: Any) -> None:
    view = make.grid()
    assert codec.decode(codec.encode(view), type=View) == view


def test_a_reslice_names_no_image() -> None:
    sent = told()
    del sent["viewports"][0]["sop_instance_uid"], sent["viewports"][0]["frame"]
    viewport = msgspec.convert(sent, Pane).viewports[0]
    assert (viewport.sop_instance_uid, viewport.frame) == (None, None)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_moves_nobody(number: float) -> None:
    """NaN in a camera blanks every viewport that follows it."""
    assert "point_world_mm" in refused(told_viewport(point_world_mm=(0.0, number, 0.0)))
    assert "normal" in refused(told_viewport(normal=(number, 0.0, 0.0)))
    assert "up" in refused(told_viewport(up=(number, 0.0, 0.0)))
    assert "fov_mm" in refused(told_viewport(fov_mm=(240.0, number)))
    assert "window.center" in refused(told(window={"center": number, "width": 80.0, "unit": "HU"}))


@pytest.mark.parametrize("point_mm", [(100_000.0, -100_000.0, 0.0), (0, 0, 0)])
def test_a_point_within_a_hundred_metres_passes(point_mm: tuple[float, float, float]) -> None:
    assert msgspec.convert(told_viewport(point_world_mm=point_mm), Pane).viewports[0].point_world_mm == point_mm


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("point_world_mm", (0.0, 0.0, 100_001.0)),
        ("point_world_mm", (0.0, 0.0)),
        ("normal", (0.0, 0.0, 1.01)),
        ("up", (-1.01, 0.0, 0.0)),
        ("fov_mm", (0.0, 240.0)),
        ("fov_mm", (240.0, -1.0)),
        ("frame", 0),
        ("frame", 1 << 31),
        ("sop_instance_uid", "2." + "5" * 63),
        ("id", "oblique"),
        ("mirrored", 1),
        ("slab", {"blend": "sum", "thickness_mm": 10.0}),
        ("slab", {"blend": "mip", "thickness_mm": 0.0}),
        ("slab", {"blend": "mip", "thickness_mm": 500.1}),
    ],
)
def test_a_viewport_that_no_image_can_have_is_refused(name: str, value: object) -> None:
    assert name in refused(told_viewport(**{name: value}))


def test_directions_that_were_rounded_on_their_way_still_pass() -> None:
    """A unit vector in single precision may be longer than one by some 1e-7."""
    assert msgspec.convert(told_viewport(normal=(0.0, 0.0, 1.0000001)), Pane)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("stack", -1),
        ("stack", 0.5),
        ("study_uid", "2." + "5" * 63),
        ("layout", "quad"),
        ("active", ""),
        ("invert", 1),
        ("window", {"center": 40.0, "width": 80.0, "unit": "x" * 17}),
    ],
)
def test_a_pane_with_a_wrong_field_is_refused(name: str, value: object) -> None:
    assert name in refused(told(**{name: value}))


def test_a_uid_of_64_characters_is_the_longest() -> None:
    """PS3.5 9.1."""
    uid = "2." + "5" * 62
    assert msgspec.convert(told(study_uid=uid), Pane).study_uid == uid


def test_four_viewports_are_the_most() -> None:
    (viewport,) = told()["viewports"]
    assert len(msgspec.convert(told(viewports=[viewport] * 4), Pane).viewports) == 4
    assert "viewports" in refused(told(viewports=[viewport] * 5))


@pytest.mark.parametrize("sent", [told(zoom=2), told_viewport(zoom=2), told(window={**told()["window"], "zoom": 2})])
def test_a_field_that_nobody_knows_is_refused(sent: dict[str, Any]) -> None:
    assert "zoom" in refused(sent)


@pytest.mark.parametrize("missing", ["frame_of_reference_uid", "window", "invert", "viewports"])
def test_a_pane_says_everything_even_that_there_is_no_frame_of_reference(missing: str) -> None:
    sent = told()
    del sent[missing]
    assert missing in refused(sent)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"arrangement": {"rows": 4, "columns": 1}}, "arrangement.rows"),
        ({"arrangement": {"rows": 1, "columns": 0}}, "arrangement.columns"),
        ({"arrangement": {"rows": 1, "columns": 3}}, "panes"),
        ({"panes": []}, "panes"),
        ({"panes": [told()] * 10}, "panes"),
        ({"active": 4}, "active"),
        ({"active": -1}, "active"),
        ({"linked": None}, "linked"),
        ({"links": [told_view()["links"][0]] * 9}, "links"),
        ({"links": [{**told_view()["links"][0], "by_mm": (0.0, 0.0, math.nan)}]}, "by_mm"),
    ],
)
def test_an_arrangement_that_no_screen_can_have_is_refused(changes: dict[str, Any], name: str) -> None:
    assert name in refused(told_view(**changes), View)


@pytest.mark.parametrize("missing", ["arrangement", "active", "panes", "linked", "links"])
def test_a_view_says_whether_its_panes_are_linked_and_how(missing: str) -> None:
    sent = told_view()
    del sent[missing]
    assert missing in refused(sent, View)


def test_a_view_names_the_studies_of_all_its_panes() -> None:
    prior = make.pane(study_uid=make.OTHER_STUDY_UID)
    view = msgspec.structs.replace(make.grid(), panes=(make.pane(), None, prior, None))
    assert view.study_uids == {make.STUDY_UID, make.OTHER_STUDY_UID}
    assert view.only_pane is None
    assert make.view().only_pane == make.pane()


def test_a_pointer_may_be_on_a_reslice_but_is_never_nowhere() -> None:
    pointer = msgspec.convert(
        {"series_uid": "2.25.2", "frame_of_reference_uid": None, "point_world_mm": [1.0, 2.0, 3.0]}, Pointer
    )
    assert (pointer.sop_instance_uid, pointer.frame, pointer.point_world_mm) == (None, None, (1.0, 2.0, 3.0))
    sent = msgspec.to_builtins(make.pointer())
    for point in ((math.nan, 0.0, 0.0), (1e6, 0.0, 0.0)):
        with pytest.raises(msgspec.ValidationError, match="point_world_mm"):
            msgspec.convert({**sent, "point_world_mm": point}, Pointer)


LAID = {"sop_instance_uid": "2.25.9"}


def with_objects(*objects: dict[str, Any]) -> dict[str, Any]:
    return told(layers={"objects": objects})


def test_r41_a_view_older_than_layers_shows_the_markings_of_its_files_and_no_object() -> None:
    sent = told()
    del sent["layers"]
    assert msgspec.convert(sent, Pane).layers == Layers(overlays=True, shutters=True, objects=())


def test_r41_an_object_lies_over_a_pane_once() -> None:
    assert "twice" in refused(with_objects(LAID, LAID))
    assert len(msgspec.convert(with_objects(LAID, {"sop_instance_uid": "2.25.10"}), Pane).layers.objects) == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sop_instance_uid", ""),
        ("sop_instance_uid", "1" * 65),
        ("opacity", 0.0),
        ("opacity", 1.01),
        ("opacity", math.nan),
        ("hidden", list(range(129))),
        ("hidden", [1 << 41]),
        ("url", "https://elsewhere.example"),
    ],
)
def test_r41_what_names_no_object_lies_over_nothing(field: str, value: Any) -> None:
    assert field in refused(with_objects({**LAID, field: value}))


def test_r41_a_ninth_object_is_refused() -> None:
    assert "layers.objects" in refused(with_objects(*({"sop_instance_uid": f"2.25.{number}"} for number in range(9))))


@pytest.mark.parametrize("codec", [msgspec.json, msgspec.msgpack])
def test_r41_the_fullest_layers_fit_into_a_message(codec: Any) -> None:
    """R2: 64 KiB. Nine panes of three planes under eight objects, each with 128 of its first 999 parts hidden."""
    objects = tuple(LaidObject(f"2.25.{10**31 + number}", tuple(range(872, 1000)), 0.4) for number in range(8))
    planes = tuple(
        msgspec.structs.replace(make.only_viewport(make.view(1.23456789)), id=name, normal=(0.123456789, 0.5, -0.7))
        for name in ("axial", "sagittal", "coronal")
    )
    pane = msgspec.structs.replace(make.pane(), layout="mpr", viewports=planes, layers=Layers(objects=objects))
    view = View(Arrangement(3, 3), active=0, panes=(pane,) * 9, linked=True, links=())
    assert len(codec.encode(MoveView(1, 1, view))) < 64 << 10
