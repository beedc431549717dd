"""Refusals keep their code and facts, also across processes."""

import pickle

from dicom_render.refusal import NotAVolume, Refusal, Unreadable, refusal_of


def test_a_refusal_is_rebuilt_by_its_class_name() -> None:
    rebuilt = refusal_of("NotAVolume", "gantry_tilt", {"degrees": 18.5})
    assert (type(rebuilt), rebuilt.code, rebuilt.facts) == (NotAVolume, "gantry_tilt", {"degrees": 18.5})


def test_an_unknown_name_becomes_a_plain_refusal() -> None:
    assert type(refusal_of("SystemExit", "x", {})) is Refusal


def test_it_can_be_pickled() -> None:
    back = pickle.loads(pickle.dumps(Unreadable("truncated", {"found_bytes": 3})))
    assert back.code == "truncated"
