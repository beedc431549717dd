"""A conclusion's content as titled lines in one language, for the page and for the printed document alike; pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from collab.conclusions.answers import Answers, GeneralDecision, NeurosurgeryDecision, StrokeDecision
from collab.conclusions.document import (
    ConclusionContent,
    KeyViewSeen,
    Line,
    Participant,
    PatientIdentity,
    Professional,
    StudySeen,
)
from collab.kit.i18n import Language, catalogue, translate
from collab.kit.pages import format_day
from collab.studies.lacking import SeriesLack


@dataclass(frozen=True, kw_only=True)
class Section:
    """A title and its lines; `key` names the section in whatever draws it."""

    key: str
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Words:
    """The language and time zone in which a content is said."""

    language: Language
    time_zone: str

    def phrase(self, key: str, /, **blanks: object) -> str:
        return translate(self.language, f"conclusions.{key}", **blanks)

    def moment(self, at: datetime | None) -> str:
        """An instant with its zone: two sites may not share one."""
        if at is None:
            return ""
        local = at.astimezone(ZoneInfo(self.time_zone))
        return local.strftime("%d/%m/%Y %H:%M (%Z)" if self.language == "fr" else "%d %b %Y %H:%M (%Z)")

    def line(self, key: str, value: str) -> Line:
        return Line(label=self.phrase(key), value=value)


def specialty_name(language: Language, specialty: str) -> str:
    """The specialty's name where the catalogue has it, else the word as it was declared."""
    return catalogue(language).get(f"specialty.{specialty}", specialty)


def words_of(content: ConclusionContent, language: Language | None = None) -> Words:
    return Words(language=language or content.language, time_zone=content.time_zone)


def identity_line(patient: PatientIdentity, words: Words) -> str:
    """The patient in one line, for the head of every page."""
    used = f" ({words.phrase('used_name', name=patient.used_name)})" if patient.used_name else ""
    day = format_day(patient.birth_date, words.language)
    born = words.phrase("born", day=day) if day else words.phrase("born_unknown")
    return f"{patient.family_name} {patient.given_name}{used}, {born}, {words.phrase(f'sex.{patient.sex}')}"


def professional_line(professional: Professional, words: Words) -> str:
    parts = [professional.name, specialty_name(words.language, professional.specialty), professional.hospital]
    if professional.finess:
        parts.append(f"FINESS {professional.finess}")
    if professional.rpps:
        parts.append(f"RPPS {professional.rpps}")
    return ", ".join(part for part in parts if part)


def sections_before_answer(content: ConclusionContent, words: Words) -> tuple[Section, ...]:
    """Who asks, for whom, and with what."""
    return (
        Section(key="patient", title=words.phrase("patient"), lines=tuple(_patient_lines(content.patient, words))),
        Section(key="request", title=words.phrase("request"), lines=tuple(_request_lines(content, words))),
        Section(key="given", title=words.phrase("given"), lines=content.given),
    )


def sections_after_answer(content: ConclusionContent, words: Words) -> tuple[Section, ...]:
    """The coded decision, and the five things that R.6316-4 asks for."""
    return (
        Section(key="decision", title=words.phrase("decision"), lines=tuple(decision_lines(content.answers, words))),
        Section(key="act", title=words.phrase("act"), lines=tuple(_act_lines(content, words))),
    )


def _patient_lines(patient: PatientIdentity, words: Words) -> Iterator[Line]:
    yield words.line("identity", identity_line(patient, words))
    if patient.birth_place_insee:
        yield words.line("birth_place_insee", patient.birth_place_insee)
    yield words.line("identity_status", words.phrase(f"identity_status.{patient.identity_status}"))
    if patient.ins:
        yield words.line("ins", f"{patient.ins} (OID {patient.ins_oid})")
    if patient.local_patient_id:
        yield words.line("local_patient_id", patient.local_patient_id)


