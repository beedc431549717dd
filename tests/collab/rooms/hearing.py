"""What a page makes of frames before it acts on them: each message by itself, pointers with their image (R48)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from msgspec.structs import replace

from collab.rooms.protocol import FromRoom, Movements, PointerMoved, PointerSlid


@dataclass
class Hearing:
    """One connection's; a new one knows no image."""

    images: dict[str, PointerMoved] = field(default_factory=dict[str, PointerMoved])

    def whole(self, message: FromRoom) -> Iterator[FromRoom]:
        """The messages in a frame, each as if it had been sent whole; a pointer on an unknown image is left out."""
        match message:
            case Movements(moved):
                for one in moved:
                    yield from self.whole(one)
            case PointerMoved(actor=actor, pointer=pointer):
                if pointer is not None:
                    self.images[actor] = message
                yield message
            case PointerSlid(frame, actor, image_n, point_world_mm):
                named = self.images.get(actor)
                if named is not None and named.image_n == image_n and named.pointer is not None:
                    pointer = replace(named.pointer, point_world_mm=point_world_mm)
                    yield PointerMoved(frame, actor, frame, pointer, image_n)
            case _:
                yield message
