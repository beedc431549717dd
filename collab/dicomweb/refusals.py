"""What the DICOMweb doors refuse, with the statuses of PS3.18; absent and forbidden are `kit.refusals.NotFound`."""

from __future__ import annotations

from collab.kit.refusals import Refusal


class BadRequest(Refusal):
    """A parameter that is not of its form, or not known; facts name it."""

    code = "dicomweb_bad_request"
    status = 400


class NotAcceptable(Refusal):
    """None of the media types and transfer syntaxes asked for can be given."""

    code = "dicomweb_not_acceptable"
    status = 406


class NotDrawable(Refusal):
    """The instance has no image that can be decoded; facts say why."""

    code = "dicomweb_not_drawable"
    status = 406


class Busy(Refusal):
    """No worker came free in time; asking again later will do."""

    code = "dicomweb_busy"
    status = 503


class UnsupportedMedia(Refusal):
    """Instances are stored as multipart/related of application/dicom, and in no other form."""

    code = "dicomweb_unsupported_media"
    status = 415
