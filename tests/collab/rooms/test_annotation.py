"""Drawings as they come in: what each kind is made of."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from collab.rooms.annotation import POINTS, AnnotationKind, Drawing
from tests.collab.rooms import make


def test_r37_every_kind_says_how_many_points_it_has() -> None:
    assert set(POINTS) == set(get_args(AnnotationKind))


@pytest.mark.parametrize("kind", POINTS)
@pytest.mark.parametrize("more", [-1, 0, 1])
def test_r37_a_shape_has_the_points_of_its_kind(kind: AnnotationKind, more: int) -> None:
    plain = msgspec.to_builtins(make.length()) | {"kind": kind, "points": [[0.0, 0.0, 0.0]] * (POINTS[kind] + more)}
    if more == 0:
        assert len(msgspec.convert(plain, Drawing).points) == POINTS[kind]
    else:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(plain, Drawing)


@pytest.mark.parametrize("half", ["sop_instance_uid", "frame"])
def test_r37_an_image_has_both_its_names_or_none(half: str) -> None:
    plain = msgspec.to_builtins(make.length())
    assert msgspec.convert(plain | {"sop_instance_uid": None, "frame": None}, Drawing).frame is None
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(plain | {half: None}, Drawing)


def test_r37_a_drawing_of_before_words_could_be_moved_is_read() -> None:
    plain = msgspec.to_builtins(make.length())
    del plain["text_point"]
    assert msgspec.convert(plain, Drawing) == make.length()
