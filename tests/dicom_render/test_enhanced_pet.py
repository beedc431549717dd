"""In what the values of enhanced PET are, and how long it had waited: by hand from PS3.3 C.8.22 and PS3.16 CID 84."""

from pydicom.dataset import Dataset

from dicom_render.enhanced_pet import is_converted, is_enhanced_pet, unit_of_image, waited_seconds
from tests.dicom_render.test_suv import enhanced_pet, pet


def test_classic_pet_is_not_enhanced() -> None:
    assert (is_enhanced_pet(pet()), is_converted(pet())) == (False, False)
    assert (is_enhanced_pet(enhanced_pet()), is_converted(enhanced_pet())) == (True, False)


def test_frames_of_two_units_have_none_together() -> None:
    def group(unit: str) -> Dataset:
        values, made = Dataset(), Dataset()
        values.RescaleType = unit
        made.PixelValueTransformationSequence = [values]
        return made

    made = enhanced_pet()
    made.PerFrameFunctionalGroupsSequence = [group("BQML"), group("BQML")]
    assert unit_of_image(made, 2) == "BQML"
    made.PerFrameFunctionalGroupsSequence = [group("BQML"), group("CNTS")]
    assert unit_of_image(made, 2) == ""


def test_times_of_two_zones_are_an_hour_apart_where_the_clocks_are() -> None:
    made = enhanced_pet(
        DecayCorrectionDateTime="20260102120000+0200", RadiopharmaceuticalStartDateTime="20260102090000+0000"
    )
    assert waited_seconds(made, made.RadiopharmaceuticalInformationSequence[0]) == 3600
