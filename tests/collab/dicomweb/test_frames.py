"""Which forms of a frame are offered, and that a prepared one has the numbers of the original."""

from __future__ import annotations

import io
from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
import pytest

from collab.accounts.models import Hospital
from collab.dicomweb import store
from collab.dicomweb.frames import Frames, numbers_of
from collab.dicomweb.negotiation import EXPLICIT_LE, HTJ2K_RPCL
from collab.dicomweb.refusals import BadRequest
from collab.dicomweb.service import header_of
from collab.dicomweb.work import draw
from collab.studies.importing import Intake
from dicom_render.rendering import Drawing, draw_frame
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


def test_what_is_slow_to_decode_is_decoded_from_its_prepared_copy_and_is_the_same(
    intake: Intake, hospital: Hospital, tmp_path: Path, test_data: Path
) -> None:
    names = {
        "JPEG2000TransferSyntax": True,
        "JPEGLSLossless": True,
        "Process10_12": True,
        "LittleEndianExplicit": False,
    }
    for name, is_recoded in names.items():
        (path,) = (test_data / "08_transfer_syntaxes" / "cs3d_same_ct_15_syntaxes").glob(f"*{name}*")
        file = own_series(path)
        folder = make_studies.folder(tmp_path / name, {"1.dcm": file})
        (study_id,) = make_studies.import_all(intake, [folder], hospital_id=hospital.id).study_ids
        make_studies.prepare_all(intake)
        asked = frames(intake, study_id)
        where = asked.recoded()
        assert (where is not None) == is_recoded, name
        drawn = draw(str(intake.blobs.path_of(asked.original.sha256)), 1, Drawing(media="image/png"), where)
        assert drawn == draw_frame(file, 1, Drawing(media="image/png")), name


def own_series(path: Path) -> bytes:
    """The file as a study of its own."""
    read, out = pydicom.dcmread(path), io.BytesIO()
    read.StudyInstanceUID, read.SeriesInstanceUID, read.SOPInstanceUID = (make_studies.uid() for _ in range(3))
    read.file_meta.MediaStorageSOPInstanceUID = read.SOPInstanceUID
    read.save_as(out)
    return out.getvalue()
