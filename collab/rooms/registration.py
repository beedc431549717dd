"""Frames of reference that a person in the room lays upon each other, by a shift; what the program thinks is none."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

# The bounds of `view`.
_Mm = Annotated[float, msgspec.Meta(ge=-1e5, le=1e5)]
_Uid = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]

# Two points that are one place of the patient; or two slices: then where within them a point lies nobody has said.
How = Literal["points", "slices"]


class Registration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """p_to = p_from + `by_mm`, in patient millimetres. Of `slices`, `by_mm` runs along their normal."""

    from_frame_of_reference_uid: _Uid
    to_frame_of_reference_uid: _Uid
    by_mm: tuple[_Mm, _Mm, _Mm]
    how: How

    def __post_init__(self) -> None:
        # ValueError is what msgspec turns into its refusal of the message.
        if self.from_frame_of_reference_uid == self.to_frame_of_reference_uid:
            raise ValueError("to_frame_of_reference_uid: a frame of reference lies upon itself as it is")

    @property
    def pair(self) -> frozenset[str]:
        """The two, whichever way it runs."""
        return frozenset((self.from_frame_of_reference_uid, self.to_frame_of_reference_uid))


class StandingRegistration(msgspec.Struct, frozen=True):
    """One that stands in the room, who laid it and when; `version` is the `seq` of the fact."""

    version: int
    author: str
    at_ms: int
    registration: Registration


def between(standing: tuple[StandingRegistration, ...], pair: frozenset[str]) -> StandingRegistration | None:
    """The one between two frames of reference: there is no second."""
    return next((one for one in standing if one.registration.pair == pair), None)
