"""House rules that no linter knows: mirrored tests, catalogues, documented settings, client walls, lock files."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import collab  # noqa: E402 - after the path is set
from collab.kit.i18n import LANGUAGES  # noqa: E402
from collab.kit.refusals import Refusal  # noqa: E402
from collab.kit.settings import Settings, variable  # noqa: E402

# The client's walls, from the top: a folder imports only from those after it.
CLIENT_LAYERS = (
    ("main.ts", "replay.ts", "pages.ts"),
    ("main", "pages"),
    ("room", "viewer", "call", "ui"),
    ("wire", "i18n", "papers"),
    ("lib",),
)
PURE_OF_ENGINES = {"@cornerstonejs/": "viewer", "RTCPeerConnection": "call", "pdfjs-dist": "papers"}
# Sources without a behaviour of their own to test: tables and package docstrings.
_UNMIRRORED = {"__init__.py", "__main__.py", "models.py", "env.py"}


def main() -> int:
    complaints = [*mirror(), *catalogues(), *settings(), *client_walls(), *lock_files()]
    print("\n".join(complaints))
    return 1 if complaints else 0


def mirror() -> Iterator[str]:
    """Each source has its test file at the same place below tests/."""
    for package in ("collab", "dicom_render", "rtc"):
        for source in sorted((ROOT / package).rglob("*.py")):
            if source.name in _UNMIRRORED or "migrations" in source.parts:
                continue
            test = ROOT / "tests" / source.relative_to(ROOT).with_name(f"test_{source.name}")
            if not test.exists():
                yield f"{source.relative_to(ROOT)} has no {test.relative_to(ROOT)}"


def catalogues() -> Iterator[str]:
    """French and English have the same keys and blanks; every key that a template or refusal names exists."""
    known: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        known[language] = {}
        for path in sorted((ROOT / "web" / "locales" / language).glob("*.json")):
            for key, sentence in json.loads(path.read_text("utf-8")).items():
                if key in known[language]:
                    yield f"{language}: {key} stands twice"
                known[language][key] = sentence
    first, second = (known[language] for language in LANGUAGES)
    for key in sorted(first.keys() ^ second.keys()):
        yield f"{key} is in one language only"
    for key in sorted(first.keys() & second.keys()):
        if _blanks(first[key]) != _blanks(second[key]):
            yield f"{key}: the languages differ in their {{blanks}}"
    for place, key in _named_keys():
        if key not in first:
            yield f"{place}: no sentence for {key}"
    # A refusal is told to whoever asked, or kept as the reason why a file was set aside.
    said = {key.rpartition(".")[2] for key in first if key.startswith("refused.") or ".set_aside." in key}
    for place, code in _codes():
        if code not in said:
            yield f"{place}: no sentence for the refusal {code}"


def _blanks(sentence: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", sentence))


def _named_keys() -> Iterator[tuple[str, str]]:
    patterns = {
        "web/templates/**/*.html": r"\bt\(\s*[\"']([\w.]+)[\"']",
        "web/src/**/*.ts*": r"\bt\(\s*\"([\w.]+)\"",
        "collab/**/*.py": r"\bsay\(\s*\"([\w.]+)\"",
    }
    for where, pattern in patterns.items():
        for path in sorted(ROOT.glob(where)):
            for key in re.findall(pattern, path.read_text("utf-8")):
                if not key.endswith("."):
                    yield str(path.relative_to(ROOT)), key


def _codes() -> Iterator[tuple[str, str]]:
    """Codes of every kind of refusal, with the module that raises it."""
    for module in pkgutil.walk_packages(collab.__path__, "collab."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    kinds = [Refusal]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        if kind.__module__.startswith("collab.") and kind is not Refusal:
            yield kind.__module__, kind.code


def settings() -> Iterator[str]:
    """README tells of every setting."""
    readme = (ROOT / "README.md").read_text("utf-8")
    for name in Settings.__dataclass_fields__:
        if f"`{variable(name)}`" not in readme:
            yield f"README.md does not tell of {variable(name)}"


def client_walls() -> Iterator[str]:
    """The client's folders import downwards only; Cornerstone, WebRTC and pdf.js stay in theirs."""
    source = ROOT / "web" / "src"
    rank = {name: place for place, names in enumerate(CLIENT_LAYERS) for name in names}
    for path in sorted([*source.rglob("*.ts"), *source.rglob("*.tsx")]):
        here = path.relative_to(source).parts[0]
        text = path.read_text("utf-8")
        for target in re.findall(r"(?:from|import) \"(\.[^\"]+)\"", text):
            place = (path.parent / target).resolve()
            if not place.is_relative_to(source):
                continue  # the catalogues, which belong to nobody's layer
            there = place.relative_to(source).parts[0]
            if here != there and rank.get(there, -1) <= rank[here]:
                yield f"{path.relative_to(ROOT)} ({here}) must not import {target} ({there})"
        for engine, folder in PURE_OF_ENGINES.items():
            if engine in text and here not in {folder, "wire"}:
                yield f"{path.relative_to(ROOT)} must leave {engine} to {folder}/"


def lock_files() -> Iterator[str]:
    """No lock file names the host that it was filled from."""
    if '"resolved"' in (ROOT / "web" / "package-lock.json").read_text("utf-8"):
        yield "web/package-lock.json names a host: npm with omit-lockfile-registry-resolved"
    for path in (ROOT / "requirements").glob("*.txt"):
        if re.search(r"https?://", path.read_text("utf-8")):
            yield f"{path.relative_to(ROOT)} names a host"


if __name__ == "__main__":
    sys.exit(main())
