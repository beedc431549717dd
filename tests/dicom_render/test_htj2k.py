"""A damaged codestream is an error, never half a picture."""

import gc
import sys

import numpy as np
import pytest

from dicom_render import htj2k
from dicom_render.encoding import encode_htj2k
from dicom_render.htj2k import decode_htj2k
from dicom_render.refusal import Unreadable
from tests.dicom_render import make


def test_a_codestream_with_its_middle_gone_is_refused() -> None:
    data = encode_htj2k(make.noise(128, 128)).data
    with pytest.raises(Unreadable) as refused:
        decode_htj2k(data[:2000] + data[6000:])
    assert refused.value.code == "decoding_failed"


def test_a_failure_does_not_stick() -> None:
    values = make.noise(128, 128)
    data = encode_htj2k(values).data
    with pytest.raises(Unreadable):
        decode_htj2k(data[:2000] + data[6000:])
    np.testing.assert_array_equal(decode_htj2k(data), values)


def test_a_hook_that_somebody_sets_later_hides_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[object] = []
    monkeypatch.setattr(htj2k, "_usual_hook", sys.unraisablehook)
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: heard.append(unraisable.object))  # pyright: ignore[reportUnknownLambdaType]
    data = encode_htj2k(make.noise(128, 128)).data
    with pytest.raises(Unreadable):
        decode_htj2k(data[:2000] + data[6000:])
    assert heard == []
    fail_unseen()
    assert heard == [Failing.__del__]


def test_hooks_that_call_each_other_come_to_an_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = encode_htj2k(make.noise(128, 128)).data
    decode_htj2k(data)
    monkeypatch.setattr(htj2k, "_usual_hook", sys.unraisablehook)
    ours = sys.unraisablehook
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: ours(unraisable))  # pyright: ignore[reportUnknownLambdaType]
    decode_htj2k(data)
    fail_unseen()
    assert "of somebody else" in capsys.readouterr().err


class Failing:
    def __del__(self) -> None:
        raise ValueError("of somebody else")


def fail_unseen() -> None:
    """Python tells the hook of what a destructor raises."""
    Failing()
    gc.collect()


def test_what_is_no_codestream_is_refused() -> None:
    with pytest.raises(Unreadable):
        decode_htj2k(b"no codestream")
