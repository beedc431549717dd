"""The stacks that a drawing process keeps decoded, within a bound; the one drawn longest ago goes first."""

from functools import partial
from pathlib import Path

from dicom_render.limits import MAX_VOLUME_BYTES
from dicom_render.prepared_stack import PreparedStack

_Key = tuple[str, int]


class KeptStacks:
    """Opened stacks by folder and number; not for several threads."""

    def __init__(self, most_bytes: int = MAX_VOLUME_BYTES) -> None:
        self._most_bytes = most_bytes
        self._stacks: dict[_Key, PreparedStack] = {}

    @property
    def kept_bytes(self) -> int:
        return sum(stack.kept_bytes for stack in self._stacks.values())

    def open(self, folder: str, stack: int) -> PreparedStack:
        """The stack, with what was decoded of it before. Raises `NoSuchPack`."""
        key = (folder, stack)
        found = self._stacks.pop(key, None)
        if found is None:
            found = PreparedStack(Path(folder), stack, make_room=partial(self._make_room, key))
        self._stacks[key] = found
        self._make_room(key, 0)
        return found

    def clear(self) -> None:
        self._stacks.clear()

    def _make_room(self, keep: _Key, wanted: int) -> None:
        for key in [each for each in self._stacks if each != keep]:
            if self.kept_bytes + wanted <= self._most_bytes:
                return
            del self._stacks[key]
