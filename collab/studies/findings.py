"""What became of one file when it was looked at: a header, a known instance, or the reason why it is set aside."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from collab.studies import store
from collab.studies.archives import BadEntry
from collab.studies.blobs import Staged
from collab.studies.sources import Candidate, Left
from dicom_render.headers import InstanceHeader
from dicom_render.refusal import Refusal as RenderRefusal
from dicom_render.workers import WorkersBusy


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What became of one file when it was read: a header, or the code and facts of why not."""

    name: str
    size: int
    sha256: str | None
    header: InstanceHeader | None = None
    known: store.Known | None = None
    code: str | None = None
    facts: dict[str, Any] = field(default_factory=dict[str, Any])  # Any: JSON of the refusal's own facts


def finding_of_left(left: Left) -> Finding:
    return Finding(name=left.name, size=left.size, sha256=None, code=left.refusal.code, facts=dict(left.refusal.facts))


def finding_of(
    candidate: Candidate, copy: Staged | BadEntry, known: dict[str, store.Known], read: Future[InstanceHeader] | None
) -> Finding:
    """What one file turned out to be, once its reading (if it was read) is over."""
    if isinstance(copy, BadEntry):
        return Finding(name=candidate.name, size=candidate.size, sha256=None, code=copy.code, facts=dict(copy.facts))
    if read is None:
        return Finding(name=candidate.name, size=copy.size, sha256=copy.sha256, known=known[copy.sha256])
    try:
        return Finding(name=candidate.name, size=copy.size, sha256=copy.sha256, header=read.result())
    except WorkersBusy:
        raise  # Says nothing about the file.
    except RenderRefusal as refusal:
        return Finding(
            name=candidate.name, size=copy.size, sha256=copy.sha256, code=refusal.code, facts=dict(refusal.facts)
        )
