"""A refusal is a code and facts."""

from __future__ import annotations

from collab.kit.refusals import BadInput, NotFound


def test_a_refusal_has_its_kinds_code_unless_it_is_given_one() -> None:
    assert NotFound().code == "not_found"
    refusal = BadInput("weak_password", field="new")
    assert (refusal.code, refusal.status, dict(refusal.facts)) == ("weak_password", 422, {"field": "new"})
