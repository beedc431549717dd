"""Which forms of a frame are offered, and that a prepared one has the numbers of the original."""

from __future__ import annotations

from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from collab.accounts.models import Hospital
from collab.dicomweb import store
from collab.dicomweb.frames import Frames, numbers_of
from collab.dicomweb.negotiation import EXPLICIT_LE, HTJ2K_RPCL
from collab.dicomweb.refusals import BadRequest
from collab.dicomweb.service import header_of
from collab.studies.importing import Intake
from tests.collab.studies import make as make_studies


def frames(intake: Intake, study_id: str) -> Frames:
    with intake.database.transaction() as session:
        original = store.list_originals(session, study_id)[0]
        return Frames(intake=intake, original=original, header=header_of(session, original), numbers=[1])


def test_htj2k_is_offered_once_it_is_prepared_and_is_lossless(
    intake: Intake, hospital: Hospital, tmp_path: Path
) -> None:
    folder = make_studies.folder(tmp_path / "in", make_studies.series(2))
    (study_id,) = make_studies.import_all(intake, [folder], hospital_id=hospital.id).study_ids
    assert [offer.transfer_syntax for offer in frames(intake, study_id).offers()] == [EXPLICIT_LE]
    make_studies.prepare_all(intake)
    asked = frames(intake, study_id)
    plain, prepared = asked.offers()
    assert (plain.is_stored, prepared.transfer_syntax) == (True, HTJ2K_RPCL)
    (raw,), (packed,) = asked.bytes_in(plain), asked.bytes_in(prepared)
    assert np.array_equal(imagecodecs.htj2k_decode(packed), np.frombuffer(raw, "<i2").reshape(16, 16))


def test_lists_of_frames_are_numbers_and_commas() -> None:
    assert numbers_of("3,1") == [3, 1]
    for listed in ("", "1,", "a", "-1", "²", "1 "):
        with pytest.raises(BadRequest):
            numbers_of(listed)
