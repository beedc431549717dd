"""Preparation: what is ready, what is refused and why, and a restart in the middle."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from collab.accounts.models import Hospital
from collab.studies import store
from collab.studies.importing import Intake
from collab.studies.models import Instance, Series, SetAside
from collab.studies.prepared import PreparedFolders, prepared_name
from collab.studies.preparing import Preparer
from collab.studies.rules import MAX_ATTEMPTS
from dicom_render.pack import PackReader
from tests.collab.studies.make import dicom, folder, import_all, prepare_all, series, uid


def all_series(intake: Intake) -> list[Series]:
    with intake.database.transaction() as session:
        return list(session.scalars(select(Series)))


def the_series(intake: Intake) -> Series:
    (found,) = all_series(intake)
    return found


def test_an_even_series_is_ready_as_a_volume(intake: Intake, hospital: Hospital, tmp_path: Path) -> None:
    import_all(intake, [folder(tmp_path / "in", series(5))], hospital_id=hospital.id)
    prepare_all(intake)
    found = the_series(intake)
    assert (found.state, found.prepared_version, found.refusal) == ("ready", prepared_name(found.version), None)
    assert [(stack["kind"], stack["frames"]) for stack in found.stacks] == [("volume", 5)]
    assert found.prepared_version is not None
    header = PackReader(PreparedFolders(intake.settings).of(found.id, found.prepared_version), 0).header
    assert len(header.frames) == 5


def test_a_tilted_head_ct_is_shown_as_a_stack_with_its_reason(
    intake: Intake, hospital: Hospital, test_data: Path
) -> None:
    import_all(intake, [test_data / "01_head_ct" / "ge_hispeed_tilt18_varspacing"], hospital_id=hospital.id)
    prepare_all(intake)
    (stack,) = the_series(intake).stacks
    assert (stack["kind"], stack["frames"]) == ("stack", 28)
    assert "gantry_tilt" in stack["warnings"]


def test_a_document_has_nothing_to_draw_and_says_so(intake: Intake, hospital: Hospital, test_data: Path) -> None:
    import_all(intake, [test_data / "04_pet" / "qin_headneck_rwv_sr"], hospital_id=hospital.id)
    prepare_all(intake)
    assert {(found.state, found.refusal) for found in all_series(intake)} == {("refused", "no_pixels")}


def test_a_new_image_makes_the_series_wait_again_and_then_the_new_version_is_shown(
    intake: Intake, hospital: Hospital, tmp_path: Path
) -> None:
    files = series(4)
    last = files.popitem()
    import_all(intake, [folder(tmp_path / "a", files)], hospital_id=hospital.id)
    prepare_all(intake)
    before = the_series(intake).prepared_version
    import_all(intake, [folder(tmp_path / "b", dict([last]))], hospital_id=hospital.id)
    between = the_series(intake)
    assert (between.state, between.prepared_version, between.received) == ("queued", before, 4)
    prepare_all(intake)
    after = the_series(intake)
    assert (after.state, after.stacks[0]["frames"]) == ("ready", 4)
    assert after.prepared_version != before


def test_a_restart_in_the_middle_prepares_again(intake: Intake, hospital: Hospital, tmp_path: Path) -> None:
    import_all(intake, [folder(tmp_path / "in", series(3))], hospital_id=hospital.id)
    with intake.database.transaction() as session:
        claimed = store.claim_next(session)
        assert claimed is not None
    half_done = PreparedFolders(intake.settings).begin(claimed.id)
    (half_done / "stack-0.frames").write_bytes(b"half")
    restarted = Preparer(intake)
    assert not restarted.prepare_next(), "nobody knows yet that the other process is gone"
    restarted.recover()
    assert not half_done.exists()
    assert restarted.prepare_next()
    assert the_series(intake).state == "ready"


def test_half_received_series_of_a_dead_process_are_prepared_too(
    intake: Intake, hospital: Hospital, tmp_path: Path
) -> None:
    import_all(intake, [folder(tmp_path / "in", series(3))], hospital_id=hospital.id)
    with intake.database.transaction() as session:
        session.scalars(select(Series)).one().state = "receiving"
    Preparer(intake).recover()
    prepare_all(intake)
    assert the_series(intake).state == "ready"


def test_what_kills_the_server_each_time_is_given_up(intake: Intake, hospital: Hospital, tmp_path: Path) -> None:
    import_all(intake, [folder(tmp_path / "in", series(3))], hospital_id=hospital.id)
    for _ in range(MAX_ATTEMPTS):
        with intake.database.transaction() as session:
            assert store.claim_next(session) is not None
        Preparer(intake).recover()
    assert not Preparer(intake).prepare_next()
    found = the_series(intake)
    assert (found.state, found.refusal) == ("refused", "preparation_failed")


def test_a_changed_byte_of_an_original_is_found_and_a_second_import_heals_it(
    intake: Intake, hospital: Hospital, tmp_path: Path
) -> None:
    place = folder(tmp_path / "in", series(3))
    import_all(intake, [place], hospital_id=hospital.id)
    with intake.database.transaction() as session:
        blob = intake.blobs.path_of(session.scalars(select(Instance.sha256).limit(1)).one())
    whole = blob.read_bytes()
    blob.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    prepare_all(intake)
    assert (the_series(intake).state, the_series(intake).refusal) == ("refused", "damaged_blob")
    again = import_all(intake, [place], hospital_id=hospital.id)
    assert again.known == 3
    assert blob.read_bytes() == whole
    prepare_all(intake)
    assert the_series(intake).state == "ready"


def test_an_image_that_cannot_be_decoded_is_set_aside_and_the_others_are_shown(
    intake: Intake, hospital: Hospital, tmp_path: Path
) -> None:
    names = {"study_uid": uid(), "series_uid": uid()}
    files = {f"{number}.dcm": dicom(**names, number=number) for number in (1, 2, 3)}
    good = dicom(**names, number=4)
    # JPEG 2000 is announced, raw values follow: the header reads well, the codestream does not.
    broken = good.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.4.90"[:20], 1)
    assert broken != good
    import_all(intake, [folder(tmp_path / "in", {**files, "4.dcm": broken})], hospital_id=hospital.id)
    prepare_all(intake)
    assert the_series(intake).stacks[0]["frames"] == 3
    with intake.database.transaction() as session:
        left = session.scalars(select(SetAside)).one()
    assert left.file_name == "in/4.dcm"


def test_in_the_background_a_wake_is_enough(intake: Intake, hospital: Hospital, tmp_path: Path) -> None:
    preparer = Preparer(intake)
    preparer.start()
    try:
        imported = import_all(intake, [folder(tmp_path / "in", series(3))], hospital_id=hospital.id)
        preparer.wake()
        looks = iter(range(20_000))
        while the_series(intake).state != "ready":
            next(looks)
    finally:
        preparer.stop()
    with intake.database.transaction() as session:
        assert not store.list_unready(session, imported.study_ids)


def test_what_is_here_of_a_series_that_still_comes_in_is_readied_and_shown_only_when_it_is_queued(
    intake: Intake, hospital: Hospital, tmp_path: Path
) -> None:
    imported = import_all(intake, [folder(tmp_path / "in", series(3))], hospital_id=hospital.id)
    with intake.database.transaction() as session:
        session.scalars(select(Series)).one().state = "receiving"
    preparer = Preparer(intake)
    assert not preparer.prepare_next(), "nobody has said that more comes"
    preparer.expect(imported.study_ids)
    while preparer.prepare_next():
        pass
    assert list(intake.settings.data.glob("readied/*/*.frames"))
    assert (the_series(intake).state, the_series(intake).stacks) == ("receiving", [])
    with intake.database.transaction() as session:
        store.queue_series(session, study_ids=imported.study_ids)
    assert preparer.prepare_next()
    assert (the_series(intake).state, the_series(intake).stacks[0]["frames"]) == ("ready", 3)
    preparer.close()


def test_images_that_come_later_cost_no_work_on_those_that_were_there(
    intake: Intake, hospital: Hospital, tmp_path: Path
) -> None:
    """The planted proof: an original that is damaged after it was readied is not read again."""
    files = series(4)
    last = files.popitem()
    import_all(intake, [folder(tmp_path / "a", files)], hospital_id=hospital.id)
    preparer = Preparer(intake)
    assert preparer.prepare_next()
    with intake.database.transaction() as session:
        intake.blobs.path_of(session.scalars(select(Instance.sha256).limit(1)).one()).write_bytes(b"")
    import_all(intake, [folder(tmp_path / "b", dict([last]))], hospital_id=hospital.id)
    assert preparer.prepare_next()
    assert (the_series(intake).state, the_series(intake).stacks[0]["frames"]) == ("ready", 4)
    preparer.close()
