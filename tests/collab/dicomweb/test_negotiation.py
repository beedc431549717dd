"""Accept headers are read as RFC 9110 says, and answered in the order that the client prefers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab.dicomweb.negotiation import EXPLICIT_LE, HTJ2K_RPCL, Offer, choose, ranges_of, takes_json

PLAIN = Offer(media="application/octet-stream", transfer_syntax=EXPLICIT_LE)
STORED = Offer(media="image/jls", transfer_syntax="1.2.840.10008.1.2.4.80", is_stored=True)
PREPARED = Offer(media="image/jphc", transfer_syntax=HTJ2K_RPCL)
OFFERS = [PLAIN, STORED, PREPARED]


@pytest.mark.parametrize(
    ("accept", "given", "is_multipart"),
    [
        ("", PLAIN, True),
        ("image/jls", STORED, False),
        ("image/jphc;q=0.1, image/jls;q=0.9", STORED, False),
        ('multipart/related; type="image/*"', STORED, True),
        ('multipart/related; type="*/*"; transfer-syntax=*', STORED, True),
        (f'multipart/related; type="image/jphc"; transfer-syntax="{HTJ2K_RPCL}"', PREPARED, True),
        ("application/octet-stream;q=0, image/jphc", PREPARED, False),
    ],
)
def test_the_best_that_both_know_is_given(accept: str, given: Offer, is_multipart: bool) -> None:
    found = choose(accept, OFFERS, single=True)
    assert found is not None
    assert (found.offer, found.is_multipart) == (given, is_multipart)


def test_several_things_never_come_without_parts() -> None:
    assert choose("image/jls", OFFERS, single=False) is None


@given(st.text(max_size=60))
def test_any_header_can_be_read(accept: str) -> None:
    ranges_of(accept)
    takes_json(accept)


def test_json_is_known_by_its_names() -> None:
    assert all(takes_json(each) for each in ("", "*/*", "application/json", "text/html, application/dicom+json;q=0.1"))
    assert not takes_json("application/dicom+json;q=0")
