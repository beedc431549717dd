"""Files that a process read last, kept open, and their frames decoded: whoever asked once is likely to ask again."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from dicom_render.decoding import FrameSource, Stored
from dicom_render.opening import open_dataset

T = TypeVar("T")
# Beside what preparing a series takes of a worker's 1 GiB.
KEPT_BYTES = 64 << 20


class Kept(Generic[T]):
    """Values by key, those not asked for longest dropped; what is too large for all of them is not kept at all."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._held_bytes = 0
        self._values: OrderedDict[object, tuple[T, int]] = OrderedDict()

    def get(self, key: object, make: Callable[[], tuple[T, int]]) -> T:
        """The value of `key`; `make` gives it and how many bytes it holds."""
        if key in self._values:
            self._values.move_to_end(key)
            return self._values[key][0]
        value, size = make()
        if size <= self._most_bytes:
            self._values[key] = value, size
            self._held_bytes += size
        while self._held_bytes > self._most_bytes:
            self._held_bytes -= self._values.popitem(last=False)[1][1]
        return value


class Opened:
    """Sources of frames by the name of their content: the name must change when the content does."""

    def __init__(self, most_bytes: int = KEPT_BYTES) -> None:
        self._sources: Kept[FrameSource] = Kept(most_bytes // 2)
        self._frames: Kept[Stored] = Kept(most_bytes // 2)

    def source(self, name: str, read: Callable[[], bytes]) -> FrameSource:
        """The file of that name, read by `read` if it is not open. Raises `Unreadable`, also by `read`."""

        def make() -> tuple[FrameSource, int]:
            data = read()
            source = FrameSource(open_dataset(data))
            return source, len(data) + source.held_bytes

        return self._sources.get(name, make)

    def frame(self, name: str, frame: int, decode: Callable[[], Stored]) -> Stored:
        """A frame of it, not to be changed; `decode` makes it if it is not kept."""

        def make() -> tuple[Stored, int]:
            decoded = decode()
            decoded.flags.writeable = False
            return decoded, decoded.nbytes

        return self._frames.get((name, frame), make)
