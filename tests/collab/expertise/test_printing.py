"""Key images that cannot be drawn: the document says so, and the server lives on."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from pypdf import PdfReader

from collab.conclusions.service import Documents
from collab.expertise import concluding
from collab.expertise.concluding import Underway
from collab.expertise.printing import KeyImagesBusy, Printer, print_images
from dicom_render.drawers import Drawers
from tests.collab.expertise.make import World
from tests.collab.expertise.test_concluding import (
    images_in,
    nothing_is_signed,
    only_key_view,
    prepared_file,
    with_key_views,
)


def test_a_damaged_image_is_left_out_and_said_so(world: World, tmp_path: Path) -> None:
    request_id = with_key_views(world, tmp_path)
    prepared_file(world, "stack-0.frames").write_bytes(b"\xff\x4f\xff\x51" + os.urandom(400))
    receipt = world.sign(request_id, world.wish(request_id))
    document = world.server.site.part(Documents).read(receipt.document_sha256)
    assert only_key_view(world, request_id).image_sha256 == ""
    assert images_in(document) == []
    assert "Image non imprimée" in " ".join(page.extract_text() for page in PdfReader(io.BytesIO(document)).pages)


def test_an_image_that_kills_whoever_draws_it_is_left_out(world: World, tmp_path: Path) -> None:
    """Without memory a process does not live to draw: what a file that asks for too much does to one."""
    request_id = with_key_views(world, tmp_path)
    started = world.start(request_id, world.wish(request_id))
    assert isinstance(started, Underway)
    drawers = Drawers(1, memory_bytes=1)
    assert print_images(Printer(drawers=drawers, read=lambda _: None), started.images, who="test") == (None,)
    drawers.close()


def test_a_server_that_ends_signs_nothing(world: World, tmp_path: Path) -> None:
    request_id = with_key_views(world, tmp_path)
    started = world.start(request_id, world.wish(request_id))
    assert isinstance(started, Underway)
    world.close()
    with pytest.raises(KeyImagesBusy):
        concluding.proceed(started, world.desk, who="test")
    nothing_is_signed(world, request_id)
