"""Static files: compressed for browsers that read it, kept only where the name carries the content."""

from __future__ import annotations

import gzip
from pathlib import Path

import httpx
import pytest

from collab.kit.static import BuiltFiles


@pytest.fixture
def browser(tmp_path: Path) -> httpx.AsyncClient:
    assets = tmp_path / "assets"
    assets.mkdir()
    (assets / "app-1.js").write_text("let plain = 1")
    (assets / "app-1.js.gz").write_bytes(gzip.compress(b"let packed = 1"))
    (tmp_path / "consilium.css").write_text("body{}")
    return httpx.AsyncClient(transport=httpx.ASGITransport(BuiltFiles(directory=tmp_path)), base_url="http://test")


async def test_a_browser_that_reads_gzip_gets_it_as_javascript(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/assets/app-1.js", headers={"accept-encoding": "gzip"})
    assert answer.text == "let packed = 1"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["content-encoding"] == "gzip"


async def test_another_gets_the_plain_file(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/assets/app-1.js", headers={"accept-encoding": "identity"})
    assert answer.text == "let plain = 1"


async def test_only_names_with_a_hash_are_kept_for_ever(browser: httpx.AsyncClient) -> None:
    assert "immutable" in (await browser.get("/assets/app-1.js")).headers["cache-control"]
    assert (await browser.get("/consilium.css")).headers["cache-control"] == "no-cache"
