"""What is kept of a refusal's facts: nothing that could name a patient."""

from __future__ import annotations

from collab.studies.indexing import safe_facts


def test_numbers_and_attribute_names_are_kept_and_quoted_content_is_not() -> None:
    facts = {"attribute": "StudyInstanceUID", "value": "MARTIN^Paul", "text": "bad value MARTIN", "size": 12, "x": None}
    assert safe_facts(facts) == {"attribute": "StudyInstanceUID", "size": 12}