def _request_lines(content: ConclusionContent, words: Words) -> Iterator[Line]:
    yield words.line("request_id", content.request_id)
    yield words.line("pathway", words.phrase(f"pathway.{content.pathway}"))
    yield words.line("requester", professional_line(content.requester, words))
    yield words.line("requested_at", words.moment(content.requested_at))
    yield words.line("reason", content.reason)
    yield words.line("consent", _consent(content, words))


def _consent(content: ConclusionContent, words: Words) -> str:
    said = [words.phrase(f"consent.{content.consent.informed}")]
    if content.consent.mode:
        said.append(words.phrase(f"consent_mode.{content.consent.mode}"))
    if content.consent.reason:
        said.append(content.consent.reason)
    return ", ".join(said)


def decision_lines(answers: Answers, words: Words) -> Iterator[Line]:
    """The decision and what goes with it, in words."""
    match answers.decision:
        case StrokeDecision(ivt, evt, disposition):
            yield words.line("ivt", words.phrase(f"ivt.{ivt}"))
            yield words.line("evt", words.phrase(f"evt.{evt}"))
            yield words.line("disposition", words.phrase(f"disposition.{disposition}"))
        case NeurosurgeryDecision() as decision:
            yield from _neurosurgery_lines(decision, words)
        case GeneralDecision(advice):
            yield words.line("advice", words.phrase(f"advice.{advice}"))
    yield words.line("local_agreement", words.phrase(f"local_agreement.{answers.local_agreement}"))
    yield words.line("certainty", words.phrase(f"certainty.{answers.certainty}"))
    yield from _critical_lines(answers, words)
    if answers.valid_until:
        yield words.line("valid_until", words.moment(answers.valid_until))
    yield words.line("limits", answers.limits or words.phrase("limits.default"))


def _neurosurgery_lines(decision: NeurosurgeryDecision, words: Words) -> Iterator[Line]:
    yield words.line("transfer_decision", words.phrase(f"transfer_decision.{decision.transfer_decision}"))
    advice = decision.return_advice
    if advice is None:
        return
    yield words.line("surveillance", advice.surveillance)
    if advice.repeat_ct_hours is not None:
        yield words.line("repeat_ct_hours", words.phrase("hours", count=advice.repeat_ct_hours))
    yield words.line("call_back_criteria", advice.call_back_criteria)
    yield words.line("call_back_phone", advice.call_back_phone)
    if advice.anticoagulation:
        yield words.line("anticoagulation", advice.anticoagulation)
    if advice.told_to_family:
        yield words.line("told_to_family", advice.told_to_family)


def _critical_lines(answers: Answers, words: Words) -> Iterator[Line]:
    critical = answers.critical_finding
    if critical is None:
        return
    yield words.line("critical_finding", critical.finding)
    how = words.phrase(f"told_how.{critical.how}")
    read_back = words.phrase("read_back" if critical.read_back else "no_read_back")
    yield words.line("told_to", f"{critical.told_to}, {words.moment(critical.told_at)}, {how}, {read_back}")


def _act_lines(content: ConclusionContent, words: Words) -> Iterator[Line]:
    """R.6316-4: report, acts and prescriptions, professionals, date and time, technical incidents."""
    yield words.line("act.report", words.phrase("act.report.here", id=content.conclusion_id))
    yield words.line("act.prescriptions", content.answers.acts_and_prescriptions or words.phrase("act.no_prescription"))
    people = list(_people(content, words))
    yield words.line("act.professionals", "\n".join(people))
    yield words.line("act.moment", _act_moment(content, words))
    yield words.line("act.incidents", content.answers.incidents or words.phrase("act.no_incident"))


def _act_moment(content: ConclusionContent, words: Words) -> str:
    opened = words.moment(content.room_opened_at) or words.phrase("act.no_room")
    return words.phrase("act.moment.value", opened=opened, signed=words.moment(content.signed_at))


