"""The key data of each pathway as types: what is asked at the bedside, with units and plausible ranges (DOMAIN 4, 5).

Scores are counted here from their items and never guessed; nothing decides anything from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, cast

import msgspec
from msgspec import Meta

from collab.expertise.rules import Pathway

Text = Annotated[str, Meta(max_length=4000)]
Untestable = Literal["UN"]
Score2 = Annotated[int, Meta(ge=0, le=2)]
Score3 = Annotated[int, Meta(ge=0, le=3)]
Score4 = Annotated[int, Meta(ge=0, le=4)]
Mmhg = Annotated[int, Meta(ge=20, le=320, extra={"unit": "mmHg"})]
Inr = Annotated[float, Meta(ge=0.5, le=20)]
Weight = Annotated[float, Meta(ge=0.3, le=350, extra={"unit": "kg"})]
Platelets = Annotated[int, Meta(ge=1, le=2000, extra={"unit": "10⁹/L"})]
Rankin = Annotated[int, Meta(ge=0, le=5)]
Pupil = Annotated[float, Meta(ge=0.5, le=10, extra={"unit": "mm"})]
Millimetres = Annotated[float, Meta(ge=0, le=150, extra={"unit": "mm"})]
Side2 = Literal["none", "right", "left", "both"]
Anticoagulant = Literal[
    "none", "vka", "apixaban", "rivaroxaban", "dabigatran", "edoxaban", "heparin", "lmwh", "other", "unknown"
]
Antiplatelet = Literal["none", "aspirin", "clopidogrel", "ticagrelor", "dual", "other", "unknown"]
Purpose = Literal["diagnosis", "treatment", "transfer", "follow_up", "alternative"]


class _KeyData(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="pathway"):
    """Base: absent is None, never zero."""


class Stroke(_KeyData, frozen=True, tag="stroke"):
    """Times, deficit, what thins the blood, and what must be known before a needle."""

    onset: Literal["known", "unknown", "wake_up"]
    onset_at: datetime | None = None
    last_known_well_at: datetime | None = None
    arrival_at: datetime | None = None
    deficit_side: Side2 | None = None
    nihss_total: Annotated[int, Meta(ge=0, le=42)] | None = None
    nihss_consciousness: Score3 | None = None
    nihss_questions: Score2 | None = None
    nihss_commands: Score2 | None = None
    nihss_gaze: Score2 | None = None
    nihss_visual: Score3 | None = None
    nihss_facial: Score3 | None = None
    nihss_right_arm: Score4 | Untestable | None = None
    nihss_left_arm: Score4 | Untestable | None = None
    nihss_right_leg: Score4 | Untestable | None = None
    nihss_left_leg: Score4 | Untestable | None = None
    nihss_ataxia: Score2 | Untestable | None = None
    nihss_sensory: Score2 | None = None
    nihss_language: Score3 | None = None
    nihss_dysarthria: Score2 | Untestable | None = None
    nihss_neglect: Score2 | None = None
    anticoagulant: Anticoagulant | None = None
    anticoagulant_last_dose_at: datetime | None = None
    antiplatelet: Antiplatelet | None = None
    inr: Inr | None = None
    platelets: Platelets | None = None
    glycaemia: Annotated[float, Meta(gt=0, le=60)] | None = None
    glycaemia_unit: Literal["g/L", "mmol/L"] | None = None
    systolic_mmhg: Mmhg | None = None
    diastolic_mmhg: Mmhg | None = None
    weight_kg: Weight | None = None
    weight_source: Literal["measured", "estimated"] | None = None
    mrs_before: Rankin | None = None
    history: Text | None = None
    local_reading: Text | None = None


class Neurosurgery(_KeyData, frozen=True, tag="neurosurgery"):
    """Consciousness and pupils, mechanism, what thins the blood, the lesion, and what the local team can do."""

    event_at: datetime | None = None
    mechanism: Literal["fall", "fall_from_height", "road", "assault", "spontaneous", "other", "unknown"] | None = None
    gcs_eye: Annotated[int, Meta(ge=1, le=4)] | None = None
    gcs_verbal: Annotated[int, Meta(ge=1, le=5)] | None = None
    gcs_motor: Annotated[int, Meta(ge=1, le=6)] | None = None
    intubated: bool | None = None
    gcs_at: datetime | None = None
    pupil_right_mm: Pupil | None = None
    pupil_right_reactive: bool | None = None
    pupil_left_mm: Pupil | None = None
    pupil_left_reactive: bool | None = None
    deficit_side: Side2 | None = None
    trend: Literal["improving", "stable", "worsening"] | None = None
    seizure: bool | None = None
    anticoagulant: Anticoagulant | None = None
    anticoagulant_last_dose_at: datetime | None = None
    antiplatelet: Antiplatelet | None = None
    inr: Inr | None = None
    platelets: Platelets | None = None
    reversal_given: Text | None = None
    lesion: (
        Literal[
            "edh",
            "acute_sdh",
            "chronic_sdh",
            "contusion",
            "ich",
            "ivh",
            "sah",
            "depressed_fracture",
            "mass_effect_tumour",
            "abscess",
            "hydrocephalus",
            "spine",
            "other",
        ]
        | None
    ) = None
    lesion_side: Literal["right", "left", "both", "midline"] | None = None
    thickness_mm: Millimetres | None = None
    midline_shift_mm: Millimetres | None = None
    volume_ml: Annotated[float, Meta(ge=0, le=500, extra={"unit": "mL"})] | None = None
    cisterns: Literal["open", "compressed", "absent"] | None = None
    systolic_mmhg: Mmhg | None = None
    mrs_before: Rankin | None = None
    care_limits: Text | None = None
    local_repeat_ct: bool | None = None
    distance_km: Annotated[int, Meta(ge=0, le=20_000, extra={"unit": "km"})] | None = None
    history: Text | None = None
    local_reading: Text | None = None


class Oncology(_KeyData, frozen=True, tag="oncology"):
    """What is known of the tumour and what the opinion is for."""

    purpose: Purpose
    primary_site: Text | None = None
    stage: Text | None = None
    pathology: Text | None = None
    who_status: Annotated[int, Meta(ge=0, le=4)] | None = None
    treatments: Text | None = None
    history: Text | None = None
    local_reading: Text | None = None


class Paediatrics(_KeyData, frozen=True, tag="paediatrics"):
    """The child's weight and term, and how they are."""

    purpose: Purpose
    weight_kg: Weight | None = None
    term_weeks: Annotated[int, Meta(ge=22, le=43)] | None = None
    temperature_c: Annotated[float, Meta(ge=25, le=43, extra={"unit": "°C"})] | None = None
    spo2_percent: Annotated[int, Meta(ge=30, le=100, extra={"unit": "%"})] | None = None
    sedation: bool | None = None
    history: Text | None = None
    local_reading: Text | None = None


