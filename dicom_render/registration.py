"""A Spatial Registration (PS3.3 A.39.1, C.20.2) as matrices that lay frames of reference upon one; moves no image."""

import msgspec
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from dicom_render.attributes import first_item_of, items_of, numbers_of, text_of, texts_of
from dicom_render.refusal import Unreadable

DEFORMABLE_CLASS = "1.2.840.10008.5.1.4.1.1.66.3"

# Why an object is not applied; each has a sentence of its own for people.
REFUSALS = frozenset(
    {
        "deformable_registration",
        "registered_space",
        "registration_contradicts",
        "registration_joins_nothing",
        "registration_matrix",
        "registration_mirrors",
        "registration_not_rigid",
        "registration_order",
        "registration_type",
    }
)

# Of the parts of a rotation, which have no unit: over half a metre of a patient it is half a millimetre.
_TOLERANCE = 1e-3
# How far from the origin a point of a patient may lie, and how far apart two products may put it.
_REACH_MM, _SAME_MM = 500.0, 0.1
# PS3.6 A-2: spaces of atlases and devices. Through a device's, a patient who was moved would be laid upon themselves as
# they lay before (PS3.3 C.20.2.1.1), and an atlas is another person.
_WELL_KNOWN = "1.2.840.10008.1.4."

Matrix = NDArray[np.float64]


class RegisteredFrame(msgspec.Struct, frozen=True):
    """`matrix` (4x4, row by row) takes a point of this frame of reference to the registered one, both in mm, LPS."""

    frame_of_reference_uid: str
    matrix: tuple[float, ...]


class SpatialRegistration(msgspec.Struct, frozen=True, tag="registration"):
    """Two or more frames of reference, each laid upon the same one; `made_on` and `made_at` as DICOM writes them."""

    title: str
    made_on: str
    made_at: str
    made_by: str
    frames: tuple[RegisteredFrame, ...]


def registration_of(dataset: Dataset) -> SpatialRegistration:
    """All frames of reference that the object joins. Raises `Unreadable` if one of its matrices is not what it says.

    An item of images without a frame of reference joins nothing that a room lays upon another, and is left out.
    """
    if text_of(dataset, "SOPClassUID") == DEFORMABLE_CLASS:
        raise Unreadable("deformable_registration")
    registered = text_of(dataset, "FrameOfReferenceUID")
    if not registered or registered.startswith(_WELL_KNOWN):
        raise Unreadable("registered_space", {"frame_of_reference_uid": registered})
    # The registered frame of reference is laid upon itself as it is (PS3.17 O.1).
    found = {registered: np.eye(4)}
    for item in items_of(dataset, "RegistrationSequence"):
        uid = text_of(item, "FrameOfReferenceUID")
        if not uid or uid.startswith(_WELL_KNOWN):
            continue
        matrix = _matrix_of(item)
        if uid in found and not _is_same(found[uid], matrix):
            raise Unreadable("registration_contradicts", {"frame_of_reference_uid": uid})
        found[uid] = matrix
    if len(found) < 2:
        raise Unreadable("registration_joins_nothing")
    return SpatialRegistration(
        title=text_of(dataset, "SeriesDescription") or text_of(dataset, "ContentDescription"),
        made_on=text_of(dataset, "ContentDate"),
        made_at=text_of(dataset, "ContentTime"),
        made_by=_maker_of(dataset),
        frames=tuple(RegisteredFrame(uid, tuple(float(part) for part in matrix.flat)) for uid, matrix in found.items()),
    )


def _maker_of(dataset: Dataset) -> str:
    named = text_of(dataset, "ManufacturerModelName") or text_of(dataset, "Manufacturer")
    return " ".join(filter(None, (named, *texts_of(dataset, "SoftwareVersions")[:1])))


def _matrix_of(item: Dataset) -> Matrix:
    """The one transformation of an item, to which several matrices may multiply (PS3.3 C.20.2.1.1)."""
    registration = first_item_of(item, "MatrixRegistrationSequence")
    matrices = [] if registration is None else [_checked(each) for each in items_of(registration, "MatrixSequence")]
    if not matrices:
        raise Unreadable("registration_matrix", {"found": 0})
    product = _product(matrices)
    # "The Item order is significant and corresponds to matrix multiplication order" is read by some programs as first
    # item on the left, by others as first item first: where that makes a difference nobody knows what was meant.
    if not _is_same(product, _product(matrices[::-1])):
        raise Unreadable("registration_order", {"matrices": len(matrices)})
    return product


def _product(matrices: list[Matrix]) -> Matrix:
    product = np.eye(4)
    for matrix in matrices:
        product = product @ matrix
    return product


def _checked(item: Dataset) -> Matrix:
    """One 4x4 matrix that is of the type it says (PS3.3 C.20.2.1.2)."""
    numbers = numbers_of(item, "FrameOfReferenceTransformationMatrix")
    kind = text_of(item, "FrameOfReferenceTransformationMatrixType")
    if len(numbers) != 16 or not np.allclose(numbers[12:], (0, 0, 0, 1), atol=1e-9, rtol=0):
        raise Unreadable("registration_matrix", {"found": len(numbers)})
    matrix = np.array(numbers, dtype=np.float64).reshape(4, 4)
    part = matrix[:3, :3]
    lengths = np.linalg.norm(part, axis=0)
    # A patient is never their own mirror image: left would be shown as right.
    if not lengths.all() or np.linalg.det(part) <= _TOLERANCE:
        raise Unreadable("registration_mirrors", {"type": kind})
    square = part.T @ part
    scales = square if kind == "RIGID" else square / np.outer(lengths, lengths)
    if kind not in ("RIGID", "RIGID_SCALE", "AFFINE"):
        raise Unreadable("registration_type", {"type": kind})
    if kind != "AFFINE" and np.abs(scales - np.eye(3)).max() > _TOLERANCE:
        raise Unreadable("registration_not_rigid", {"type": kind})
    return matrix


def _is_same(one: Matrix, other: Matrix) -> bool:
    """Whether no point of a patient is put more than a tenth of a millimetre apart."""
    apart = one - other
    return bool(np.abs(apart[:3, :3]).sum(axis=1).max() * _REACH_MM + np.abs(apart[:3, 3]).max() <= _SAME_MM)
