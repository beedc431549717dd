"""A damaged codestream is an error, never half a picture."""

import sys

import numpy as np
import pytest

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
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    data = encode_htj2k(make.noise(128, 128)).data
    with pytest.raises(Unreadable):
        decode_htj2k(data[:2000] + data[6000:])


def test_what_is_no_codestream_is_refused() -> None:
    with pytest.raises(Unreadable):
        decode_htj2k(b"no codestream")
