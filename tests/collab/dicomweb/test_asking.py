"""What a worker refuses is told as a status of HTTP."""

from __future__ import annotations

import pytest

from collab.dicomweb.asking import acceptable, worked
from collab.dicomweb.refusals import Busy, NotAcceptable, NotDrawable
from collab.kit.refusals import NotFound, Refusal
from dicom_render.refusal import Refusal as RenderRefusal
from dicom_render.refusal import Unreadable
from dicom_render.workers import WorkerDied, WorkersBusy


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (Unreadable("no_such_frame"), NotFound),
        (Unreadable("no_such_value"), NotFound),
        (Unreadable("unsupported_pixels"), NotDrawable),
        (WorkerDied("timeout"), NotDrawable),
        (WorkersBusy("busy"), Busy),
    ],
)
def test_a_workers_refusal_has_its_status(raised: RenderRefusal, kind: type[Refusal]) -> None:
    def work() -> None:
        raise raised

    with pytest.raises(kind):
        worked(work)


def test_nothing_that_would_do_is_refused() -> None:
    assert acceptable("x") == "x"
    with pytest.raises(NotAcceptable):
        acceptable(None)