class Other(_KeyData, frozen=True, tag="other"):
    """Any other question."""

    purpose: Purpose
    treatments: Text | None = None
    history: Text | None = None
    local_reading: Text | None = None


KeyData = Stroke | Neurosurgery | Oncology | Paediatrics | Other

KINDS: Mapping[Pathway, type[KeyData]] = {
    "stroke": Stroke,
    "neurosurgery": Neurosurgery,
    "oncology": Oncology,
    "paediatrics": Paediatrics,
    "other": Other,
}
NIHSS_ITEMS = tuple(name for name in Stroke.__struct_fields__ if name.startswith("nihss_") and name != "nihss_total")


class Nihss(msgspec.Struct, frozen=True):
    """The score with how many of its 15 items are missing: a partial total is never shown as a whole one."""

    total: int
    missing: int


def pathway_of(data: KeyData) -> Pathway:
    return cast(Pathway, data.__struct_config__.tag)


def nihss_of(stroke: Stroke) -> Nihss | None:
    """From the items where there are any (untestable counts 0), else the total as it was given."""
    items = [getattr(stroke, name) for name in NIHSS_ITEMS]
    given = [item for item in items if item is not None]
    if not given:
        return Nihss(stroke.nihss_total, 0) if stroke.nihss_total is not None else None
    return Nihss(sum(item for item in given if item != "UN"), len(items) - len(given))


def gcs_of(case: Neurosurgery) -> str | None:
    """`13 (E4 V4 M5)`; intubated, V cannot be tested and is written T; None without all of its items."""
    if case.gcs_eye is None or case.gcs_motor is None:
        return None
    if case.intubated:
        return f"{case.gcs_eye + case.gcs_motor}T (E{case.gcs_eye} VT M{case.gcs_motor})"
    if case.gcs_verbal is None:
        return None
    total = case.gcs_eye + case.gcs_verbal + case.gcs_motor
    return f"{total} (E{case.gcs_eye} V{case.gcs_verbal} M{case.gcs_motor})"


def wrong_fields(data: KeyData, *, latest_at: datetime) -> Mapping[str, str]:
    """Fields that cannot be right together, with the code of the reason."""
    wrong = {
        name: "in_the_future"
        for name in data.__struct_fields__
        if isinstance(value := getattr(data, name), datetime) and value > latest_at
    }
    if isinstance(data, Stroke):
        wrong |= _wrong_in_stroke(data)
    return wrong


def _wrong_in_stroke(stroke: Stroke) -> Mapping[str, str]:
    wrong: dict[str, str] = {}
    if stroke.onset == "known" and stroke.onset_at is None:
        wrong["onset_at"] = "missing"
    if stroke.onset != "known" and stroke.last_known_well_at is None:
        wrong["last_known_well_at"] = "missing"
    counted = nihss_of(stroke)
    if counted is not None and counted.missing == 0 and stroke.nihss_total not in {None, counted.total}:
        wrong["nihss_total"] = "not_the_sum"
    if stroke.glycaemia is not None and stroke.glycaemia_unit is None:
        wrong["glycaemia_unit"] = "missing"
    elif stroke.glycaemia is not None and not _is_plausible(stroke.glycaemia, stroke.glycaemia_unit):
        wrong["glycaemia_unit"] = "implausible_unit"
    pressures = (stroke.systolic_mmhg, stroke.diastolic_mmhg)
    if pressures[0] is not None and pressures[1] is not None and pressures[1] > pressures[0]:
        wrong["diastolic_mmhg"] = "above_systolic"
    return wrong


def _is_plausible(glycaemia: float, unit: str | None) -> bool:
    """1 g/L is 5.55 mmol/L: above 15 g/L or below 1 mmol/L it is the unit that is wrong."""
    return glycaemia <= 15 if unit == "g/L" else glycaemia >= 1
