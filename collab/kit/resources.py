"""Where the pages' files lie: beside the packages in a checkout, inside the distribution when installed."""

from __future__ import annotations

from pathlib import Path

_INSTALLED = Path(__file__).parent.parent / "_web"
WEB = _INSTALLED if _INSTALLED.is_dir() else Path(__file__).parents[2] / "web"

TEMPLATES = WEB / "templates"
LOCALES = WEB / "locales"
STATIC = WEB / "static"
DIST = WEB / "dist"
