"""Key views drawn for the document, from a series that was really prepared."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image

from collab.conclusions.document import Edges, KeyImage, LaidOver, SlabSeen, sha256_hex
from collab.expertise.picturing import LONG_SIDE_PX, AskedImage, Pictured, asked_images, key_view_seen
from collab.expertise.printing import Printer, print_images
from collab.rooms.annotation import Annotation
from collab.rooms.fold import EMPTY
from collab.rooms.protocol import KeyViewAdded, Member
from collab.rooms.view import LaidObject, Layers, Pane, Slab, ViewportView, Window
from collab.studies.models import Series, Study
from collab.studies.objects import Layer
from collab.studies.prepared import PreparedFolders
from dicom_render.drawers import Drawers
from dicom_render.prepare import prepare_series
from tests import make
from tests.collab.expertise.make import World
from tests.collab.rooms.make import one_pane, only_viewport
from tests.collab.studies.make import dicom, folder
from tests.dicom_render import make as dicom_make

SOP_UID, SERIES_UID = "2.25.33", "2.25.22"
EXPERT = Member("PER-1", "Dr Hélène Vasseur", "expert", "Hôpital de Montrelais", "neuroradiology", 0)


def prepare(world: World, place: Path, **attributes: object) -> Study:
    """One CT slice of 16 x 16 pixels, 1 mm each, whose values grow from 1 to 256 HU."""
    slices = {"1.dcm": dicom(study_uid="2.25.1", series_uid=SERIES_UID, sop_instance_uid=SOP_UID)}
    file = folder(place, slices) / "1.dcm"
    written = pydicom.dcmread(file)
    for keyword, value in attributes.items():
        setattr(written, keyword, value)
    written.save_as(file)
    return prepare_files(world, [file])


def prepare_files(world: World, files: list[Path]) -> Study:
    out = PreparedFolders(world.settings).of("SER-1", "v1")
    out.mkdir(parents=True)
    prepare_series(files, out)
    with world.database.transaction() as session:
        session.add(
            Series(
                id="SER-1",
                study_id=world.study_id,
                series_uid=SERIES_UID,
                number=1,
                modality="CT",
                description="",
                received=1,
                version="v1",
                state="ready",
                attempts=1,
                refusal=None,
                prepared_version="v1",
                stacks=[],
            )
        )
        return session.get_one(Study, world.study_id)


def key_view(**changes: object) -> KeyViewAdded:
    """The whole slice as radiologists see it, window 0 to 256 HU."""
    viewport = ViewportView(
        id="stack",
        point_world_mm=(-0.5, -0.5, 2.0),
        normal=(0.0, 0.0, -1.0),
        up=(0.0, -1.0, 0.0),
        fov_mm=(16.0, 16.0),
        sop_instance_uid=SOP_UID,
        frame=1,
    )
    pane = Pane(
        study_uid="2.25.1",
        series_uid=SERIES_UID,
        stack=0,
        frame_of_reference_uid=SERIES_UID,
        layout="stack",
        active="stack",
        window=Window(128.0, 256.0, "HU"),
        invert=False,
        viewports=(viewport,),
    )
    return KeyViewAdded("k1", "stack", one_pane(msgspec.structs.replace(pane, **changes)), "M1 gauche")


def pictured(
    world: World,
    kept: KeyViewAdded,
    study: Study,
    *,
    annotations: Sequence[Annotation] = (),
    layer: Layer | None = None,
) -> Pictured | None:
    """Drawn by a process of the server, as when a conclusion is signed."""
    room = msgspec.structs.replace(EMPTY, key_views=(kept,), annotations=tuple(annotations), members=(EXPERT,))
    by, drawers = world.caller(world.requester), world.server.site.part(Drawers)
    with world.database.transaction() as session:
        asked = asked_images(session, world.settings, room, [study], by=by, at=make.NIGHT)
    if layer is not None:
        asked = tuple(each and with_layer(each) for each in asked)
    (found,) = print_images(Printer(drawers=drawers, read=lambda _: layer), asked, who="test")
    return found


def with_layer(asked: AskedImage) -> AskedImage:
    """Its objects as if a study had a file of them."""
    return replace(asked, objects=tuple(replace(each, sha256="0" * 64) for each in asked.objects))


def draw(world: World, kept: KeyViewAdded, study: Study) -> KeyImage | None:
    found = pictured(world, kept, study)
    return found.image if found else None


def levels(image: KeyImage | None) -> NDArray[np.int64]:
    assert image is not None
    return np.asarray(Image.open(io.BytesIO(image.jpeg)).convert("L"), int)


def test_a_key_view_is_the_slice_in_its_window(world: World, tmp_path: Path) -> None:
    study = prepare(world, tmp_path / "in")
    found = pictured(world, key_view(), study)
    assert found is not None
    drawn = levels(found.image)
    assert drawn.shape == (LONG_SIDE_PX, LONG_SIDE_PX)
    # First pixel 1 HU, last 256 HU, in a window from 0 to 256: black at the top left, white at the bottom right.
    assert drawn[20, 20] < 10
    assert drawn[-20, -20] > 245
    assert found.image.sha256 == sha256_hex(found.image.jpeg)
    assert key_view_seen(key_view(), found).image_sha256 == found.image.sha256


def test_a_narrow_window_is_printed_under_the_function_that_the_screens_use(world: World, tmp_path: Path) -> None:
    """PS3.3 C.11.2.1.3.2: under LINEAR_EXACT the centre is the middle grey; under LINEAR all would be 32 brighter."""
    study = prepare(world, tmp_path / "in", WindowCenter=128.5, WindowWidth=5, VOILUTFunction="LINEAR_EXACT")
    narrow = key_view(window=Window(128.5, 5.0, "HU"))
    drawn = levels(draw(world, narrow, study))
    # Row 8 of 16 ends with 128 HU, row 9 begins with 129. The dots read lie an eightieth of a row, of 16 HU, lower.
    side = LONG_SIDE_PX // 16
    for (row, column), value in (((7, -side // 4), 128.2), ((8, side // 4), 129.2)):
        expected = ((value - 128.5) / 5 + 0.5) * 255
        assert abs(drawn[row * side + side // 2, column] - expected) <= 3


def test_a_table_of_the_file_is_printed_as_the_screens_draw_it(world: World, tmp_path: Path) -> None:
    """PS3.3 C.11.2.1.1: black up to 128, white from 129; its ends as a window are a ramp from 1 to 256."""
    table = pydicom.Dataset()
    table.LUTDescriptor, table.LUTData = [256, 1, 16], bytes(256) + b"\xff" * 256
    study = prepare(
        world, tmp_path / "in", VOILUTSequence=[table], WindowCenter=128.5, WindowWidth=5, VOILUTFunction="SIGMOID"
    )
    side = LONG_SIDE_PX // 16
    dark, bright = (slice(row * side + side // 4, (row + 1) * side - side // 4) for row in (3, 12))
    stepped = levels(draw(world, key_view(window=Window(128.5, 255.0, "HU")), study))
    assert stepped[dark].max() < 10
    assert stepped[bright].min() > 245
    # Values 49 to 64 under SIGMOID, once a window is set: 255 / (1 + e^(4 * 72 / 100)) for the middle one.
    curved = levels(draw(world, key_view(window=Window(128.5, 100.0, "HU")), study))
    assert abs(curved[dark].mean() - 255 / (1 + np.exp(4 * 72 / 100))) < 3


def test_what_a_shutter_hides_on_the_screens_is_hidden_in_print(world: World, tmp_path: Path) -> None:
    """PS3.3 C.7.6.11: columns 9 to 16, the brighter half, lie outside of the right edge."""
    shutter = {
        "ShutterShape": "RECTANGULAR",
        "ShutterLeftVerticalEdge": 1,
        "ShutterRightVerticalEdge": 8,
        "ShutterUpperHorizontalEdge": 1,
        "ShutterLowerHorizontalEdge": 16,
        "ShutterPresentationValue": 0,
    }
    study = prepare(world, tmp_path / "in", **shutter)
    drawn = levels(draw(world, key_view(), study))
    assert drawn[-20, -20] < 10
    assert drawn[-20, 20] > 225
    assert levels(draw(world, key_view(layers=Layers(shutters=False)), study))[-20, -20] > 245


def test_an_object_over_a_key_view_that_is_not_printed_is_said() -> None:
    seen = key_view_seen(key_view(layers=Layers(objects=(LaidObject("2.25.77"),))), None)
    assert seen.laid_over == (LaidOver("2.25.77", is_drawn=False),)


def test_a_mirrored_key_view_is_printed_mirrored(world: World, tmp_path: Path) -> None:
    study = prepare(world, tmp_path / "in")
    mirrored = msgspec.structs.replace(only_viewport(key_view().view), mirrored=True)
    drawn = levels(draw(world, key_view(viewports=(mirrored,)), study))
    usual = levels(draw(world, key_view(), study))
    assert np.abs(drawn[:, ::-1] - usual).max() < 12  # two JPEGs of the same greys
    assert abs(drawn[20, 20] - drawn[20, -20]) > 10
    assert key_view_seen(key_view(viewports=(mirrored,)), None).edges == Edges("L", "R", "A", "P")


def test_a_slab_is_printed_as_one_and_named(world: World, tmp_path: Path) -> None:
    """Four slices of 0, 50, 200 and 100 HU, 2 mm apart: 4 mm around the plane between the middle two hold 50 to 200."""
    levels_hu = (0, 50, 200, 100)
    files: list[Path] = []
    for number, value in enumerate(levels_hu):
        files.append(tmp_path / f"{number}.dcm")
        files[-1].write_bytes(
            dicom_make.image(
                np.full((16, 16), value, np.int16),
                StudyInstanceUID="2.25.1", SeriesInstanceUID=SERIES_UID, SOPInstanceUID=f"{SOP_UID}.{number}",
                ImagePositionPatient=[0, 0, 2 * number], PixelSpacing=[1, 1],
            )
        )  # fmt: skip
    study = prepare_files(world, files)
    plane = msgspec.structs.replace(
        only_viewport(key_view().view), id="axial", point_world_mm=(7.5, 7.5, 3.0), sop_instance_uid=None, frame=None
    )

    def printed(slab: Slab | None) -> tuple[int, SlabSeen | None]:
        viewport = msgspec.structs.replace(plane, slab=slab)
        kept = key_view(layout="axial", active="axial", viewports=(viewport,))
        kept = msgspec.structs.replace(kept, viewport="axial")
        return int(levels(draw(world, kept, study))[320, 320]), key_view_seen(kept, None).slab

    # Window 0 to 256 HU: a level is a HU, but for the last. The plane in the middle is the mean of its neighbours.
    for slab, expected in ((None, 125), (Slab("mip", 2.0), 200), (Slab("minip", 2.0), 50), (Slab("mean", 2.0), 125)):
        level, seen = printed(slab)
        assert abs(level - expected) <= 3, slab
        assert seen == (SlabSeen(slab.blend, 2.0) if slab else None)


def turned(normal: tuple[float, float, float], up: tuple[float, float, float]) -> object:
    viewport = only_viewport(key_view().view)
    return key_view_seen(key_view(viewports=(msgspec.structs.replace(viewport, normal=normal, up=up),)), None).edges


def test_an_axial_slice_has_the_patient_s_right_on_the_left() -> None:
    assert key_view_seen(key_view(), None).edges == Edges("R", "L", "A", "P")


def test_a_coronal_reslice_has_the_head_at_the_top() -> None:
    assert turned((0.0, -1.0, 0.0), (0.0, 0.0, 1.0)) == Edges("R", "L", "H", "F")


def test_a_mirrored_view_says_that_it_is_mirrored() -> None:
    assert turned((0.0, 0.0, 1.0), (0.0, -1.0, 0.0)) == Edges("L", "R", "A", "P")


def test_a_tilted_view_says_what_it_leans_to() -> None:
    assert turned((0.0, -0.6, -0.8), (0.0, -0.8, 0.6)) == Edges("R", "L", "AH", "PF")


def test_an_image_without_patient_geometry_has_no_sides() -> None:
    assert key_view_seen(key_view(frame_of_reference_uid=None), None).edges is None


def test_what_cannot_be_drawn_is_left_out(world: World, tmp_path: Path) -> None:
    study = prepare(world, tmp_path / "in")
    assert draw(world, key_view(series_uid="2.25.99"), study) is None
    assert draw(world, key_view(study_uid="2.25.99"), study) is None
    assert draw(world, key_view(stack=7), study) is None
    assert draw(world, key_view(viewports=()), study) is None


def test_a_reslice_of_what_is_no_volume_is_left_out(world: World, tmp_path: Path) -> None:
    study = prepare(world, tmp_path / "in")
    kept = key_view()
    viewport = only_viewport(kept.view)
    reslice = msgspec.structs.replace(viewport, sop_instance_uid=None, frame=None, normal=(0.0, 1.0, 0.0), up=(0, 0, 1))
    assert draw(world, key_view(viewports=(reslice,)), study) is None


def test_a_plane_through_a_tilted_stack_is_printed_as_resampled(world: World, tmp_path: Path) -> None:
    """Four slices of a leaning gantry, 1 mm apart along z, and a sagittal plane through them."""
    lean = np.radians(20)
    files: list[Path] = []
    for number in range(4):
        files.append(tmp_path / f"{number}.dcm")
        files[-1].write_bytes(
            dicom_make.image(
                dicom_make.noise(16, 16),
                StudyInstanceUID="2.25.1", SeriesInstanceUID=SERIES_UID, SOPInstanceUID=f"{SOP_UID}.{number}",
                ImagePositionPatient=[0, 0, number], PixelSpacing=[1, 1],
                ImageOrientationPatient=[1, 0, 0, 0, float(np.cos(lean)), float(-np.sin(lean))],
            )
        )  # fmt: skip
    study = prepare_files(world, files)
    viewport = ViewportView(
        id="sagittal", point_world_mm=(8.0, 7.0, 0.0), normal=(1.0, 0.0, 0.0), up=(0.0, 0.0, 1.0), fov_mm=(16.0, 16.0),
        sop_instance_uid=None, frame=None,
    )  # fmt: skip
    kept = msgspec.structs.replace(
        key_view(layout="mpr", active="sagittal", viewports=(viewport,)), viewport="sagittal"
    )
    assert key_view_seen(kept, pictured(world, kept, study)).is_resampled
    assert not key_view_seen(key_view(), None).is_resampled
