"""What templates may use: dates as people of the language write them, and built client files."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from collab.kit import pages
from collab.kit.settings import Settings

SUMMER = datetime(2026, 7, 24, 2, 10, tzinfo=UTC)


def test_an_instant_is_shown_in_the_sites_time_zone() -> None:
    paris, cayenne = pages.Pages(Settings()), pages.Pages(Settings(time_zone="America/Cayenne"))
    assert paris.moment(SUMMER, "fr") == "24/07/2026 04:10"
    assert cayenne.moment(SUMMER, "en") == "23 Jul 2026 23:10"
    assert paris.moment(None, "fr") == ""


@pytest.mark.parametrize(
    ("on", "shown"),
    [("19440312", "12/03/1944"), (date(1944, 3, 12), "12/03/1944"), ("1944", "1944"), (None, "")],
)
def test_a_day_is_shown_whole_or_as_it_came(on: object, shown: str) -> None:
    assert pages.format_day(on, "fr") == shown


def test_an_asset_is_found_in_the_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite" / "manifest.json").write_text(json.dumps({"src/a.ts": {"file": "assets/a-123.js"}}))
    monkeypatch.setattr(pages, "DIST", tmp_path)
    assert pages.asset("src/a.ts") == "/static/dist/assets/a-123.js"


def test_what_an_asset_needs_is_named_once_and_without_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = {
        "_shared.js": {"file": "assets/shared-1.js"},
        "src/a.ts": {
            "file": "assets/a-1.js",
            "imports": ["_shared.js"],
            "dynamicImports": ["src/late.ts"],
            "assets": ["assets/codec-1.wasm"],
        },
        "src/late.ts": {"file": "assets/late-1.js", "imports": ["src/a.ts", "_shared.js"]},
        "src/other.ts": {"file": "assets/other-1.js"},
    }
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite" / "manifest.json").write_text(json.dumps(built))
    monkeypatch.setattr(pages, "DIST", tmp_path)
    names = ("codec-1.wasm", "shared-1.js", "late-1.js")
    assert pages.asset_needs("src/a.ts") == [f"/static/dist/assets/{name}" for name in names]
    assert pages.asset_needs("src/other.ts") == []


def test_what_a_page_will_not_ask_for_is_left_out_with_what_only_that_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = {
        "src/a.ts": {"file": "assets/a-1.js", "dynamicImports": ["_late.js", "src/next.ts"]},
        "_late.js": {"file": "assets/late-1.js", "name": "late", "assets": ["assets/codec-1.wasm"]},
        "src/next.ts": {"file": "assets/next-1.js", "name": "next", "imports": ["_late.js"]},
    }
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite" / "manifest.json").write_text(json.dumps(built))
    monkeypatch.setattr(pages, "DIST", tmp_path)
    assert pages.asset_needs("src/a.ts", without=["late"]) == ["/static/dist/assets/next-1.js"]


def test_a_misspelt_name_in_a_template_is_an_error() -> None:
    template = pages.Pages(Settings())._environment.from_string("{{ patiennt }}")  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(UndefinedError):
        template.render()
