"""What is kept of an instance's header: plain frozen values, without pixels, that travel as JSON."""

from typing import Literal

import msgspec

from dicom_render.regions import UsRegion

SpacingKind = Literal["patient", "detector", "calibrated"]


class Window(msgspec.Struct, frozen=True):
    """A VOI window of the file (PS3.3 C.11.2); `function` is LINEAR, LINEAR_EXACT or SIGMOID."""

    center: float
    width: float
    function: str = "LINEAR"
    explanation: str = ""


class Patient(msgspec.Struct, frozen=True):
    """The patient as the file writes it (names keep their ^ and = groups, dates their digits).

    `issuer`: who gave the identifier, as an OID where the file has one, else in words.
    """

    name: str
    id: str
    issuer: str
    birth_date: str
    sex: str


class FrameHeader(msgspec.Struct, frozen=True, omit_defaults=True):
    """One frame: what its numbers mean and where it lies. World is patient space, LPS, in millimetres."""

    rows: int
    columns: int
    samples_per_pixel: int
    bits_allocated: int
    bits_stored: int
    pixel_representation: int
    photometric_interpretation: str
    image_position_mm: tuple[float, float, float] | None = None
    image_orientation: tuple[float, float, float, float, float, float] | None = None
    pixel_spacing_mm: tuple[float, float] | None = None
    """(between rows, between columns)"""
    pixel_aspect: float | None = None
    """height of a pixel over its width, where no spacing tells them and they differ (PS3.3 C.7.6.3.1.7)"""
    spacing_kind: SpacingKind | None = None
    """where the spacing holds: in the slice, at the detector only, or by a calibration (PS3.3 10.7.1.3)"""
    slice_thickness_mm: float | None = None
    frame_of_reference_uid: str | None = None
    windows: tuple[Window, ...] = ()
    rescale_slope: float = 1.0
    rescale_intercept: float = 0.0
    rescale_type: str = ""
    has_modality_lut: bool = False
    has_voi_lut: bool = False
    pixel_padding: int | None = None
    pixel_padding_limit: int | None = None
    image_type: tuple[str, ...] = ()
    acquisition_number: int | None = None
    temporal_position: int | None = None
    trigger_time_ms: float | None = None
    b_value: float | None = None
    gradient: tuple[float, float, float] | None = None
    echo_number: int | None = None
    echo_time_ms: float | None = None
    inversion_time_ms: float | None = None
    cardiac_phase: float | None = None
    """percent of the heart's cycle"""
    reference_time_ms: float | None = None
    """PET: Frame Reference Time (PS3.3 C.8.9.4), from the start of the series"""
    acquired_s: float | None = None
    """seconds on a line of time whose origin means nothing"""
    dimensions: tuple[int, ...] = ()
    """Dimension Index Values (PS3.3 C.7.6.17) without those of place and stack"""
    stack_id: str = ""
    energy_window: str = ""
    """of nuclear medicine, where the object has several: its name or number"""
    detector: str = ""
    frame_time_ms: float | None = None
    is_inverted: bool = False
    """the highest value is shown darkest"""


class InstanceHeader(msgspec.Struct, frozen=True, omit_defaults=True):
    """One SOP Instance: who, what, when, and its frames (none for an object without pixels)."""

    study_uid: str
    series_uid: str
    sop_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    modality: str
    patient: Patient
    study_date: str = ""
    study_time: str = ""
    study_description: str = ""
    study_id: str = ""
    accession_number: str = ""
    referring_physician: str = ""
    series_date: str = ""
    series_time: str = ""
    series_description: str = ""
    series_number: int | None = None
    instance_number: int | None = None
    body_part_examined: str = ""
    institution_name: str = ""
    manufacturer: str = ""
    units: str = ""
    lossy: bool = False
    lossy_ratio: float | None = None
    lossy_method: str = ""
    """the term of (0028,2114), the last step if there were several"""
    images_in_acquisition: int | None = None
    images_in_series: int | None = None
    temporal_positions: int | None = None
    """Number of Temporal Positions (PS3.3 C.7.6.2.1): of the series"""
    laterality: str = ""
    view_position: str = ""
    patient_orientation: tuple[str, str] | None = None
    """where a row and a column go (PS3.3 C.7.6.1.1.1), for pictures without a place in the patient"""
    regions: tuple[UsRegion, ...] = ()
    frame_times_ms: tuple[float, ...] = ()
    """Frame Time Vector: from each frame to the one before it, the first being 0"""
    has_pixels: bool = False
    number_of_frames: int = 0
    frames: tuple[FrameHeader, ...] = ()
