"""HTML pages from Jinja2 templates, with what each of them may use: `t`, `asset`, dates; no database."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from collab.kit.caller import Caller
from collab.kit.i18n import Language, translate
from collab.kit.resources import DIST, TEMPLATES
from collab.kit.settings import Settings


class Pages:
    """The template environment of one server."""

    def __init__(self, settings: Settings) -> None:
        self._zone = ZoneInfo(settings.time_zone)
        self._settings = settings
        # StrictUndefined: a misspelt name is an error in the test, not a blank on a doctor's screen.
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(
        self,
        template: str,
        *,
        language: Language,
        caller: Caller | None,
        request: Request,
        status: int,
        values: Mapping[str, object],
    ) -> Response:
        def t(key: str, /, **blanks: object) -> str:
            return translate(language, key, **blanks)

        html = self._environment.get_template(template).render(
            t=t,
            language=language,
            caller=caller,
            path=request.url.path,
            demo=self._settings.demo,
            asset=asset,
            asset_needs=asset_needs,
            moment=lambda at: self.moment(at, language),  # pyright: ignore[reportUnknownLambdaType]
            day=lambda on: format_day(on, language),  # pyright: ignore[reportUnknownLambdaType]
            **values,
        )
        return HTMLResponse(html, status)

    def moment(self, at: datetime | None, language: Language) -> str:
        """An instant in the site's time zone, such as `24/11/2026 02:10`; empty for none."""
        if at is None:
            return ""
        local = at.astimezone(self._zone)
        return local.strftime("%d/%m/%Y %H:%M" if language == "fr" else "%d %b %Y %H:%M")


def format_day(on: Any, language: Language) -> str:  # Any: a date, or a DICOM DA such as 20261124, or None
    """A date as people of the language write it; a value that is no whole date is shown as it came."""
    text = on.strftime("%Y%m%d") if hasattr(on, "strftime") else str(on or "")
    if len(text) != 8 or not text.isdigit():
        return text
    year, month, day = text[:4], text[4:6], text[6:]
    return f"{day}/{month}/{year}" if language == "fr" else f"{year}-{month}-{day}"


def asset(entry: str) -> str:
    """URL of a built client file, from the manifest that Vite writes."""
    return _url(_built()[entry]["file"])


def asset_needs(entry: str, without: Sequence[str] = ()) -> Sequence[str]:
    """URLs of what a built client file goes on to ask for, so that a page can ask at once: scripts, workers, codecs.

    `without`: names of built files that this page will not ask for.
    """
    built, found, names = _built(), dict[str, None](), [entry]
    seen = {entry, *(key for key, each in built.items() if each.get("name") in without)}
    while names:
        each = built[names.pop(0)]
        found |= dict.fromkeys([each["file"], *each.get("assets", ())])
        following = [name for name in (*each.get("imports", ()), *each.get("dynamicImports", ())) if name not in seen]
        names += following
        seen.update(following)
    return [_url(file) for file in found if file != built[entry]["file"]]


def _url(file: str) -> str:
    return f"/static/dist/{file}"


def _built() -> dict[str, dict[str, Any]]:  # Any: JSON
    manifest = DIST / ".vite" / "manifest.json"
    return _manifest(manifest, manifest.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _manifest(path: Path, written_ns: int) -> dict[str, dict[str, Any]]:  # a new build is a new manifest
    return json.loads(path.read_text("utf-8"))
