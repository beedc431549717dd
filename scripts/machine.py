"""Sets a checkout up, from the standard library alone: virtual environment, packages, client, Debian programs.

Every step is skipped when what it makes is there already and newer than what it is made from.
"""

from __future__ import annotations

import glob
import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = Path(os.environ.get("CONSILIUM_VENV", ROOT / ".venv"))
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
WEB = ROOT / "web"
MANIFEST = WEB / "dist" / ".vite" / "manifest.json"

# Programs that the tests use as peers and judges, from Debian's packages.
DEBIAN_PACKAGES = {
    "chromium": "chromium",
    "dcm2pnm": "dcmtk",
    "dciodvfy": "dicom3tools",
    "turnserver": "coturn",
    "postgres": "postgresql",
    "Orthanc": "orthanc",
    "libOrthancDicomWeb.so": "orthanc-dicomweb",
    "ip": "iproute2",
    "nft": "nftables",
    "mkfs.ext4": "e2fsprogs",
}
# Where Debian keeps a server's programs that it does not put on PATH.
ELSEWHERE = ("/usr/lib/postgresql/*/bin", "/usr/share/orthanc/plugins")

_started = time.monotonic()


def say(what: str) -> None:
    print(f"[{time.monotonic() - _started:5.1f} s] {what}", flush=True)


def set_up(lock: str) -> None:
    """Environment with the packages of `requirements/<lock>.txt`, and the built client."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is the one that an older Python gets to read
        sys.exit(f"Consilium needs Python 3.11 or newer; this is {sys.version.split()[0]}")
    _make_environment()
    _install(ROOT / "requirements" / f"{lock}.txt")
    _build_client()


def run_python(*arguments: str, **environment: str) -> int:
    """Python of the environment, in the project's folder; the exit code."""
    return subprocess.run([str(PYTHON), *arguments], cwd=ROOT, env={**os.environ, **environment}).returncode


def install_programs() -> None:
    """Chromium, DCMTK and the like, where this user may install them; else says which are missing."""
    missing = sorted({package for program, package in DEBIAN_PACKAGES.items() if not _is_installed(program)})
    if not missing:
        return
    if os.name != "posix" or os.geteuid() != 0 or not shutil.which("apt-get"):
        say(f"not installed, tests that need them are skipped: {', '.join(missing)}")
        return
    say(f"installing {', '.join(missing)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=quiet)
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing],
        check=True,
        env=quiet,
        stdout=subprocess.DEVNULL,
    )


def _is_installed(program: str) -> bool:
    return shutil.which(program) is not None or any(glob.glob(f"{place}/{program}") for place in ELSEWHERE)


def _make_environment() -> None:
    if PYTHON.exists():
        return
    say("making the virtual environment")
    try:
        venv.create(VENV, with_pip=True)
    except (subprocess.CalledProcessError, ImportError):
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit("Python's venv module is incomplete here; on Debian and Ubuntu: apt install python3-venv")


def _install(lock: Path) -> None:
    stamp = VENV / f"installed-{lock.stem}"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say(f"installing the packages of {lock.relative_to(ROOT)}")
    _must([str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes",
           "--progress-bar", "off", "-r", str(lock)], "the packages could not be installed")  # fmt: skip
    stamp.write_text(wanted)


def _build_client() -> None:
    if MANIFEST.exists() and MANIFEST.stat().st_mtime > newest(WEB):
        return
    node = [str(PYTHON), str(ROOT / "scripts" / "node.py")]
    lock, installed = WEB / "package-lock.json", WEB / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        say("installing the client's packages")
        _must([*node, "ci", "--ignore-scripts", "--loglevel", "error"], "the client's packages could not be installed")
    say("building the client")
    _must([*node, "run", "--silent", "build", "--", "--logLevel", "error"], "the client could not be built")


def newest(folder: Path) -> float:
    """Time of the newest source below a folder, what is installed or built there left out."""
    skipped = {"node_modules", "dist"}
    return max(
        path.stat().st_mtime
        for part in folder.iterdir()
        if part.name not in skipped
        for path in (part.rglob("*") if part.is_dir() else [part])
        if path.is_file()
    )


def _must(command: Sequence[str], otherwise: str) -> None:
    if subprocess.run(command, cwd=ROOT).returncode:
        sys.exit(otherwise)
