"""The moments that a PET image's decay is counted between, with the traps of its time attributes; no physics."""

import re
from datetime import datetime, timedelta

from pydicom.dataset import Dataset

from dicom_render.attributes import text_of, value_of

# PS3.5 6.2: DA, TM and DT may stop early, from the right.
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)?(\d\d)?(?:\.(\d{1,6}))?(?:([+-])(\d\d)(\d\d))?\Z")
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)\Z")
_GE = "GEMS_PETD_01"
_GE_SCAN_DATE_TIME = 0x0D
_DAY = timedelta(days=1)


def acquired_at(dataset: Dataset) -> str | None:
    """Acquisition Date and Time of an image as DICOM writes a DT: text that sorts like the moments."""
    return _joined(dataset, "Acquisition")


def elapsed_seconds(dataset: Dataset, injection: Dataset, earliest_acquisition: str | None) -> float | str:
    """From the injection to the start of the scan, or the code of the reason why that is not known."""
    scanned = _scan_start(dataset, earliest_acquisition)
    if isinstance(scanned, str):
        return scanned
    injected = _injected(dataset, injection, scanned)
    if injected is None:
        return "no_injection_time"
    waited_s = (scanned - injected).total_seconds()
    return "injected_after_scan" if waited_s < 0 else waited_s


def _scan_start(dataset: Dataset, earliest_acquisition: str | None) -> datetime | str:
    """PS3.3 C.8.9.1: START is Series Date and Time; one after the acquisition was written by post-processing."""
    series, acquired = moment_of(_joined(dataset, "Series")), moment_of(acquired_at(dataset))
    earliest = moment_of(earliest_acquisition)
    known = [moment for moment in (acquired, earliest) if moment is not None]
    if series is None or not known:
        return "no_scan_time"
    if series <= min(known):
        return series
    return _ge_scan_start(dataset) or earliest or "scan_start_unknown"


def _ge_scan_start(dataset: Dataset) -> datetime | None:
    try:
        held = dataset.private_block(0x0009, _GE)[_GE_SCAN_DATE_TIME].value
    except KeyError:
        return None
    return moment_of(held.decode("ascii", "replace").strip(" \0") if isinstance(held, bytes) else str(held))


def _injected(dataset: Dataset, injection: Dataset, scanned: datetime) -> datetime | None:
    whole = text_of(injection, "RadiopharmaceuticalStartDateTime")
    if whole:
        return _in_local_time(whole, text_of(dataset, "TimezoneOffsetFromUTC"))
    # Radiopharmaceutical Start Time has no date: the last such time before the scan, be it before midnight.
    time = _text(injection, "RadiopharmaceuticalStartTime")
    moment = moment_of(f"{scanned:%Y%m%d}{time}") if time else None
    return moment - _DAY if moment is not None and moment > scanned else moment


def _in_local_time(whole: str, local: str) -> datetime | None:
    """A DT may carry its own offset from UTC; the other times then stand in Timezone Offset From UTC, if it is told."""
    moment, own, other = moment_of(whole), offset_of(whole[-5:]), offset_of(local)
    return moment if moment is None or own is None or other is None else moment - own + other


def offset_of(text: str) -> timedelta | None:
    found = _OFFSET.match(text)
    if found is None:
        return None
    away = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return -away if found[1] == "-" else away


def _joined(dataset: Dataset, of: str) -> str | None:
    date, time = _text(dataset, f"{of}Date"), _text(dataset, f"{of}Time")
    return f"{date}{time}" if date and time else None


def _text(dataset: Dataset, keyword: str) -> str:
    # Old writers put colons and points into times and dates (ACR-NEMA).
    text = str(value_of(dataset, keyword) or "").strip().replace(":", "")
    return text.replace(".", "") if keyword.endswith("Date") else text


def moment_of(text: str | None) -> datetime | None:
    found = _MOMENT.match(text or "")
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        # Local to the scanner by intention: only differences are used.
        start = datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001
    except ValueError:
        return None
    return start + timedelta(microseconds=int((found[7] or "0").ljust(6, "0")))
