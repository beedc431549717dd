"""Where an attribute of a frame stands, on objects built by hand after PS3.3 C.7.6.16."""

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from dicom_render.functional_groups import FrameGroups


def item(**attributes: object) -> Dataset:
    made = Dataset()
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def group(**macros: Dataset) -> Dataset:
    """One functional group: each macro is a sequence of one item (PS3.3 C.7.6.16.2)."""
    return item(**{keyword: Sequence([macro]) for keyword, macro in macros.items()})


def enhanced(shared: Dataset | None, *per_frame: Dataset, **attributes: object) -> FrameGroups:
    made = item(**attributes)
    if shared is not None:
        made.SharedFunctionalGroupsSequence = Sequence([shared])
    if per_frame:
        made.PerFrameFunctionalGroupsSequence = Sequence(list(per_frame))
    return FrameGroups(made)


def at(z_mm: float) -> Dataset:
    return group(PlanePositionSequence=item(ImagePositionPatient=[0, 0, z_mm]))


def test_each_frame_has_its_own_position_and_all_share_their_spacing() -> None:
    groups = enhanced(group(PixelMeasuresSequence=item(PixelSpacing=[0.5, 0.4])), at(0), at(2.5), at(5))
    assert [groups.of(frame, "PlanePositionSequence").ImagePositionPatient[2] for frame in range(3)] == [0, 2.5, 5]
    assert [list(groups.of(frame, "PixelMeasuresSequence").PixelSpacing) for frame in (0, 2)] == [[0.5, 0.4]] * 2


def test_a_frame_of_its_own_goes_before_what_is_shared() -> None:
    """C.7.6.16.1.1 forbids both; a file that has both means its frames."""
    shared = group(FrameVOILUTSequence=item(WindowCenter=40))
    groups = enhanced(shared, group(FrameVOILUTSequence=item(WindowCenter=600)), group())
    assert groups.of(0, "FrameVOILUTSequence").WindowCenter == 600
    assert groups.of(1, "FrameVOILUTSequence").WindowCenter == 40


def test_a_classic_object_keeps_everything_at_its_top() -> None:
    groups = enhanced(None, ImagePositionPatient=[0, 0, 7], WindowCenter=40)
    assert not groups.is_enhanced
    assert groups.of(0, "PlanePositionSequence").ImagePositionPatient == [0, 0, 7]


def test_what_a_converter_left_at_the_top_of_an_enhanced_object_is_found() -> None:
    groups = enhanced(group(), at(0), WindowCenter=40)
    assert groups.is_enhanced
    assert groups.of(0, "FrameVOILUTSequence").WindowCenter == 40


def test_shared_groups_alone_make_an_enhanced_object() -> None:
    groups = enhanced(group(PixelMeasuresSequence=item(SliceThickness=3)))
    assert groups.is_enhanced
    assert groups.of(4, "PixelMeasuresSequence").SliceThickness == 3


def test_a_frame_beyond_the_groups_that_are_there_has_what_is_shared_and_no_neighbours_position() -> None:
    groups = enhanced(group(PixelMeasuresSequence=item(SliceThickness=3)), at(0), at(2.5))
    assert groups.of(2, "PixelMeasuresSequence").SliceThickness == 3
    assert "ImagePositionPatient" not in groups.of(2, "PlanePositionSequence")


def test_an_empty_macro_says_nothing() -> None:
    own = group()
    own.PixelMeasuresSequence = Sequence([])
    groups = enhanced(group(PixelMeasuresSequence=item(SliceThickness=3)), own)
    assert groups.of(0, "PixelMeasuresSequence").SliceThickness == 3
