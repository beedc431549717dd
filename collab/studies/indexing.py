"""Rows for files that were read and kept: which study, is it the same patient, is it known; one transaction a group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy.orm import Session

from collab.audit import service as audit
from collab.kit import ids
from collab.kit.caller import Caller
from collab.studies import store
from collab.studies.models import Instance, Series, SetAside, Study
from collab.studies.patients import PatientTraits, differing_traits, plain, strict_key
from collab.studies.rules import SERIES_MOVES, SeriesState, version_of
from dicom_render.headers import InstanceHeader

Outcome = Literal["stored", "known", "set_aside"]

SET_ASIDE = "SET"
# Texts of a parser's error can quote the file, so a patient: only numbers and these words are kept.
_SAFE_FACTS = {"attribute", "looks_like", "transfer_syntax_uid", "differs", "error"}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What became of one file when it was read: a header, or the code and facts of why not."""

    name: str
    size: int
    sha256: str | None
    header: InstanceHeader | None = None
    known: store.Known | None = None
    code: str | None = None
    facts: dict[str, Any] = field(default_factory=dict[str, Any])  # Any: JSON of the refusal's own facts


@dataclass(kw_only=True)
class Ledger:
    """One group of findings being written down; `close` updates what the group touched.

    `brought` are the instances that this run of the import has seen or stored so far.
    """

    session: Session
    import_id: str
    hospital_id: str
    by: Caller | str
    at: datetime
    demo: bool
    brought: set[str]
    outcomes: Counter[Outcome] = field(default_factory=Counter[Outcome])
    study_ids: set[str] = field(default_factory=set[str])
    _stored: Counter[str] = field(default_factory=Counter[str])
    _here: dict[str, store.Known] = field(default_factory=dict[str, store.Known])
    _studies: dict[str, Study] = field(default_factory=dict[str, Study])
    _series: dict[tuple[str, str], Series] = field(default_factory=dict[tuple[str, str], Series])

    def take(self, findings: Sequence[Finding]) -> None:
        """Write findings down, in their order."""
        uids = [finding.header.sop_instance_uid for finding in findings if finding.header]
        self._here = store.list_known_uids(self.session, hospital_id=self.hospital_id, uids=uids)
        for finding in findings:
            if finding.known is not None:
                self._know(finding.known)
            elif finding.header is None:
                assert finding.code is not None
                self._leave(finding, finding.code, facts=finding.facts, study_id=None)
            else:
                self._place(finding, finding.header)

    def close(self) -> None:
        """Counts, versions and modalities of what has changed, and the audit entry of each study."""
        self.session.flush()
        for series in self._series.values():
            keys = store.list_instance_keys(self.session, series_id=series.id)
            series.received, series.version = len(keys), version_of(keys)
            series.state = SERIES_MOVES[SeriesState(series.state), "receive"]
        for study_id, stored in sorted(self._stored.items()):
            study = self.session.get_one(Study, study_id)
            keys = store.list_study_instance_keys(self.session, study_id=study_id)
            study.received, study.version, study.changed_at = len(keys), version_of(keys), self.at
            study.modalities = sorted({s.modality for s in store.list_series(self.session, study_id) if s.modality})
            audit.record(
                self.session,
                "study.imported",
                by=self.by,
                at=self.at,
                kind="study",
                object_id=study_id,
                import_id=self.import_id,
                stored=stored,
                version=study.version,
            )

    def _place(self, finding: Finding, header: InstanceHeader) -> None:
        assert finding.sha256 is not None
        patient = traits_of(header)
        known = self._here.get(header.sop_instance_uid)
        study = self._find_study(header.study_uid)
        if known is not None and known.sha256 == finding.sha256:
            self._know(known)
            return
        if known is not None:
            self._leave(finding, "conflicting_instance", facts={}, study_id=study.id if study else None)
            return
        different = differing_traits(traits_of_study(study), patient) if study else ()
        if study is not None and different:
            facts = {"differs": ", ".join(different)}
            self._leave(finding, "other_patient_same_study", facts=facts, study_id=study.id)
            return
        self._store(finding, header, study or self._new_study(header, patient))

    def _know(self, known: store.Known) -> None:
        # After a crash in the middle, what this very import brought then counts as brought, once.
        is_own = known.import_id == self.import_id and known.instance_id not in self.brought
        self.outcomes["stored" if is_own else "known"] += 1
        self.brought.add(known.instance_id)
        self.study_ids.add(known.study_id)

    def _leave(self, finding: Finding, code: str, *, facts: dict[str, Any], study_id: str | None) -> None:
        self.outcomes["set_aside"] += 1
        self.session.add(
            SetAside(
                id=ids.new_id(SET_ASIDE),
                import_id=self.import_id,
                hospital_id=self.hospital_id,
                study_id=study_id,
                series_id=None,
                file_name=finding.name,
                size=finding.size,
                sha256=finding.sha256,
                code=code,
                facts=safe_facts(facts),
                by_name=self.by if isinstance(self.by, str) else self.by.name,
                at=self.at,
            )
        )

    def _find_study(self, study_uid: str) -> Study | None:
        if study_uid not in self._studies:
            found = store.find_study_by_uid(self.session, hospital_id=self.hospital_id, study_uid=study_uid)
            if found is None:
                return None
            self._studies[study_uid] = found
        return self._studies[study_uid]

    def _series_for(self, header: InstanceHeader, study: Study) -> Series:
        key = (study.id, header.series_uid)
        if key not in self._series:
            found = store.find_series(self.session, study_id=study.id, series_uid=header.series_uid)
            self._series[key] = found or self._new_series(header, study)
        return self._series[key]

    def _store(self, finding: Finding, header: InstanceHeader, study: Study) -> None:
        series = self._series_for(header, study)
        assert finding.sha256 is not None
        known = store.Known(
            instance_id=ids.new_id(ids.INSTANCE),
            study_id=study.id,
            import_id=self.import_id,
            sop_instance_uid=header.sop_instance_uid,
            sha256=finding.sha256,
        )
        self.session.add(
            Instance(
                id=known.instance_id,
                hospital_id=self.hospital_id,
                series_id=series.id,
                sop_instance_uid=header.sop_instance_uid,
                sop_class_uid=header.sop_class_uid,
                transfer_syntax_uid=header.transfer_syntax_uid,
                instance_number=header.instance_number,
                sha256=finding.sha256,
                size=finding.size,
                header_json=msgspec.json.encode(header).decode(),
                file_name=finding.name,
                import_id=self.import_id,
                received_at=self.at,
            )
        )
        self._here[header.sop_instance_uid] = known
        self.outcomes["stored"] += 1
        self.brought.add(known.instance_id)
        self.study_ids.add(study.id)
        self._stored[study.id] += 1

    def _new_study(self, header: InstanceHeader, patient: PatientTraits) -> Study:
        ins = patient.ins(demo=self.demo)
        words = (patient.name, patient.patient_id, header.accession_number, header.study_description)
        study = Study(
            id=ids.new_id(ids.STUDY),
            hospital_id=self.hospital_id,
            study_uid=header.study_uid,
            patient_name=patient.name,
            family_name=patient.family,
            given_name=patient.given,
            birth_date=patient.birth_date,
            sex=patient.sex,
            patient_id=patient.patient_id,
            patient_id_issuer=patient.issuer,
            ins=ins,
            ins_oid=patient.issuer_oid if ins else "",
            strict_key=strict_key(patient),
            study_date=header.study_date,
            study_time=header.study_time,
            description=header.study_description,
            accession_number=header.accession_number,
            referring_physician=header.referring_physician,
            modalities=[],
            received=0,
            version=version_of([]),
            search_text=plain(" ".join(words).replace("^", " ").replace("=", " ")),
            created_at=self.at,
            changed_at=self.at,
        )
        self.session.add(study)
        self.session.flush()
        self._studies[header.study_uid] = study
        return study

    def _new_series(self, header: InstanceHeader, study: Study) -> Series:
        series = Series(
            id=ids.new_id(ids.SERIES),
            study_id=study.id,
            series_uid=header.series_uid,
            number=header.series_number,
            modality=header.modality,
            description=header.series_description,
            received=0,
            version=version_of([]),
            state=SeriesState.RECEIVING,
            attempts=0,
            refusal=None,
            prepared_version=None,
            stacks=[],
        )
        self.session.add(series)
        self.session.flush()
        return series


def traits_of(header: InstanceHeader) -> PatientTraits:
    patient = header.patient
    return PatientTraits(
        name=patient.name,
        birth_date=patient.birth_date,
        sex=patient.sex,
        patient_id=patient.id,
        issuer=patient.issuer,
    )


def traits_of_study(study: Study) -> PatientTraits:
    return PatientTraits(
        name=study.patient_name,
        birth_date=study.birth_date,
        sex=study.sex,
        patient_id=study.patient_id,
        issuer=study.patient_id_issuer,
    )


def safe_facts(facts: dict[str, Any]) -> dict[str, Any]:
    """Numbers, and words that cannot name a patient."""
    return {
        name: value
        for name, value in facts.items()
        if isinstance(value, int | float) or (name in _SAFE_FACTS and isinstance(value, str))
    }
