"""Key images printed by the processes that draw, in no transaction: nobody waits for them but the signer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from collab.conclusions.document import KeyImage, sha256_hex
from collab.expertise.picturing import AskedImage, Pictured
from collab.kit.refusals import Refusal
from collab.studies.objects import Layer
from dicom_render.drawers import AskedPrint, Drawers, DrawersClosed
from dicom_render.drawing_queue import QueueFull
from dicom_render.printing import Laid, Over, Printed
from dicom_render.refusal import Refusal as RenderRefusal
from dicom_render.worker_process import WorkerDied

QUALITY = 92
# A hundred key views of volumes that are decoded already take half of it; whoever waits longer had better sign again.
WAIT_S = 120.0
# Ended from outside, as when the machine runs out of memory: the same picture may well be drawn now.
_ENDED = {"killed", "exited"}


class KeyImagesBusy(Refusal):
    """The key images could not be drawn in time; nothing is signed, and signing again will do."""

    code = "key_images_busy"
    status = 503


@dataclass(frozen=True, kw_only=True)
class Printer:
    """What draws key images, and what reads the objects over them (by the hash of their file)."""

    drawers: Drawers
    read: Callable[[str], Layer | None]


def print_images(printer: Printer, asked: Sequence[AskedImage | None], *, who: str) -> tuple[Pictured | None, ...]:
    """A picture for each, None for what cannot be drawn: the document then says so. Raises `KeyImagesBusy`."""
    press = _Press(printer, who, time.monotonic() + WAIT_S)
    return tuple(press.print(each) if each else None for each in asked)


class _Press:
    """One conclusion's pictures, one after the other; each object is read once, and no stack kills twice."""

    def __init__(self, printer: Printer, who: str, deadline_s: float) -> None:
        self._printer, self._who, self._deadline_s = printer, who, deadline_s
        self._layers: dict[str, Layer | None] = {}
        self._deadly: set[tuple[Path, int]] = set()

    def print(self, asked: AskedImage) -> Pictured | None:
        contents = {
            each.laid.sop_instance_uid: content
            for each in asked.objects
            if (content := self._layer(each.sha256)) is not None
        }
        laid = [each.laid for each in asked.objects if each.laid.sop_instance_uid in contents]
        over = Over(
            frame_of_reference_uid=asked.frame_of_reference_uid,
            objects=tuple(Laid(contents[each.sop_instance_uid], each.hidden, each.opacity) for each in laid),
            strokes=asked.ink.strokes,
        )
        printed = self._printed(asked, over)
        if printed is None:
            return None
        shown = (uid.sop_instance_uid for uid, is_laid in zip(laid, printed.is_laid, strict=True) if is_laid)
        titles: Mapping[str, str] = {uid: contents[uid].title for uid in shown}
        image = KeyImage(printed.jpeg, sha256_hex(printed.jpeg), is_resampled=printed.is_resampled)
        return Pictured(image, titles, asked.ink.authors)

    def _layer(self, sha256: str | None) -> Layer | None:
        if sha256 is None:
            return None
        if sha256 not in self._layers:
            self._layers[sha256] = self._printer.read(sha256)
        return self._layers[sha256]

    def _printed(self, asked: AskedImage, over: Over) -> Printed | None:
        stack = (asked.folder, asked.stack)
        for _ in range(2):
            if stack in self._deadly:
                return None
            try:
                return self._wait(self._ask(asked, over))
            except WorkerDied as death:
                if death.code not in _ENDED:
                    self._deadly.add(stack)
            except RenderRefusal:
                return None
        self._deadly.add(stack)
        return None

    def _ask(self, asked: AskedImage, over: Over) -> Future[Printed]:
        try:
            return self._printer.drawers.ask_print(
                AskedPrint(
                    folder=str(asked.folder),
                    stack=asked.stack,
                    view=asked.plane,
                    over=over,
                    size=asked.size,
                    quality=QUALITY,
                    who=self._who,
                )
            )
        except (QueueFull, DrawersClosed) as refusal:
            raise KeyImagesBusy from refusal

    def _wait(self, printed: Future[Printed]) -> Printed:
        try:
            return printed.result(timeout=max(0.0, self._deadline_s - time.monotonic()))
        except (TimeoutError, DrawersClosed) as late:
            printed.cancel()
            raise KeyImagesBusy from late
