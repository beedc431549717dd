"""Orthanc sends real files to our STOW-RS and fetches them by WADO-RS: what arrives is what was sent."""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pydicom
import pytest
from pydicom.dataset import FileDataset

from tests.bench.peers import orthanc
from tests.bench.processes import free_port
from tests.bench.report import NotMeasured
from tests.collab.dicomweb.conftest import Pacs
from tests.conftest import missing

# One of each kind of pixels: raw 16 bits, JPEG lossless, JPEG-LS, RLE, JPEG baseline in colour, several frames.
FILES = (
    "01_head_ct/philips_ingenuity_phantom_5mm",
    "05_us/pydicom_examples/examples_ybr_color.dcm",
    "05_us/pydicom_data/OBXXXX1A_rle_2frame.dcm",
    "07_enhanced/pydicom_data/eCT_Supplemental.dcm",
    "08_transfer_syntaxes/pydicom_data/emri_small_jpeg_ls_lossless.dcm",
    "11_malformed/charsets",
)
OURS = "consilium"
# What makes storescu propose a compressed transfer syntax.
PROPOSED = {
    "1.2.840.10008.1.2.4.50": ("-xy",),
    "1.2.840.10008.1.2.4.70": ("-xs",),
    "1.2.840.10008.1.2.4.80": ("-xt",),
    "1.2.840.10008.1.2.5": ("-xr",),
}


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A running Orthanc that knows of us."""

    client: httpx.Client
    dicom_port: int

    def originals(self) -> dict[str, FileDataset]:
        """What it holds, by SOP Instance UID."""
        found = (self.client.get(f"/instances/{each}/file").content for each in self.client.get("/instances").json())
        return by_uid(pydicom.dcmread(io.BytesIO(data)) for data in found)

    def ask(self, verb: str, resources: object) -> None:
        answer = self.client.post(f"{orthanc.ROOT}/servers/{OURS}/{verb}", json={"Resources": resources})
        assert answer.status_code == 200, answer.text


def by_uid(read: Iterator[FileDataset]) -> dict[str, FileDataset]:
    return {str(each.SOPInstanceUID): each for each in read}


@pytest.fixture
def peer(pacs: Pacs, tmp_path: Path) -> Iterator[Peer]:
    known = {OURS: {"Url": f"{pacs.url}/dicomweb/", "HttpHeaders": {"Authorization": f"Bearer {pacs.token}"}}}
    dicom_port = free_port()
    try:
        with (
            orthanc.orthanc(tmp_path / "orthanc", dicom_port=dicom_port, servers=known) as running,
            httpx.Client(base_url=f"http://127.0.0.1:{running.port}", timeout=60) as client,
        ):
            yield Peer(client=client, dicom_port=dicom_port)
    except NotMeasured as absent:
        missing(str(absent))


@pytest.fixture
def files(test_data: Path) -> list[Path]:
    found = (test_data / name for name in FILES)
    return [path for each in found for path in (sorted(each.glob("*.dcm")) if each.is_dir() else [each])]


def test_what_orthanc_got_by_storescu_and_sends_on_is_stored_as_it_was(
    pacs: Pacs, peer: Peer, files: list[Path], tool: Callable[[str], str]
) -> None:
    """C-STORE in each file's own transfer syntax, then STOW-RS by Orthanc's own DICOMweb client."""
    environment = {**os.environ, "TCP_NODELAY": "1"}
    for path in files:
        uid = pydicom.dcmread(path, stop_before_pixels=True).file_meta.TransferSyntaxUID
        command = [tool("storescu"), "-R", *PROPOSED.get(uid, ()), "-aec", orthanc.NAME, "127.0.0.1"]
        subprocess.run([*command, str(peer.dicom_port), str(path)], check=True, timeout=60, env=environment)
    held = peer.originals()
    peer.ask("stow", peer.client.get("/instances").json())
    for uid, sent in held.items():
        stored = pacs.library().retrieve_instance(sent.StudyInstanceUID, sent.SeriesInstanceUID, uid)
        assert_same(stored, sent)
    assert len(held) == len(files)


def test_what_orthanc_fetches_from_us_is_what_we_keep(
    pacs: Pacs, peer: Peer, files: list[Path], tmp_path: Path
) -> None:
    pacs.bring(tmp_path, {f"{number}.dcm": path.read_bytes() for number, path in enumerate(files)})
    kept = by_uid(pydicom.dcmread(path) for path in files)
    peer.ask("retrieve", [{"Study": uid} for uid in sorted({str(each.StudyInstanceUID) for each in kept.values()})])
    fetched = peer.originals()
    assert fetched.keys() == kept.keys()
    for uid, found in fetched.items():
        assert_same(found, kept[uid])


def assert_same(found: FileDataset, sent: FileDataset) -> None:
    """Every element of the dataset and the transfer syntax; file meta information names its writer (PS3.10 7.1)."""
    assert found.file_meta.TransferSyntaxUID == sent.file_meta.TransferSyntaxUID
    assert found == sent
