"""What is known of a prepared stack: names on disk, and the JSON that browsers read."""

from typing import Any

import msgspec
import pytest

from dicom_render.headers import Window
from dicom_render.spacing import Caution
from dicom_render.stack_header import (
    COARSE,
    FULL,
    Chunk,
    FrameSpan,
    PackFrame,
    PackHeader,
    StackFacts,
    StackHeader,
    frames_name,
    header_name,
    thumbnail_name,
)
from tests.dicom_render import make


def facts(**changes: Any) -> dict[str, Any]:
    frame = PackFrame(
        sop_instance_uid="1.2.3.4.1",
        frame=1,
        instance_number=None,
        position_mm=(-125.0, -125.0, 12.5),
        orientation=make.AXIAL,
        slope=1.0,
        intercept=-1024.0,
    )
    usual: dict[str, Any] = {
        "study_uid": make.STUDY,
        "series_uid": make.SERIES,
        "stack": 0,
        "modality": "CT",
        "kind": "stack",
        "reason": "gantry_tilt",
        "frame_of_reference_uid": make.SPACE,
        "rows": 512,
        "columns": 400,
        "pixel_spacing_mm": (0.5, 0.4),
        "spacing_mm": None,
        "orientation": make.AXIAL,
        "values": "int16",
        "unit": "HU",
        "invert": False,
        "lossy": False,
        "pixel_padding": -2000,
        "frame_time_ms": None,
        "windows": (Window(40.0, 80.0),),
        "frames": (frame,),
        "levels": 5,
        "coarse_level": 3,
        "distinction": {"b_value": 1000.0},
        "warnings": (Caution("gantry_tilt", {"degrees": 18.0}),),
    }
    return {**usual, **changes}


def on_disk(**changes: Any) -> StackHeader:
    return StackHeader(**facts(**changes), sha256="0" * 64, spans=(FrameSpan(0, 1000, 40),))


def test_a_header_on_disk_comes_back_as_it_was() -> None:
    header = on_disk()
    assert msgspec.json.decode(msgspec.json.encode(header), type=StackHeader) == header


def test_a_span_is_written_as_three_numbers_in_their_order() -> None:
    """A series of 10,000 slices has as many: names in each would be most of the file."""
    assert msgspec.json.decode(msgspec.json.encode(on_disk()))["spans"] == [[0, 1000, 40]]


def test_browsers_get_chunks_and_nothing_of_the_file_on_disk() -> None:
    on_wire = msgspec.json.decode(msgspec.json.encode(PackHeader(**facts(), chunks=(Chunk(0, FULL, 1000),))))
    shared = {field.name for field in msgspec.structs.fields(StackFacts)}
    assert set(on_wire) == shared | {"chunks"}
    assert on_wire["chunks"] == [[0, 1, 1000]]


def test_every_fact_is_on_the_wire_also_when_there_is_nothing_to_say() -> None:
    """Their twin has `null` where nothing is said: a field left out would be `undefined` there."""
    on_wire = msgspec.json.decode(msgspec.json.encode(on_disk(reason=None, frame_of_reference_uid=None, windows=())))
    assert on_wire["reason"] is None
    assert on_wire["spacing_mm"] is None
    assert on_wire["windows"] == []
    assert on_wire["version"] == 1


def test_the_two_qualities_are_zero_and_one() -> None:
    assert (COARSE, FULL) == (0, 1)
    with pytest.raises(msgspec.ValidationError, match="2"):
        msgspec.convert([0, 2, 10], Chunk)


@pytest.mark.parametrize(("name", "value"), [("values", "int32"), ("kind", "cine"), ("reason", "because")])
def test_a_choice_that_browsers_do_not_know_is_refused(name: str, value: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=name):
        msgspec.convert({**msgspec.to_builtins(on_disk()), name: value}, StackHeader)


def test_the_files_of_a_stack_are_named_by_its_number() -> None:
    assert (frames_name(0), header_name(0), thumbnail_name(0)) == ("stack-0.frames", "stack-0.json", "stack-0.jpg")
    names = {name(stack) for name in (frames_name, header_name, thumbnail_name) for stack in (1, 11)}
    assert len(names) == 6
