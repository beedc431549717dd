"""What is kept of an instance's header: it survives JSON, stays small, and leaves out nothing that matters."""

import msgspec
import pytest

from dicom_render.headers import FrameHeader, InstanceHeader, Patient, Window
from dicom_render.regions import UsRegion
from tests.dicom_render import make


def full_frame() -> FrameHeader:
    """Every attribute at something else than its default."""
    return make.frame_header(
        image_orientation=make.SAGITTAL,
        pixel_aspect=2.0,
        spacing_kind="detector",
        inversion_time_ms=900.0,
        cardiac_phase=75.0,
        reference_time_ms=60000.0,
        acquired_s=3.5,
        dimensions=(1, 4),
        energy_window="Tc99m",
        detector="2",
        slice_thickness_mm=2.5,
        windows=(Window(40.0, 80.0, "SIGMOID", "BRAIN"), Window(600.0, 3000.0)),
        rescale_slope=0.0030517578125,
        rescale_intercept=-1024.0,
        rescale_type="HU",
        has_modality_lut=True,
        has_voi_lut=True,
        pixel_padding=-2000,
        pixel_padding_limit=-1500,
        image_type=("ORIGINAL", "PRIMARY", "AXIAL"),
        acquisition_number=2,
        temporal_position=3,
        trigger_time_ms=12.5,
        b_value=1000.0,
        gradient=(0.0, 0.6, 0.8),
        echo_number=1,
        echo_time_ms=80.2,
        stack_id="A",
        frame_time_ms=33.3,
        is_inverted=True,
    )


def full_instance() -> InstanceHeader:
    texts = {
        name: f"{name} é" for name, value in msgspec.structs.asdict(make.instance()).items() if isinstance(value, str)
    }
    return msgspec.structs.replace(
        make.instance(full_frame(), make.frame_header()),
        **texts,
        patient=Patient("MARTIN^Jeanne=馬丁^珍", "V-001", "1.2.250.1.213.1.4.8", "19480312", "F"),
        series_number=0,
        lossy=True,
        lossy_ratio=8.3,
        images_in_acquisition=28,
        patient_orientation=("L", "F"),
        regions=(UsRegion(0, 0, 9, 9, "2d", 1, "cm", "cm", 0.01, 0.01),),
        frame_times_ms=(0.0, 33.3),
    )


def test_a_header_comes_back_from_json_as_it_was() -> None:
    header = full_instance()
    assert msgspec.json.decode(msgspec.json.encode(header), type=InstanceHeader) == header


def test_the_fullest_header_has_no_attribute_at_its_default() -> None:
    """Otherwise the round trip above would prove nothing of that attribute."""
    frame = full_frame()
    fields = msgspec.structs.fields(FrameHeader)
    assert [field.name for field in fields if getattr(frame, field.name) == field.default] == []
    assert len(msgspec.to_builtins(frame)) == len(fields)


def test_what_a_file_does_not_say_takes_no_place() -> None:
    """An object of 20,000 frames keeps 20,000 of these."""
    kept = msgspec.json.decode(msgspec.json.encode(make.frame_header()))
    assert not kept.keys() & {"rescale_slope", "windows", "b_value", "echo_number", "pixel_padding"}


def test_zero_is_something_that_a_file_said() -> None:
    """b = 0 is a diffusion image, series 0 a series, padding 0 a value: none of them is `absent`."""
    frame = make.frame_header(b_value=0.0, pixel_padding=0, trigger_time_ms=0.0, echo_number=0)
    back = msgspec.json.decode(msgspec.json.encode(frame), type=FrameHeader)
    assert (back.b_value, back.pixel_padding, back.trigger_time_ms, back.echo_number) == (0.0, 0, 0.0, 0)


def test_without_a_word_stored_values_are_modality_values() -> None:
    """PS3.3 C.11.1: without a modality transformation the output is the input."""
    frame = make.frame_header()
    assert (frame.rescale_slope, frame.rescale_intercept, frame.has_modality_lut) == (1.0, 0.0, False)


def test_a_window_without_a_function_is_linear() -> None:
    """PS3.3 C.11.2.1.3: absent means LINEAR, whose width is one more than its span."""
    assert Window(40.0, 80.0).function == "LINEAR"


def test_an_object_without_pixels_has_no_frames() -> None:
    header = msgspec.convert(
        {
            **dict.fromkeys(("study_uid", "series_uid", "sop_instance_uid", "sop_class_uid"), "1.2"),
            "transfer_syntax_uid": "1.2.840.10008.1.2.1",
            "modality": "SR",
            "patient": {"name": "", "id": "", "issuer": "", "birth_date": "", "sex": ""},
        },
        InstanceHeader,
    )
    assert (header.has_pixels, header.number_of_frames, header.frames) == (False, 0, ())


@pytest.mark.parametrize("missing", ["rows", "columns", "bits_stored", "pixel_representation"])
def test_a_frame_without_its_shape_is_refused(missing: str) -> None:
    kept = msgspec.to_builtins(make.frame_header())
    del kept[missing]
    with pytest.raises(msgspec.ValidationError, match=missing):
        msgspec.convert(kept, FrameHeader)


def test_a_header_cannot_be_changed_once_read() -> None:
    with pytest.raises(AttributeError, match="immutable"):
        make.instance().study_uid = "2.25.1"  # pyright: ignore[reportAttributeAccessIssue] - that is the point
