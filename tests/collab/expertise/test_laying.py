"""What the experts saw over a key view stands on its printed picture, and the caption says what and whose."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from collab.conclusions.document import LaidOver
from collab.expertise.picturing import key_view_seen
from collab.rooms.annotation import Annotation, AnnotationKind, Drawing
from collab.rooms.view import LaidObject, Layers
from collab.studies.objects import Layer
from dicom_render.structure_set import Contour, Structure, StructureSet
from tests.collab.expertise.make import World
from tests.collab.expertise.test_picturing import SERIES_UID, SOP_UID, key_view, pictured, prepare

ACROSS = ((-8.0, 2.0, 2.0), (7.0, 2.0, 2.0))


def drawing(kind: AnnotationKind, *points: tuple[float, float, float], sop: str = SOP_UID) -> Drawing:
    return Drawing(
        kind=kind,
        study_uid="2.25.1",
        series_uid=SERIES_UID,
        stack=0,
        frame_of_reference_uid=SERIES_UID,
        sop_instance_uid=sop,
        frame=1,
        normal=(0.0, 0.0, -1.0),
        up=(0.0, -1.0, 0.0),
        points=points,
        text="",
    )


def structures(z_mm: float) -> StructureSet:
    """A square of 8 mm around the middle of the slice."""
    square = (-4.5, -4.5, z_mm, 3.5, -4.5, z_mm, 3.5, 3.5, z_mm, -4.5, 3.5, z_mm)
    contour = Contour("CLOSED_PLANAR", None, square)
    return StructureSet("PLAN", (Structure(1, "GTV", (255, 0, 0), SERIES_UID, (contour,)),))


def printed(
    world: World,
    place: Path,
    *,
    annotation: Drawing | None = None,
    layer: Layer | None = None,
    hidden: tuple[int, ...] = (),
) -> tuple[NDArray[np.int64], LaidOver | None, tuple[str, ...]]:
    study = prepare(world, place)
    objects = (LaidObject("2.25.77", hidden),) if layer else ()
    kept = key_view(layers=Layers(objects=objects))
    annotations = (Annotation("a", "PER-1", 1, annotation),) if annotation else ()
    found = pictured(world, kept, study, annotations=annotations, layer=layer)
    assert found is not None
    seen = key_view_seen(kept, found)
    picture = np.asarray(Image.open(io.BytesIO(found.image.jpeg)).convert("RGB"), int)
    return picture, seen.laid_over[0] if seen.laid_over else None, seen.annotated_by


def coloured(picture: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.ptp(picture, axis=2) > 60


def test_an_annotation_is_printed_where_it_was_drawn_and_its_author_named(world: World, tmp_path: Path) -> None:
    """A length at y = 2 mm of a slice from -8.5 to 7.5 mm: 10.5 of 16 mm down, 420 of 640 pixels."""
    picture, _, authors = printed(world, tmp_path, annotation=drawing("length", *ACROSS))
    rows = np.flatnonzero(coloured(picture)[:, 200:400].mean(axis=1) > 0.9)
    assert 417 <= rows.min() <= rows.max() <= 423
    assert authors == ("Dr Hélène Vasseur",)


def test_an_annotation_of_another_image_is_not_printed(world: World, tmp_path: Path) -> None:
    picture, _, authors = printed(world, tmp_path, annotation=drawing("length", *ACROSS, sop="2.25.99"))
    assert not coloured(picture).any()
    assert authors == ()


def test_a_contour_is_printed_on_its_slice_and_named(world: World, tmp_path: Path) -> None:
    """Its left side lies 4 mm of 16 from the left of the picture: 160 pixels."""
    picture, laid, _ = printed(world, tmp_path, layer=structures(2.0))
    columns = np.flatnonzero(coloured(picture)[300:340].mean(axis=0) > 0.9)
    assert {int(column) for column in columns} & set(range(157, 164))
    assert laid == LaidOver("2.25.77", is_drawn=True, title="PLAN")


def test_a_contour_that_was_hidden_or_lies_elsewhere_is_not_printed(world: World, tmp_path: Path) -> None:
    picture, _, _ = printed(world, tmp_path, layer=structures(2.0), hidden=(1,))
    assert not coloured(picture).any()


def test_an_object_that_cannot_be_read_is_said_to_be_left_out(world: World, tmp_path: Path) -> None:
    study = prepare(world, tmp_path)
    kept = key_view(layers=Layers(objects=(LaidObject("2.25.77"),)))
    found = pictured(world, kept, study)
    assert found is not None
    assert key_view_seen(kept, found).laid_over == (LaidOver("2.25.77", is_drawn=False),)
