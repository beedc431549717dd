"""Where an attribute of a frame stands: in its per-frame group, the shared group, or the dataset itself."""

from pydicom.dataset import Dataset

from dicom_render.attributes import first_item_of, items_of

# PS3.3 C.7.6.16.1.1: a functional group stands either in the shared or in the per-frame sequence, never in both;
# a classic object has neither, and keeps the same attributes at its top level.


class FrameGroups:
    """The functional groups of one object, parsed once; `of(frame, macro)` is 0-based."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._shared = first_item_of(dataset, "SharedFunctionalGroupsSequence")
        self._per_frame = items_of(dataset, "PerFrameFunctionalGroupsSequence")
        self.is_enhanced = bool(self._per_frame) or self._shared is not None

    def of(self, frame: int, macro: str) -> Dataset:
        """The item that carries the attributes of `macro` (e.g. PlanePositionSequence) for this frame."""
        if not self.is_enhanced:
            return self._dataset
        own = self._per_frame[frame] if frame < len(self._per_frame) else None
        for group in (own, self._shared):
            if group is not None and (item := first_item_of(group, macro)) is not None:
                return item
        # Some converters leave e.g. WindowCenter at the top level of an enhanced object.
        return self._dataset
