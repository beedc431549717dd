"""Writes one synthetic study into a folder; made to run in a worker process, beside others."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from dicom_render.phantom import generate_studies


def study_keys(today: str) -> list[str]:
    """Keys of the synthetic studies, in the order in which they are drawn."""
    return [study.key for study in generate_studies(date.fromisoformat(today))]


def write_study(key: str, today: str, folder: str, progress: Callable[[int, int], None] | None = None) -> int:
    """Draw the study of a key, as of the day `today` (ISO 8601), below `folder`; the number of files written."""
    study = next(study for study in generate_studies(date.fromisoformat(today)) if study.key == key)
    written = 0
    for name, content in study.instances:
        file = Path(folder, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        written += 1
        if progress:
            progress(written, 0)
    return written
