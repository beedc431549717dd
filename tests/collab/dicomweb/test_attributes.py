"""Attributes are named and written as PS3.6 and PS3.18 F say."""

from __future__ import annotations

from pydicom.datadict import dictionary_VR, tag_for_keyword

from collab.dicomweb.attributes import ATTRIBUTES, attribute_named, element


def test_tags_and_representations_are_those_of_the_dictionary() -> None:
    for each in ATTRIBUTES:
        tag = tag_for_keyword(each.keyword)
        assert tag is not None
        assert (each.tag, each.vr) == (f"{tag:08X}", dictionary_VR(tag))


def test_an_attribute_is_known_by_keyword_and_by_tag_of_either_case() -> None:
    names = ("SeriesDescription", "0008103E", "0008103e")
    assert {attribute_named(name) for name in names} == {attribute_named("SeriesDescription")}
    assert attribute_named("seriesdescription") is None


def test_values_are_written_as_their_kind_asks() -> None:
    assert element("PN", ["A^B=山"]) == {"vr": "PN", "Value": [{"Alphabetic": "A^B", "Ideographic": "山"}]}
    assert element("IS", [2]) == {"vr": "IS", "Value": [2]}
    assert element("LO", []) == {"vr": "LO"}
