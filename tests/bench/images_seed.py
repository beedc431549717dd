"""A prepared head CT twice in one study, a room about it, and who is to be let in, for the benchmark `images`."""

from __future__ import annotations

import io
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from collab.accounts import service as accounts
from collab.kit.clock import utc_now
from collab.kit.database import Database
from collab.kit.secret import read_secret
from collab.kit.settings import Settings
from collab.rooms.view import Arrangement, Pane, View, ViewportView, Window
from collab.studies.importing import Intake, import_files
from collab.studies.preparing import Preparer
from collab.studies.sources import Source
from dicom_render.phantom import generate_studies
from dicom_render.workers import Workers
from tests.bench import seed

# Not the middle, with which a series would open anyway.
ASKED_SLICE = 0.6


@dataclass(frozen=True, kw_only=True)
class ImagesSeed:
    """`views`: a slice in each of the two series, as a presenter would share it; `far`: one end of the first."""

    room_id: str
    cookie: str
    presenter_token: str
    views: tuple[View, View]
    far: View
    slices: int


def seed_images(settings: Settings, folder: Path) -> ImagesSeed:
    """Draw, import, prepare; on a migrated database, before the server starts."""
    views, far, slices = _draw(folder)
    with closing(Database(settings.url)) as database, Workers(2) as workers:
        with database.transaction() as session:
            people = seed.add_people(session)
            cookie = accounts.sign_in(
                session,
                people[2].email,
                seed.PASSWORD,
                address="127.0.0.1",
                user_agent=seed.BY,
                secret=read_secret(settings),
                at=utc_now(),
            )
            token = accounts.create_token(
                session, people[1].email, seed.BY, by=seed.BY, secret=read_secret(settings), at=utc_now()
            )
        intake = Intake(database=database, settings=settings, workers=workers)
        hospital_id = people[0].hospital_id
        done = import_files(intake, [Source(path=folder, name=folder.name)], by=seed.BY, hospital_id=hospital_id)
        preparer = Preparer(intake)
        while preparer.prepare_next():
            pass
        with database.transaction() as session:
            room_id = seed.open_room(session, people, done.study_ids)
    return ImagesSeed(room_id=room_id, cookie=cookie, presenter_token=token, views=views, far=far, slices=slices)


def _draw(folder: Path) -> tuple[tuple[View, View], View, int]:
    """The synthetic head CT as files, and beside it the same slices as another series of the study."""
    study = next(iter(generate_studies(date(2026, 11, 24))))
    series_uid, first, second = generate_uid(), list[Dataset](), list[Dataset]()
    for number, (name, content) in enumerate(study.instances):
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        first.append(pydicom.dcmread(io.BytesIO(content)))
        again = pydicom.dcmread(io.BytesIO(content))
        again.SeriesInstanceUID, again.SOPInstanceUID = series_uid, generate_uid()
        again.file_meta.MediaStorageSOPInstanceUID = again.SOPInstanceUID
        again.SeriesNumber, again.SeriesDescription = 3, "Again"
        again.save_as(folder / f"again-{number:04}.dcm")
        second.append(again)
    return (_view(first), _view(second)), _view(first, at=0.0), len(first)


def _view(series: list[Dataset], *, at: float = ASKED_SLICE) -> View:
    """One slice of a series, whole, in patient millimetres (PS3.3 C.7.6.2.1.1)."""
    image = sorted(series, key=lambda one: float(one.ImagePositionPatient[2]))[round(at * (len(series) - 1))]
    along_row, along_column = np.reshape([float(value) for value in image.ImageOrientationPatient], (2, 3))
    row_mm, column_mm = (float(value) for value in image.PixelSpacing)
    corner = np.array([float(value) for value in image.ImagePositionPatient])
    centre = corner + along_row * column_mm * (image.Columns - 1) / 2 + along_column * row_mm * (image.Rows - 1) / 2
    pane = Pane(
        study_uid=str(image.StudyInstanceUID),
        series_uid=str(image.SeriesInstanceUID),
        stack=0,
        frame_of_reference_uid=str(image.FrameOfReferenceUID),
        layout="stack",
        active="stack",
        window=Window(40.0, 80.0, "HU"),
        invert=False,
        viewports=(
            ViewportView(
                id="stack",
                point_world_mm=_triple(centre),
                normal=_triple(np.cross(along_row, along_column)),
                up=_triple(-along_column),
                fov_mm=(column_mm * image.Columns, row_mm * image.Rows),
                sop_instance_uid=str(image.SOPInstanceUID),
                frame=1,
            ),
        ),
    )
    return View(Arrangement(1, 1), active=0, panes=(pane,), linked=False, links=())


def _triple(values: np.ndarray) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in values)
    return x, y, z
