"""The demo's synthetic studies as a reader would meet them: files, geometry, Hounsfield units, sides."""

import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import FileDataset
from pydicom.uid import UID

from dicom_render import phantom
from dicom_render.phantom_anatomy import Person, Pose

Place = tuple[float, float, float]
Lying = tuple[Pose, Person]

TODAY = date(2026, 3, 14)
TONIGHT = (phantom.STROKE_POSE, phantom.STROKE_PERSON)
BEFORE = (phantom.PRIOR_POSE, phantom.STROKE_PERSON)
TRAUMA = (phantom.TRAUMA_POSE, phantom.TRAUMA_PERSON)
IN_MR = (phantom.MR_POSE, phantom.STROKE_PERSON)
SERIES = ["head_ct/002", "head_ct_prior/003", "head_ct_tilted/002", "head_mr/002", "head_mr/003", "head_mr/004"]


@dataclass(frozen=True)
class Volume:
    """A series put in patient space from its DICOM attributes alone (PS3.3 C.7.6.2.1.1)."""

    instances: list[FileDataset]
    values: NDArray[np.float32]  # slices x rows x columns
    first_mm: NDArray[np.float64]
    to_mm: NDArray[np.float64]  # columns: one pixel along the row, one along the column, one slice

    def near(
        self, anatomical_mm: Place, lying: Lying, radius_mm: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """Anatomical places (n x 3, mm) and values of the voxels within a ball."""
        pose, person = lying
        centre = pose.turn @ (np.array(anatomical_mm) * np.array(person.scale)) + np.array(pose.offset_mm)
        middle = np.linalg.solve(self.to_mm, centre - self.first_mm)
        reach = radius_mm * 1.1 / np.linalg.norm(self.to_mm, axis=0) + 1
        box = [
            np.arange(max(0, int(m - r)), min(n, int(m + r) + 1))
            for m, r, n in zip(middle, reach, self.values.shape[::-1], strict=True)
        ]
        i, j, k = (a.ravel() for a in np.meshgrid(*box, indexing="ij"))
        away = np.stack([i, j, k], axis=1) @ self.to_mm.T + self.first_mm - centre
        kept = (away**2).sum(axis=1) <= radius_mm**2
        places = away[kept] @ pose.turn / np.array(person.scale) + np.array(anatomical_mm)
        return places, self.values[k[kept], j[kept], i[kept]]

    def mean_near(self, anatomical_mm: Place, lying: Lying, radius_mm: float) -> float:
        return float(self.near(anatomical_mm, lying, radius_mm)[1].mean())


@cache
def files() -> dict[str, bytes]:
    return {name: data for study in phantom.generate_studies(TODAY) for name, data in study.instances}


@pytest.fixture(scope="module", autouse=True)
def _forget() -> Iterator[None]:
    """The files weigh 150 MB: no other test should carry them."""
    yield
    files.cache_clear()
    volume.cache_clear()


@cache
def headers() -> list[FileDataset]:
    return [dcmread(BytesIO(data), stop_before_pixels=True) for data in files().values()]


@cache
def volume(series: str) -> Volume:
    instances = [dcmread(BytesIO(data)) for name, data in files().items() if name.startswith(f"{series}/")]
    first = instances[0]
    scale = float(first.get("RescaleSlope", 1)), float(first.get("RescaleIntercept", 0))
    values = np.stack([ds.pixel_array.astype(np.float32) * scale[0] + scale[1] for ds in instances])
    row, column = np.array(first.ImageOrientationPatient, float).reshape(2, 3)
    start, end = (np.array(ds.ImagePositionPatient, float) for ds in (first, instances[-1]))
    step = (end - start) / (len(instances) - 1)
    down, across = (float(v) for v in first.PixelSpacing)
    return Volume(instances, values, start, np.stack([row * across, column * down, step], axis=1))


def test_four_studies_come_with_their_keys_and_numbers_of_instances() -> None:
    counts: dict[str, int] = {}
    for name in files():
        counts[name.split("/")[0]] = counts.get(name.split("/")[0], 0) + 1
    assert counts == {"head_ct": 160, "head_ct_prior": 64, "head_ct_tilted": 32, "head_mr": 28 + 28 + 140}


def test_every_header_says_that_the_patient_is_synthetic() -> None:
    for ds in headers():
        assert "SYNTH" in str(ds.PatientName)
        assert ds.PatientComments == ds.ImageComments == "SYNTHETIC - NOT A REAL PATIENT"
        assert ds.StudyDescription.startswith("SYNTHETIQUE")
        assert ds.Manufacturer == "Consilium synthetic"


def test_the_identity_is_a_demonstration_matricule_with_a_right_control_key() -> None:
    for ds in headers():
        (issuer,) = ds.IssuerOfPatientIDQualifiersSequence
        assert (issuer.UniversalEntityID, issuer.UniversalEntityIDType) == ("1.2.250.1.213.1.4.11", "ISO")
        number, key = ds.PatientID[:13], ds.PatientID[13:]
        assert int(key) == 97 - int(number) % 97
        assert number[0] == {"M": "1", "F": "2"}[ds.PatientSex]
        assert number[1:3] == ds.PatientBirthDate[2:4]


def test_accents_survive_the_declared_character_set() -> None:
    ds = volume("head_ct/002").instances[0]
    assert ds.SpecificCharacterSet == "ISO_IR 192"
    assert ds.PatientName == "DEMO-SYNTHÉTIQUE^Éléonore"


def test_uids_are_valid_distinct_and_under_the_uuid_root() -> None:
    uids = [ds.SOPInstanceUID for ds in headers()]
    assert len(set(uids)) == len(uids)
    for ds in headers():
        for uid in (ds.SOPInstanceUID, ds.SeriesInstanceUID, ds.StudyInstanceUID, ds.FrameOfReferenceUID):
            assert UID(uid).is_valid
            assert re.fullmatch(r"2\.25\.[1-9]\d{0,38}", uid)


def test_the_same_day_gives_the_same_bytes_again() -> None:
    for study in phantom.generate_studies(TODAY):
        name, data = next(study.instances)
        assert files()[name] == data


def test_another_day_gives_other_uids_because_dates_differ() -> None:
    study = next(iter(phantom.generate_studies(date(2026, 3, 15))))
    name, data = next(study.instances)
    other = dcmread(BytesIO(data))
    same = dcmread(BytesIO(files()[name]))
    assert other.SOPInstanceUID != same.SOPInstanceUID
    assert other.pixel_array.tolist() == same.pixel_array.tolist()


def test_the_stroke_ct_is_of_tonight_and_its_prior_of_fourteen_months_ago() -> None:
    now, before = (volume(s).instances[0] for s in ("head_ct/002", "head_ct_prior/003"))
    assert now.StudyDate == "20260314"
    assert now.StudyTime[:2] == "02"
    assert before.StudyDate == "20250112"
    assert now.PatientID == before.PatientID
    assert now.FrameOfReferenceUID != before.FrameOfReferenceUID
    assert (now.PatientAge, before.PatientAge) == ("072Y", "071Y")


@pytest.mark.parametrize("series", SERIES)
def test_slices_are_evenly_spaced_with_unit_orthogonal_directions(series: str) -> None:
    made = volume(series)
    positions = np.array([ds.ImagePositionPatient for ds in made.instances], float)
    steps = np.diff(positions, axis=0)
    assert np.abs(steps - steps[0]).max() < 1e-4
    row, column = np.array(made.instances[0].ImageOrientationPatient, float).reshape(2, 3)
    assert [float(row @ row), float(column @ column), float(row @ column)] == pytest.approx([1, 1, 0], abs=1e-7)


@pytest.mark.parametrize(("series", "degrees"), [("head_ct/002", 0), ("head_ct_tilted/002", 18), ("head_mr/003", 0)])
def test_the_stack_is_sheared_by_the_gantry_tilt_only(series: str, degrees: float) -> None:
    made = volume(series)
    normal = np.cross(made.to_mm[:, 0], made.to_mm[:, 1])
    cosine = normal @ made.to_mm[:, 2] / np.linalg.norm(normal) / np.linalg.norm(made.to_mm[:, 2])
    assert np.degrees(np.arccos(min(abs(cosine), 1.0))) == pytest.approx(degrees, abs=0.01)
    assert float(made.instances[0].get("GantryDetectorTilt", 0)) == degrees


def test_tilted_slices_touch_along_their_normal() -> None:
    made = volume("head_ct_tilted/002")
    normal = np.cross(made.to_mm[:, 0], made.to_mm[:, 1])
    apart = abs(normal @ made.to_mm[:, 2]) / np.linalg.norm(normal)
    assert apart == pytest.approx(float(made.instances[0].SliceThickness), abs=0.001)


def test_mr_slices_are_oblique_and_share_one_frame_of_reference() -> None:
    diffusion, flair, t1 = (volume(f"head_mr/00{n}").instances[0] for n in (2, 3, 4))
    assert all(abs(v) > 0.01 for v in np.array(flair.ImageOrientationPatient, float)[[1, 3, 5]])
    assert diffusion.FrameOfReferenceUID == flair.FrameOfReferenceUID == t1.FrameOfReferenceUID
    assert "RescaleType" not in flair


# Ranges of Hounsfield units as taught: fluid 0-15, white matter 20-30, grey 35-45, fat about -100, bone above 300.
@pytest.mark.parametrize(
    ("anatomical_mm", "radius_mm", "low", "high"),
    [
        ((-22, 35, 12), 2.0, 0, 15),
        ((-28, -30, 26), 4.0, 20, 30),
        ((-24, -3, 2), 4.0, 35, 45),
        ((-10.5, 10, 5), 4.0, 33, 45),
        ((-32, -77, -38), 5.0, 0, 15),
        ((27, -60, -30), 1.5, -120, -70),
        ((20, 9, -46), 3.0, 300, 2500),
        ((7, -20, -46), 2.0, -1024, -950),
    ],
    ids=["ventricle", "white", "lentiform", "thalamus", "vitreous", "orbital fat", "petrous bone", "sphenoid sinus"],
)
def test_ct_tissues_have_their_hounsfield_units(
    anatomical_mm: tuple[float, float, float], radius_mm: float, low: float, high: float
) -> None:
    assert low <= volume("head_ct/002").mean_near(anatomical_mm, TONIGHT, radius_mm) <= high


def test_the_clotted_artery_is_on_the_patients_left_and_is_new() -> None:
    now, before = volume("head_ct/002"), volume("head_ct_prior/003")
    assert 50 <= now.mean_near((20, -15.5, -17), TONIGHT, 1.2) <= 80
    assert now.mean_near((-20, -15.5, -17), TONIGHT, 1.2) < 47
    assert before.mean_near((20, -15.5, -17), BEFORE, 1.8) < 47


def test_the_left_lentiform_nucleus_has_lost_three_to_six_units_and_not_in_the_prior() -> None:
    now, before = volume("head_ct/002"), volume("head_ct_prior/003")
    sides = [(-24.0, -3.0, 2.0), (24.0, -3.0, 2.0)]
    right, left = (now.mean_near(p, TONIGHT, 4.0) for p in sides)
    assert 3 <= right - left <= 6
    right, left = (before.mean_near(p, BEFORE, 4.0) for p in sides)
    assert abs(right - left) < 1.5


def test_noise_in_white_matter_is_that_of_a_thin_head_ct() -> None:
    assert 2.5 <= volume("head_ct/002").near((-24, 0, 38), TONIGHT, 5.0)[1].std() <= 5.0


def test_the_diffusion_lesion_is_on_the_patients_left() -> None:
    places, values = volume("head_mr/002").near((0, 0, 5), IN_MR, 80.0)
    lesion = places[values > 520]
    assert len(lesion) * 0.9 * 0.9 * 5 / 1000 > 15  # millilitres
    assert lesion[:, 0].min() > 0
    assert 25 < lesion[:, 0].mean() < 50


def test_the_haematoma_pushes_the_third_ventricle_four_millimetres_to_the_left() -> None:
    places, values = volume("head_ct_tilted/002").near((3, 0, 0), TRAUMA, 9.0)
    assert 3 <= places[values < 20][:, 0].mean() <= 6
    places, values = volume("head_ct/002").near((0, 0, 0), TONIGHT, 9.0)
    assert abs(places[values < 20][:, 0].mean()) < 2


def test_the_subdural_haematoma_is_right_nine_millimetres_thick_and_as_dense_as_fresh_blood() -> None:
    made = volume("head_ct_tilted/002")
    turn, offset = phantom.TRAUMA_POSE.turn, np.array(phantom.TRAUMA_POSE.offset_mm)
    along = np.arange(-80.0, -35.0, 0.25)  # a line of skull, clot and brain, from the right
    line = np.array([turn @ (np.array([x, 5.0, 28.0]) * np.array(phantom.TRAUMA_PERSON.scale)) + offset for x in along])
    index = np.rint(np.linalg.solve(made.to_mm, (line - made.first_mm).T)).astype(int)
    profile = made.values[index[2], index[1], index[0]]
    clot = (profile > 52) & (profile < 90)
    assert 7.5 <= clot.sum() * 0.25 * phantom.TRAUMA_PERSON.scale[0] <= 11
    assert 58 <= np.median(profile[clot]) <= 74


@pytest.mark.parametrize("series", SERIES)
def test_dciodvfy_finds_no_error(series: str, tmp_path: Path, tool: Callable[[str], str]) -> None:
    file = tmp_path / "one.dcm"
    file.write_bytes(next(data for name, data in files().items() if name.startswith(f"{series}/")))
    report = subprocess.run([tool("dciodvfy"), str(file)], capture_output=True, text=True, check=False)
    lines = (report.stdout + report.stderr).splitlines()
    assert [line for line in lines if line.startswith("Error")] == []
    assert any(line in ("CTImage", "MRImage") for line in lines)  # it recognised the object
