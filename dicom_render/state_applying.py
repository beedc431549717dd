"""What a presentation state makes of an image it names: grey levels, then the turn of the picture (PS3.4 N.2)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dicom_render.grey import (
    Grey8,
    Real,
    Rescale,
    through_table,
    through_window,
    to_8_bits,
    to_modality,
)
from dicom_render.headers import Window
from dicom_render.lut import Lut
from dicom_render.presentation_state import PresentationState
from dicom_render.references import ImageReference


@dataclass(frozen=True, slots=True)
class StateGrey:
    """The steps of a state for one image; `voi` None: the state leaves the choice of a window to the screen."""

    modality: Rescale | Lut
    voi: Window | Lut | None
    presentation: Lut | None
    inverse: bool


def is_of(images: tuple[ImageReference, ...], sop_instance_uid: str, frame: int) -> bool:
    """Whether an image is among those named; a reference without frames names all of them."""
    return any(each.sop_instance_uid == sop_instance_uid and frame in (each.frames or (frame,)) for each in images)


def grey_of_state(state: PresentationState, sop_instance_uid: str, frame: int) -> StateGrey | None:
    """The steps for this image, counted from stored values; None where the state is of others."""
    if not is_of(state.images, sop_instance_uid, frame):
        return None

    def counts(images: tuple[ImageReference, ...]) -> bool:
        return not images or is_of(images, sop_instance_uid, frame)

    table = next((each.table for each in state.voi_tables if counts(each.images)), None)
    window = next((each.window for each in state.windows if counts(each.images)), None)
    own = Rescale(state.modality.slope, state.modality.intercept)
    return StateGrey(
        modality=state.modality_table.unpacked() if state.modality_table else own,
        voi=table.unpacked() if table else window,
        presentation=state.presentation_table.unpacked() if state.presentation_table else None,
        inverse=state.inverse,
    )


def state_levels(stored: NDArray[np.generic], grey: StateGrey, *, window: Window) -> Grey8:
    """Stored values to 8 bits; `window` is for a state that has none of its own."""
    return levels_of(to_modality(stored, grey.modality), grey, window=window)


def levels_of(modality: Real, grey: StateGrey, *, window: Window) -> Grey8:
    """The same from the state's own modality values on."""
    voi = grey.voi or window
    shown = through_table(modality, voi) if isinstance(voi, Lut) else through_window(modality, voi)
    if grey.presentation is not None:
        shown = _through_presentation(shown, grey.presentation)
    return to_8_bits(shown, invert=grey.inverse)


def _through_presentation(shown: Real, table: Lut) -> Real:
    """PS3.3 C.11.6: the VOI's whole range, here 0 to 255, is mapped onto the entries from the first to the last."""
    index = np.rint(shown * np.float32((len(table.entries) - 1) / 255)).astype(np.intp)
    return table.entries[index].astype(np.float32) * np.float32(255 / (2**table.bits - 1))


def turned(picture: NDArray[np.uint8], state: PresentationState) -> NDArray[np.uint8]:
    """PS3.3 C.10.6: clockwise by quarters, and then flipped from left to right."""
    quarters = np.rot90(picture, -(state.rotation_deg // 90))
    return quarters[:, ::-1] if state.flipped else quarters
