"""Rows for files that were read and kept: which study, is it the same patient, is it known; one transaction a group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar

import msgspec
from sqlalchemy.orm import Session

from collab.audit import service as audit
from collab.kit import ids
from collab.kit.caller import Caller
from collab.studies import store
from collab.studies.findings import Finding
from collab.studies.models import Instance, Series, SetAside, Study
from collab.studies.patients import differing_traits
from collab.studies.rows import new_series, new_study, traits_of, traits_of_study
from collab.studies.rules import SERIES_MOVES, SeriesState, version_of
from dicom_render.headers import InstanceHeader

Row = TypeVar("Row", Study, Series)
Outcome = Literal["stored", "known", "set_aside"]

SET_ASIDE = "SET"
# Texts of a parser's error can quote the file, so a patient: only numbers and these words are kept.
_SAFE_FACTS = {"attribute", "looks_like", "transfer_syntax_uid", "differs", "error"}


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
        store.hold_intake(self.session, self.hospital_id)
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
        self._store(finding, header, study or self._new_study(header))

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

    def _new_study(self, header: InstanceHeader) -> Study:
        study = self._add(new_study(header, hospital_id=self.hospital_id, at=self.at, demo=self.demo))
        self._studies[header.study_uid] = study
        return study

    def _add(self, row: Row) -> Row:
        """Into the database at once: the rows that follow name it."""
        self.session.add(row)
        self.session.flush()
        return row

    def _series_for(self, header: InstanceHeader, study: Study) -> Series:
        key = (study.id, header.series_uid)
        if key not in self._series:
            found = store.find_series(self.session, study_id=study.id, series_uid=header.series_uid, hold=True)
            self._series[key] = found or self._add(new_series(header, study.id))
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


def safe_facts(facts: dict[str, Any]) -> dict[str, Any]:
    """Numbers, and words that cannot name a patient."""
    return {
        name: value
        for name, value in facts.items()
        if isinstance(value, int | float) or (name in _SAFE_FACTS and isinstance(value, str))
    }
