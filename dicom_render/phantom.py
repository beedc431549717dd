"""The synthetic studies that the demo brings: drawn from formulas, never from a person, without touching the disk."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

import numpy as np
from numpy.typing import NDArray

from dicom_render.phantom_anatomy import Person, pose
from dicom_render.phantom_dicom import DemoPatient, SeriesPlan, StudyPlan, encode
from dicom_render.phantom_paint import CT, DWI, FLAIR, T1, Palette, paint
from dicom_render.phantom_scan import Detail, Grain, SampledHead, centred, clean_slices, oblique, sample_head

STROKE_PATIENT = DemoPatient("DEMO-SYNTHÉTIQUE", "Éléonore", "2530499999001", "19530417", "F")
TRAUMA_PATIENT = DemoPatient("DEMO-SYNTHÉTIQUE", "Aurélien", "1610999999002", "19610903", "M")
STROKE_PERSON = Person(seed=7, scale=(0.94, 0.955, 0.96), atrophy=0.55)
TRAUMA_PERSON = Person(seed=4021, scale=(0.985, 0.975, 0.98), atrophy=0.3, subdural_side=-1)
CT_WINDOWS = ((80.0, 40.0, "BRAIN"), (2800.0, 600.0, "BONE"))
GANTRY_TILT_DEGREES = 18.0
CT_DETAIL = Detail(shrink=2)  # the blur of a brain kernel is wider than two pixels

# How each head lay: no two acquisitions share a position.
STROKE_POSE = pose(yaw=1.5, roll=-1.0, pitch=0.0, offset_mm=(0.0, -150.0, 612.0))
PRIOR_POSE = pose(yaw=-4.0, roll=2.0, pitch=6.0, offset_mm=(-2.0, -174.0, -310.0))
TRAUMA_POSE = pose(yaw=3.0, roll=1.0, pitch=-4.0, offset_mm=(1.0, -162.0, 88.0))
MR_POSE = pose(yaw=-2.0, roll=1.0, pitch=2.0, offset_mm=(3.0, 12.0, -6.0))


@dataclass(frozen=True, slots=True)
class SyntheticStudy:
    """One study; ``instances`` yields (file name, Part 10 bytes) once, drawing as it goes."""

    key: str
    title: str
    instances: Iterator[tuple[str, bytes]]


def generate_studies(today: date) -> Iterable[SyntheticStudy]:
    """Four studies, always the same pixels; only dates, ages and the UIDs named after the day follow ``today``."""
    night = datetime.combine(today, time(2, 4, 10))
    yield SyntheticStudy("head_ct", "Head CT, early left MCA ischaemia", _stroke_ct(night))
    prior = datetime.combine(today - timedelta(days=426), time(10, 41, 5))
    yield SyntheticStudy("head_ct_prior", "Head CT of the same patient, 14 months before", _prior_ct(prior))
    evening = datetime.combine(today - timedelta(days=1), time(19, 12, 44))
    yield SyntheticStudy(
        "head_ct_tilted", "Head CT with tilted gantry, right acute subdural haematoma", _tilted_ct(evening)
    )
    yield SyntheticStudy("head_mr", "Brain MR of the stroke patient", _stroke_mr(night + timedelta(minutes=58)))


def _ct_technique(**more: object) -> dict[str, object]:
    return {
        "KVP": "120", "XRayTubeCurrent": "300", "ExposureTime": "1000", "Exposure": "300", "FilterType": "BODY",
        "ConvolutionKernel": "BRAIN", "RotationDirection": "CW", "ReconstructionDiameter": "230",
        "GantryDetectorTilt": "0",
    } | more  # fmt: skip


def _stroke_ct(at: datetime) -> Iterator[tuple[str, bytes]]:
    acquisition = centred(
        centre_mm=(1.5, -148.0, 620.0), rows=512, columns=512, pixel_mm=0.45, row_direction=(1.0, 0.0, 0.0),
        column_direction=(0.0, 1.0, 0.0), step_mm=(0.0, 0.0, 1.0), slices=160, thickness_mm=1.0,
    )  # fmt: skip
    study = StudyPlan(
        "head_ct", STROKE_PATIENT, at, "SYNTHETIQUE - TDM cérébrale sans injection", "CH Démonstration", "SYN-CT-0001"
    )
    plan = SeriesPlan(study, 2, "CT", "CÉRÉBRAL 1.0 mm", acquisition, CT_WINDOWS, _ct_technique())
    head = sample_head(acquisition, STROKE_PERSON, STROKE_POSE)
    yield from _ct_instances(plan, head, CT, noise_hu=3.7)


def _prior_ct(at: datetime) -> Iterator[tuple[str, bytes]]:
    acquisition = centred(
        centre_mm=(-4.0, -171.0, -302.0), rows=512, columns=512, pixel_mm=0.49, row_direction=(1.0, 0.0, 0.0),
        column_direction=(0.0, 1.0, 0.0), step_mm=(0.0, 0.0, 2.5), slices=64, thickness_mm=2.5, layers=2,
    )  # fmt: skip
    study = StudyPlan(
        "head_ct_prior", STROKE_PATIENT, at, "SYNTHETIQUE - TDM cérébrale", "CHU Démonstration", "SYN-CT-0000"
    )
    plan = SeriesPlan(
        study, 3, "CT", "CRÂNE 2.5 mm", acquisition, CT_WINDOWS, _ct_technique(ReconstructionDiameter="250.88")
    )
    head = sample_head(acquisition, STROKE_PERSON, PRIOR_POSE)
    yield from _ct_instances(plan, head, CT.without_stroke(), noise_hu=3.1)


def _tilted_ct(at: datetime) -> Iterator[tuple[str, bytes]]:
    tilt = np.radians(GANTRY_TILT_DEGREES)
    acquisition = centred(
        centre_mm=(2.0, -160.0, 95.0), rows=512, columns=512, pixel_mm=0.46, row_direction=(1.0, 0.0, 0.0),
        column_direction=(0.0, float(np.cos(tilt)), float(-np.sin(tilt))),
        # The table moves along z by thickness / cos(tilt): slices touch along their normal, the stack is sheared.
        step_mm=(0.0, 0.0, round(4.5 / float(np.cos(tilt)), 4)), slices=32, thickness_mm=4.5, layers=4,
    )  # fmt: skip
    study = StudyPlan(
        "head_ct_tilted",
        TRAUMA_PATIENT,
        at,
        "SYNTHETIQUE - TDM cérébrale, traumatisme",
        "CH Démonstration",
        "SYN-CT-0002",
    )
    technique = _ct_technique(GantryDetectorTilt=f"{GANTRY_TILT_DEGREES:g}", ReconstructionDiameter="235.52")
    plan = SeriesPlan(study, 2, "CT", "CÉRÉBRAL 4.5 mm", acquisition, CT_WINDOWS, technique)
    head = sample_head(acquisition, TRAUMA_PERSON, TRAUMA_POSE)
    yield from _ct_instances(plan, head, CT.without_stroke(), noise_hu=2.8)


def _ct_instances(
    plan: SeriesPlan, head: SampledHead, palette: Palette, *, noise_hu: float
) -> Iterator[tuple[str, bytes]]:
    a = plan.acquisition
    grain = Grain(plan.number + 100, side=a.rows, pixel_mm=a.pixel_mm, peak_per_mm=0.3)
    for index, clean in enumerate(clean_slices(head, partial(paint, palette), CT_DETAIL)):
        stored = np.clip(np.rint(clean + np.float32(noise_hu) * grain.slice() + 1024), 0, 4095).astype(np.uint16)
        yield _named(plan, index, stored)


def _stroke_mr(at: datetime) -> Iterator[tuple[str, bytes]]:
    study = StudyPlan(
        "head_mr", STROKE_PATIENT, at, "SYNTHETIQUE - IRM encéphalique", "CHU Démonstration", "SYN-MR-0003"
    )
    yield from _axial_mr(study)
    yield from _volume_mr(study)


def _axial_mr(study: StudyPlan) -> Iterator[tuple[str, bytes]]:
    row, column, normal = oblique(yaw=-2.0, pitch=9.0)
    axial = centred(
        centre_mm=(3.0, 14.0, 2.0), rows=256, columns=256, pixel_mm=0.9, row_direction=row, column_direction=column,
        step_mm=(5.0 * normal[0], 5.0 * normal[1], 5.0 * normal[2]), slices=28, thickness_mm=5.0, layers=4,
    )  # fmt: skip
    head = sample_head(axial, STROKE_PERSON, MR_POSE)
    yield from _mr_instances(
        SeriesPlan(study, 2, "MR", "AX DIFFUSION b1000", axial, ((700, 330, "DWI"),), _DWI),
        head,
        DWI,
        Detail(blur_mm=1.1),
    )
    yield from _mr_instances(
        SeriesPlan(study, 3, "MR", "AX FLAIR", axial, ((620, 290, "FLAIR"),), _FLAIR), head, FLAIR, Detail(blur_mm=0.35)
    )


def _volume_mr(study: StudyPlan) -> Iterator[tuple[str, bytes]]:
    volume = centred(
        centre_mm=(3.0, 10.0, 0.0), rows=192, columns=192, pixel_mm=1.2, row_direction=(0.0, 1.0, 0.0),
        column_direction=(0.0, 0.0, -1.0), step_mm=(-1.2, 0.0, 0.0), slices=140, thickness_mm=1.2,
    )  # fmt: skip
    head = sample_head(volume, STROKE_PERSON, MR_POSE)
    yield from _mr_instances(
        SeriesPlan(study, 4, "MR", "SAG T1 3D", volume, ((950, 440, "T1"),), _T1), head, T1, Detail(blur_mm=0.4)
    )


_MR: dict[str, object] = {
    "MagneticFieldStrength": "3", "NumberOfAverages": "1", "ScanOptions": "", "FlipAngle": "90",
    "PixelBandwidth": "200", "ImagingFrequency": "123.2", "ImagedNucleus": "1H", "EchoNumbers": 1, "SAR": "0.5",
}  # fmt: skip
_DWI: dict[str, object] = _MR | {
    "ScanningSequence": ["EP", "SE"], "SequenceVariant": "SK", "MRAcquisitionType": "2D", "RepetitionTime": "5200",
    "EchoTime": "72", "EchoTrainLength": 96, "DiffusionBValue": 1000.0, "SequenceName": "synthetic_b1000",
}  # fmt: skip
_FLAIR: dict[str, object] = _MR | {
    "ScanningSequence": ["SE", "IR"], "SequenceVariant": "SK", "MRAcquisitionType": "2D", "RepetitionTime": "9000",
    "EchoTime": "90", "EchoTrainLength": 16, "InversionTime": "2500",
}  # fmt: skip
_T1: dict[str, object] = _MR | {
    "ScanningSequence": ["GR", "IR"], "SequenceVariant": "MP", "MRAcquisitionType": "3D", "RepetitionTime": "2000",
    "EchoTime": "2.6", "EchoTrainLength": 1, "InversionTime": "900", "FlipAngle": "9",
}  # fmt: skip


def _mr_instances(plan: SeriesPlan, head: SampledHead, palette: Palette, detail: Detail) -> Iterator[tuple[str, bytes]]:
    a = plan.acquisition
    rng = np.random.default_rng(plan.number)
    down = np.linspace(-1, 1, a.rows, dtype=np.float32)[:, None]
    across = np.linspace(-1, 1, a.columns, dtype=np.float32)[None, :]
    # Receive coils see the rim better than the middle.
    coil = 0.94 + 0.12 * (down**2 + across**2) + 0.03 * across
    for index, clean in enumerate(clean_slices(head, partial(paint, palette), detail)):
        real, imaginary = rng.standard_normal((2, a.rows, a.columns), dtype=np.float32) * np.float32(
            palette.white * 0.035
        )
        # The magnitude of two noisy channels: noise in air is positive (Rician), as in every MR image.
        magnitude = np.sqrt((clean * coil + real) ** 2 + imaginary**2)
        yield _named(plan, index, np.clip(np.rint(magnitude), 0, 4095).astype(np.uint16))


def _named(plan: SeriesPlan, index: int, stored: NDArray[np.uint16]) -> tuple[str, bytes]:
    return f"{plan.study.key}/{plan.number:03d}/{index + 1:04d}.dcm", encode(plan, index, stored)
