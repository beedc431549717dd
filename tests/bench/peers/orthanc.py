"""Orthanc with its DICOMweb plugin, from Debian, on a folder and ports of its own: the PACS that others would take."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.bench.processes import Running, free_port, running
from tests.bench.report import NotMeasured

PROGRAM, PLUGIN = "Orthanc", Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
NAME, ROOT = "CONSILIUMPEER", "/dicom-web"


def version() -> str:
    """As it names itself. Raises `NotMeasured` where it is not installed."""
    if not shutil.which(PROGRAM) or not PLUGIN.is_file():
        raise NotMeasured("Orthanc is missing (Debian packages orthanc and orthanc-dicomweb)")
    said = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
    return " ".join(said.split()[:2])


@contextmanager
def orthanc(
    folder: Path,
    *,
    dicom_port: int | None = None,
    is_alone: bool = False,
    servers: Mapping[str, Mapping[str, object]] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Generator[Running]:
    """A new, empty Orthanc, as quick as its settings let it be: no authentication, no compression, no log.

    `servers`: DICOMweb services that it knows as a client, by name.
    """
    version()
    folder.mkdir(parents=True)
    port = free_port()
    settings = folder / "orthanc.json"
    settings.write_text(json.dumps(_settings(folder / "db", port, dicom_port, servers or {})), "utf-8")
    command = [PROGRAM, str(settings)]
    with running(command, port=port, log=folder / "log", environment=environment, is_alone=is_alone) as found:
        yield found


def _settings(
    database: Path, port: int, dicom_port: int | None, servers: Mapping[str, Mapping[str, object]]
) -> Mapping[str, object]:
    return {
        "Name": NAME,
        "HttpPort": port,
        "DicomServerEnabled": dicom_port is not None,
        "DicomPort": dicom_port or 4242,
        "DicomAet": NAME,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "StorageDirectory": str(database),
        "IndexDirectory": str(database),
        "HttpThreadsCount": 50,
        "KeepAlive": True,
        "StorageCompression": False,
        "HttpCompressionEnabled": False,
        "Plugins": [str(PLUGIN)],
        "DicomWeb": {
            "Enable": True,
            "Root": f"{ROOT}/",
            "StudiesMetadata": "Full",
            "SeriesMetadata": "Full",
            "Servers": servers,
        },
    }
