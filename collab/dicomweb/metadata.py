"""DICOM JSON of originals, made once in a worker and kept beside them; whatever lies there can be made again."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from collab.dicomweb.service import Original
from collab.dicomweb.work import describe
from collab.studies.importing import Intake

# Made in one order to a worker: 5 ms each, so that a long series neither waits in one go nor for 1,000 orders.
BATCH = 32
# As the document has it: a key cannot be forged by a value, whose quotation marks would be escaped.
_RELATIVE = b'"BulkDataURI":"/studies/'
# Raised when what is written changes: documents of an earlier form are not read again.
_FORM = "1"


class Metadata:
    """`<data>/dicomweb/<form>/ab/<sha256>.json`; the file names what its content was made from."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._root = intake.settings.data.absolute() / "dicomweb" / _FORM

    def documents(self, originals: Sequence[Original], *, root: str) -> Iterator[bytes]:
        """One JSON object for each, in order; addresses begin with `root`. Raises `Unreadable`, `WorkersBusy`..."""
        rest = iter(originals)
        while batch := list(islice(rest, BATCH)):
            kept = {each.sha256: self._kept(each.sha256) for each in batch}
            missing = [each for each in batch if kept[each.sha256] is None]
            for each, document in zip(missing, self._make(missing), strict=True):
                kept[each.sha256] = document
            for each in batch:
                document = kept[each.sha256]
                assert document is not None
                yield document.replace(_RELATIVE, f'"BulkDataURI":"{root}/studies/'.encode())

    def _make(self, missing: Sequence[Original]) -> list[bytes]:
        if not missing:
            return []
        paths = [str(self._intake.blobs.path_of(each.sha256)) for each in missing]
        made = self._intake.workers.run(describe, paths, [f"{each.path}/bulkdata" for each in missing])
        for each, document in zip(missing, made, strict=True):
            self._keep(each.sha256, document)
        return made

    def _path(self, sha256: str) -> Path:
        return self._root / sha256[:2] / f"{sha256}.json"

    def _kept(self, sha256: str) -> bytes | None:
        try:
            found = self._path(sha256).read_bytes()
        except FileNotFoundError:
            return None
        # A power cut can leave a name without bytes: nothing is synced here, for it can be made again.
        return found if found.endswith(b"}") else None

    def _keep(self, sha256: str, document: bytes) -> None:
        path = self._path(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        part.write_bytes(document)
        os.replace(part, path)
