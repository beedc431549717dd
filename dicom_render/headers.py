"""What is kept of an instance's header: plain frozen values, without pixels, that travel as JSON."""

import msgspec


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
    spacing_at_detector: bool = False
    """the spacing is ImagerPixelSpacing: true at the detector, not in the patient"""
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
    stack_id: str = ""
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
    has_pixels: bool = False
    number_of_frames: int = 0
    frames: tuple[FrameHeader, ...] = ()
