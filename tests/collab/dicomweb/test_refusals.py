"""Refusals of the DICOMweb doors carry the statuses that PS3.18 8.5 gives them."""

from __future__ import annotations

from collab.dicomweb.refusals import BadRequest, NotAcceptable, NotDrawable


def test_the_statuses_are_those_of_the_standard() -> None:
    assert [kind.status for kind in (BadRequest, NotAcceptable, NotDrawable)] == [400, 406, 406]