def _people(content: ConclusionContent, words: Words) -> Iterator[str]:
    """The two who answer for the act with their identifiers, then everybody else who was in the room."""
    presence = {each.name: _presence(each, words) for each in content.participants}
    principals = ((content.expert, "expert"), (content.requester, "requester"))
    for professional, role in principals:
        parts = [professional_line(professional, words), words.phrase(f"role.{role}")]
        parts.append(presence.get(professional.name, words.phrase("never_joined")))
        yield ", ".join(parts)
    for each in content.participants:
        if each.name not in {professional.name for professional, _ in principals}:
            specialty = specialty_name(words.language, each.specialty)
            parts = [each.name, specialty, each.hospital, words.phrase(f"role.{each.role}"), presence[each.name]]
            yield ", ".join(part for part in parts if part)


def _presence(participant: Participant, words: Words) -> str:
    if participant.joined_at is None:
        return words.phrase("never_joined")
    joined = words.moment(participant.joined_at)
    if participant.left_at is None:
        return words.phrase("joined", at=joined)
    return words.phrase("joined_and_left", at=joined, left=words.moment(participant.left_at))


def window_line(view: KeyViewSeen, words: Words) -> str:
    """The window in words: L is the width to the French and the level to the English."""
    return words.phrase(
        "window", center=f"{view.window_center:g}", width=f"{view.window_width:g}", unit=view.window_unit
    )


def slab_line(view: KeyViewSeen, words: Words) -> str:
    """How thick a picture is, and which of its values it shows; empty for a thin plane."""
    return words.phrase(f"slab.{view.slab.blend}", mm=f"{view.slab.thickness_mm:g}") if view.slab else ""


def view_line(view: KeyViewSeen, words: Words) -> str:
    """What stands beside a key view's caption: slab and window."""
    return " · ".join(filter(None, (slab_line(view, words), window_line(view, words))))


def layer_lines(view: KeyViewSeen, words: Words) -> tuple[str, ...]:
    """What is drawn over the image and by whom, and what the experts saw there and the page does not show."""
    drawn = ", ".join(each.title or each.sop_instance_uid for each in view.laid_over if each.is_drawn)
    left_out = sum(not each.is_drawn for each in view.laid_over)
    lines = [words.phrase("laid_over.drawn", titles=drawn)] if drawn else []
    lines += [words.phrase("laid_over.annotated", names=", ".join(view.annotated_by))] if view.annotated_by else []
    lines += [words.phrase("laid_over.left_out", count=left_out)] if left_out else []
    lines += [words.phrase("resampled")] if view.is_resampled else []
    return tuple(lines)


def lack_line(lack: SeriesLack, words: Words) -> str:
    """Images incomplete at the time of the answer: in which series, and what is known of it."""
    known = [words.phrase("lack.missing", count=lack.missing)] if lack.missing else []
    if lack.expected is not None:
        known.append(words.phrase("lack.expected", received=lack.received, expected=lack.expected))
    if lack.is_preparing:
        known.append(words.phrase("lack.preparing"))
    return f"{lack.description} ({', '.join(known)})"


def study_lines(study: StudySeen, words: Words) -> Iterator[Line]:
    """A study as it was made available: what it is, how much of it was there, and its exact set."""
    modalities = ", ".join(study.modalities)
    yield words.line("study", f"{study.description or '—'} ({modalities}), {format_day(study.date, words.language)}")
    if study.accession_number:
        yield words.line("accession_number", study.accession_number)
    yield words.line("study_uid", study.study_uid)
    seen = words.phrase("study.viewed", count=len(study.viewed_series)) if study.viewed_series else ""
    yield words.line("received", words.phrase("study.received", count=study.received) + (f", {seen}" if seen else ""))
    if study.set_aside:
        yield words.line("set_aside", words.phrase("study.set_aside", count=study.set_aside))
    for lack in study.lacks:
        yield words.line("incomplete", lack_line(lack, words))
    yield words.line("study_version", study.version)
    if study.version_at_signature != study.version:
        yield words.line(
            "study_version_at_signature", words.phrase("study.earlier", version=study.version_at_signature)
        )
