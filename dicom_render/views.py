"""From where a projection was taken, in the letters that View Position has for it (PS3.3 C.8.7.1, C.8.11.7)."""

from pydicom.dataset import Dataset

from dicom_render.attributes import first_item_of, text_of

# PS3.16 CID 4014, in SNOMED CT and in the SRT codes of files before 2018.
_VIEWS = {
    "399162004": "CC",
    "R-10242": "CC",
    "399368009": "MLO",
    "R-10226": "MLO",
    "399260004": "ML",
    "R-10224": "ML",
    "399352003": "LM",
    "R-10228": "LM",
}


def view_position_of(dataset: Dataset) -> str:
    """View Position, or what View Code Sequence says of mammograms, for which that is the required one."""
    told = text_of(dataset, "ViewPosition")
    code = first_item_of(dataset, "ViewCodeSequence")
    return told or (_VIEWS.get(text_of(code, "CodeValue"), "") if code is not None else "")
