"""A whole content to sign or print, with everything in it that a content can have."""

from __future__ import annotations

import io
from typing import Any

import msgspec
from PIL import Image

from collab.conclusions.answers import Answers, CriticalFinding, NeurosurgeryDecision, ReturnAdvice
from collab.conclusions.document import (
    DOCUMENT_TYPE,
    ConclusionBundle,
    ConclusionContent,
    Consent,
    KeyImage,
    KeyViewSeen,
    Line,
    Participant,
    PatientIdentity,
    Professional,
    StudySeen,
    canonical_bytes,
    sha256_hex,
)
from tests.make import NIGHT

ADVICE = ReturnAdvice(
    surveillance="Glasgow toutes les heures",
    call_back_criteria="baisse de 2 points, déficit, anisocorie",
    call_back_phone="+33 1 99 00 00 37",
    repeat_ct_hours=6,
)
ANSWERS = Answers(
    decision=NeurosurgeryDecision(transfer_decision="no_transfer_surveillance", return_advice=ADVICE),
    local_agreement="complementary",
    certainty="high",
    critical_finding=CriticalFinding(
        finding="hématome sous-dural aigu", told_to="Dr Karim Benali", told_at=NIGHT, how="room", read_back=True
    ),
)


def professional(name: str, specialty: str) -> Professional:
    return Professional(
        name=name, rpps="10100000024", specialty=specialty, hospital="CHU de Montclair", finess="990000037"
    )


def content(**changes: Any) -> ConclusionContent:
    whole = ConclusionContent(
        conclusion_id="EXC-0000000000000001",
        version=1,
        request_id="EXR-0000000000000001",
        document_type=DOCUMENT_TYPE,
        pathway="neurosurgery",
        language="fr",
        time_zone="Europe/Paris",
        patient=PatientIdentity(
            family_name="MARTIN",
            given_name="Jeanne",
            birth_date="19480312",
            sex="F",
            ins="248037512345678",
            ins_oid="1.2.250.1.213.1.4.11",
            identity_status="qualified",
            local_patient_id="V-001",
        ),
        consent=Consent(informed="impossible", reason="urgence vitale"),
        question="Faut-il transférer ?",
        reason="Chute, hématome sous-dural.",
        given=(Line("Glasgow", "13 (E4 V4 M5)"),),
        requester=professional("Dr Karim Benali", "emergency_medicine"),
        expert=professional("Dr Paul Vasseur", "neurosurgery"),
        participants=(Participant("Dr Claire Aubry", "participant", "radiology", "Valmont", NIGHT, None),),
        studies=(
            StudySeen(
                study_id="STU-1",
                study_uid="2.25.1",
                accession_number="A-1",
                description="TDM cérébrale",
                date="20261124",
                modalities=("CT",),
                received=120,
                version="a" * 64,
                version_at_signature="a" * 64,
                viewed_series=("2.25.2",),
                set_aside=0,
            ),
        ),
        key_views=(),
        text="Hématome sous-dural aigu gauche de 6 mm.\n\nPas d’indication chirurgicale.",
        answers=ANSWERS,
        requested_at=NIGHT,
        room_opened_at=NIGHT,
        signed_at=NIGHT,
    )
    return msgspec.structs.replace(whole, **changes)


def bundle(found: ConclusionContent, *images: KeyImage | None) -> ConclusionBundle:
    return ConclusionBundle(found, sha256_hex(canonical_bytes(found)), images)


def key_image(shade: int = 128) -> KeyImage:
    written = io.BytesIO()
    Image.new("L", (64, 48), shade).save(written, "JPEG")
    return KeyImage(written.getvalue(), sha256_hex(written.getvalue()))


def key_view(caption: str, image: KeyImage | None) -> KeyViewSeen:
    return KeyViewSeen(caption, "2.25.1", "2.25.2", "2.25.3", 1, 75.0, 200.0, "HU", image.sha256 if image else "")
