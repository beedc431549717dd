"""The HTJ2K decoder, made to say when it failed; knows nothing of DICOM."""

import sys
import threading
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from dicom_render.refusal import Unreadable

END_OF_CODESTREAM = b"\xff\xd9"

# imagecodecs 2026.3.6 calls OpenJPH in a function that cannot raise: on a damaged codestream the error goes to
# sys.unraisablehook and a half-filled array comes back as if nothing had happened. The hook runs in the thread that
# failed, so that thread can ask afterwards.
_SOURCE = "imagecodecs._htj2k"
_thread = threading.local()
_usual_hook = sys.unraisablehook


def _note(unraisable: Any) -> None:  # Any: sys.UnraisableHookArgs exists for type checkers only
    source = unraisable.object
    if isinstance(source, str) and source.startswith(_SOURCE):
        _thread.failure = str(unraisable.exc_value)
    elif getattr(_thread, "is_passing_on", False):
        # The usual hook calls this one in its turn.
        sys.__unraisablehook__(unraisable)
    else:
        _thread.is_passing_on = True
        try:
            _usual_hook(unraisable)
        finally:
            _thread.is_passing_on = False


def _listen() -> None:
    """Whoever set the hook since (a test runner, a crash reporter) keeps it for all that is not ours."""
    global _usual_hook
    if sys.unraisablehook is not _note:
        _usual_hook, sys.unraisablehook = sys.unraisablehook, _note


def decode_htj2k(data: bytes, *, skip_levels: int = 0) -> NDArray[np.generic]:
    """A codestream to samples; a prefix that ends after a resolution decodes to that one with its levels skipped.

    Raises `Unreadable` decoding_failed.
    """
    _listen()
    _thread.failure = None
    is_prefix = not data.endswith(END_OF_CODESTREAM)
    try:
        samples = imagecodecs.htj2k_decode(data, skipres=skip_levels, resilient=is_prefix)
    except imagecodecs.Htj2kError as error:
        raise Unreadable("decoding_failed", {"error": "Htj2kError", "text": str(error)[:200]}) from None
    if _thread.failure is not None:
        raise Unreadable("decoding_failed", {"error": "OpenJPH", "text": _thread.failure[:200]})
    return samples
