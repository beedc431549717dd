"""Parts of a series, readied apart: together they are the very series that one process would have made."""

from pathlib import Path

from dicom_render.prepare import assemble_series, prepare_series
from dicom_render.reading import read_header
from dicom_render.readying import read_part, ready_files
from tests.dicom_render import make


def quiet(_done: int, _total: int) -> None:
    pass


def slices(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"{number}.dcm" for number in range(count)]
    for number, path in enumerate(paths):
        made = {"SOPInstanceUID": f"1.2.3.4.{number}", "InstanceNumber": number, "ImagePositionPatient": [0, 0, number]}
        path.write_bytes(make.image(make.noise(seed=number), **made))
    return paths


def test_a_part_says_of_each_file_what_became_of_it(tmp_path: Path) -> None:
    (good,) = slices(tmp_path, 1)
    bad = tmp_path / "bad"
    bad.write_bytes(b"no dicom")
    ready_files([bad, good], tmp_path / "part", quiet)
    first, second = read_part(tmp_path / "part")
    assert (first.path, first.header, first.code) == (str(bad), None, "not_dicom")
    assert (second.header, second.code, len(second.frames)) == (read_header(good.read_bytes()), None, 1)


def test_a_series_of_several_parts_is_byte_for_byte_that_of_one(tmp_path: Path) -> None:
    paths = slices(tmp_path, 5)
    prepare_series(paths, tmp_path / "one")
    ready_files([paths[3], paths[0]], tmp_path / "a", quiet)
    ready_files([paths[4], paths[2], paths[1]], tmp_path / "b", quiet)
    assemble_series([tmp_path / "a", tmp_path / "b"], paths, tmp_path / "several")
    one, several = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "several")
    )
    assert (several, len(one)) == (one, 3)


def test_what_a_part_holds_beyond_the_asked_files_stays_out(tmp_path: Path) -> None:
    paths = slices(tmp_path, 3)
    ready_files(paths, tmp_path / "part", quiet)
    done = assemble_series([tmp_path / "part"], paths[:2], tmp_path / "out")
    assert [stack.frames for stack in done.stacks] == [2]
